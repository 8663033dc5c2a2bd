/** How the small shell expands words. @upstream POSIX.1 2.6 */
import { arithmetic } from './arithmetic.js';
import type { Run } from './job.js';
import { ShellSyntaxError } from './parse.js';
import type { Script, Word } from './syntax.js';

/** The shell that expands. */
export interface Expanding {
  readonly positional: readonly string[];
  value(name: string): string;
  /** What a script writes, without the ends of lines at its end. */
  captured(script: Script): Run<string>;
  /** Ends the shell for an expression that is none. */
  misread(message: string): never;
}

/** The words with everything put in; unquoted results are split at blanks. */
export function* expandedWords(words: readonly Word[], shell: Expanding): Run<string[]> {
  const expanded: string[] = [];
  for (const word of words) {
    let current = '';
    let isWord = false;
    for (const part of word) {
      const isAll = part.kind === 'variable' && part.name === '@' && part.isQuoted;
      const text = isAll ? '' : yield* partText(part, shell);
      const isWhole = part.kind === 'text' || part.kind === 'arithmetic' || part.isQuoted;
      if (isWhole && !isAll) {
        current += text;
        isWord = true;
        continue;
      }
      const pieces = isAll ? shell.positional : text.split(/\s+/);
      for (const [index, piece] of pieces.entries()) {
        if (index > 0 && isWord) {
          expanded.push(current);
          current = '';
          isWord = false;
        }
        current += piece;
        isWord ||= isAll || piece !== '';
      }
    }
    if (isWord) expanded.push(current);
  }
  return expanded;
}

function* partText(part: Word[number], shell: Expanding): Run<string> {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'arithmetic':
      return String(computed(part.expression, shell));
    case 'variable': {
      const value = shell.value(part.name);
      if (value !== '' || part.fallback === undefined) return value;
      return (yield* expandedWords([part.fallback], shell)).join(' ');
    }
    case 'command':
      return yield* shell.captured(part.script);
  }
}

/** Parameters are put in before the expression is read. */
function computed(expression: string, shell: Expanding): number {
  const filled = expression.replace(
    /\$(?:\{(\w+|[?#])\}|([A-Za-z_]\w*|[0-9?#]))/g,
    (_, braced?: string, plain?: string) => shell.value(braced ?? plain ?? '') || '0',
  );
  try {
    return arithmetic(filled, name => shell.value(name));
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    return shell.misread(error.message);
  }
}

/** `$1`, `$#`, `$@`, `$*`; undefined for the names of variables. */
export function positionalValue(name: string, positional: readonly string[]): string | undefined {
  if (name === '#') return String(positional.length);
  if (name === '@' || name === '*') return positional.join(' ');
  return /^[1-9]\d*$/.test(name) ? (positional[Number(name) - 1] ?? '') : undefined;
}
