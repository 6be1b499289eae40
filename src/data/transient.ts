import { UserError } from '../base/errors.ts';

/** An error that may be gone when the same is tried again. */
export class TransientError extends UserError {}
