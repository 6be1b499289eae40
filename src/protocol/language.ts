/** What an editor says when it starts the language server. */
export interface LanguageOptions {
  /** `workspace` asks for the TypeScript 7 that is installed in the workspace. */
  readonly engine: 'bundled' | 'workspace';
}

/** The scheme of a URI that stands for the table name of the SQL cell whose URI is its query; an edit of it renames. */
export const TABLE_SCHEME = 'memoir-table';
