declare const MEMOIR_VERSION: string | undefined;

/** The version of this build; sources that run unbuilt call themselves `dev`. */
export const version = typeof MEMOIR_VERSION === 'undefined' ? 'dev' : MEMOIR_VERSION;
