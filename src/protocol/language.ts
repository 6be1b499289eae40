/** What an editor says when it starts the language server. */
export interface LanguageOptions {
  /** `workspace` asks for the TypeScript 7 that is installed in the workspace. */
  readonly engine: 'bundled' | 'workspace';
  readonly settings: TypeScriptSettings;
}

/** What VS Code's settings `js/ts.*` say, as they are nested there; what is not said is as in VS Code. */
export interface TypeScriptSettings {
  readonly inlayHints?: {
    readonly parameterNames?: {
      readonly enabled?: 'none' | 'literals' | 'all';
      readonly suppressWhenArgumentMatchesName?: boolean;
    };
    readonly parameterTypes?: { readonly enabled?: boolean };
    readonly variableTypes?: { readonly enabled?: boolean; readonly suppressWhenTypeMatchesName?: boolean };
    readonly propertyDeclarationTypes?: { readonly enabled?: boolean };
    readonly functionLikeReturnTypes?: { readonly enabled?: boolean };
    readonly enumMemberValues?: { readonly enabled?: boolean };
  };
  readonly preferences?: {
    readonly quoteStyle?: 'auto' | 'single' | 'double';
    readonly importModuleSpecifier?: 'shortest' | 'relative' | 'non-relative' | 'project-relative';
    readonly importModuleSpecifierEnding?: 'auto' | 'minimal' | 'index' | 'js';
    readonly preferTypeOnlyAutoImports?: boolean;
    readonly useAliasesForRenames?: boolean;
  };
  /** Names and values are those of TypeScript's formatter. */
  readonly format?: Readonly<Record<string, unknown>>;
}

/** The scheme of a URI that stands for the table name of the SQL cell whose URI is its query; an edit of it renames. */
export const TABLE_SCHEME = 'memoir-table';
