/** The syntax tree of the small shell: what `parse.ts` makes and `run.ts` runs. */

/** A part of a word. `isQuoted` parts are not split at blanks. */
export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  | VariablePart
  | { readonly kind: 'command'; readonly script: Script; readonly isQuoted: boolean }
  | { readonly kind: 'arithmetic'; readonly expression: Word };

/** A parameter and what is done with it. */
export interface VariablePart {
  readonly kind: 'variable';
  readonly name: string;
  /** Undefined for `$name`. */
  readonly operation?: Operation;
  readonly isQuoted: boolean;
}

/** `${#name}`, `${name:-word}` and its like, `${name#pattern}` and its like. */
export type Operation =
  | { readonly kind: 'length' }
  | {
      readonly kind: '-' | '=' | '?' | '+';
      /** With a colon, empty counts as unset. */
      readonly countsEmpty: boolean;
      readonly word: Word;
    }
  | { readonly kind: '#' | '##' | '%' | '%%'; readonly word: Word };

/** A word: its parts one after another. */
export type Word = readonly WordPart[];

/** `> file`, `2>> file`, `< file`, `2>&1`; of a here-document the text is the target. */
export interface Redirection {
  readonly descriptor: number;
  readonly kind: 'write' | 'append' | 'read' | 'duplicate' | 'here';
  readonly target: Word;
}

/** A command of the shell. */
export type Command =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly { readonly name: string; readonly value: Word }[];
      readonly words: readonly Word[];
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'group';
      readonly isSubshell: boolean;
      readonly body: Script;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'loop';
      readonly isUntil: boolean;
      readonly condition: Script;
      readonly body: Script;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'for';
      readonly name: string;
      readonly words: readonly Word[];
      readonly body: Script;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: Script; readonly body: Script }[];
      readonly otherwise?: Script;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'case';
      readonly subject: Word;
      readonly branches: readonly { readonly patterns: readonly Word[]; readonly body: Script }[];
      readonly redirections: readonly Redirection[];
    }
  | {
      /** Defines a function; the redirections of its calls are those of the body. */
      readonly kind: 'function';
      readonly name: string;
      readonly body: Command;
      readonly redirections: readonly Redirection[];
    };

/** Commands joined by pipes; `!` turns the status round. */
export interface Pipeline {
  readonly isNegated: boolean;
  readonly commands: readonly Command[];
}

/** Pipelines joined by `&&` and `||`; with `&` at the end it runs in the background. */
export interface Statement {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[];
  readonly isBackground: boolean;
}

/** Statements one after another. */
export type Script = readonly Statement[];
