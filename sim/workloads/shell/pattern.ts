/** Patterns of the shell, as `case`, `${name#pattern}` and names of files use them. @upstream POSIX.1 2.13 */

/** A piece of a word that has been expanded; what is quoted stands for itself. */
export interface Chunk {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Whether a word holds anything but itself. */
export function isPattern(chunks: readonly Chunk[]): boolean {
  return chunks.some(({ text, isQuoted }) => !isQuoted && /[*?]|\[.*\]/s.test(text));
}

/** The expression for a pattern, without anchors; `any` is what a star runs over. */
export function patternSource(chunks: readonly Chunk[], any = '[^]'): string {
  let source = '';
  for (const { text, isQuoted } of chunks) {
    if (isQuoted) source += quoted(text);
    else source += unquotedSource(text, any);
  }
  return source;
}

/** Whether all of a text matches. */
export function matchesPattern(chunks: readonly Chunk[], text: string): boolean {
  return new RegExp(`^(?:${patternSource(chunks)})$`).test(text);
}

/** `${name#pattern}` and its like: the text without what the pattern matches at an end of it. */
export function trimmed(
  text: string,
  chunks: readonly Chunk[],
  kind: '#' | '##' | '%' | '%%',
): string {
  const whole = new RegExp(`^(?:${patternSource(chunks)})$`);
  const isPrefix = kind.startsWith('#');
  for (let step = 0; step <= text.length; step++) {
    const length = kind.length === 2 ? text.length - step : step;
    const cut = isPrefix ? length : text.length - length;
    const [head, tail] = [text.slice(0, cut), text.slice(cut)];
    if (whole.test(isPrefix ? head : tail)) return isPrefix ? tail : head;
  }
  return text;
}

function unquotedSource(text: string, any: string): string {
  let source = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    const set = char === '[' ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(text.slice(at)) : null;
    if (set !== null) {
      const [whole, negation = '', inside = ''] = set;
      source += `[${negation && '^'}${inside.replace(/[\\\]^[]/g, '\\$&')}]`;
      at += whole.length - 1;
    } else if (char === '*') source += `${any}*`;
    else if (char === '?') source += any;
    else if (char === '\\') source += quoted(text[++at] ?? '\\');
    else source += quoted(char);
  }
  return source;
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
