/** `read`: a line of the input, field by field. @upstream POSIX.1 read */
import type { Changing } from './builtins.js';

/** Sets the variables; 1 at the end of the input. */
export function readLine(shell: Changing, args: readonly string[]): number {
  const isRaw = args.some(arg => /^-\w*r/.test(arg));
  const given = args.filter(arg => !arg.startsWith('-'));
  const names = given.length === 0 ? ['REPLY'] : given;
  let text = '';
  let isWhole = false;
  for (;;) {
    const line = shell.streams.stdin.line();
    if (line === undefined) break;
    isWhole = line.endsWith('\n');
    text += isWhole ? line.slice(0, -1) : line;
    if (isRaw || !isWhole || !/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) break;
    text = text.slice(0, -1);
  }
  const values = fieldsOf(text, names.length, {
    separators: shell.variables.get('IFS') ?? ' \t\n',
    isRaw,
  });
  for (const [index, name] of names.entries()) shell.assign(name, values[index] ?? '');
  return isWhole ? 0 : 1;
}

/** So many fields at most: the last has all that is left. */
function fieldsOf(
  text: string,
  count: number,
  { separators, isRaw }: { readonly separators: string; readonly isRaw: boolean },
): readonly string[] {
  const isBlank = (char: string) => separators.includes(char) && /\s/.test(char);
  const skip = (from: number): number => {
    let at = from;
    while (at < text.length && isBlank(text[at] ?? '')) at++;
    return at;
  };
  const found: string[] = [];
  let field = '';
  let at = skip(0);
  /** Up to here blanks at the end are escaped and stay. */
  let kept = 0;
  for (; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\\' && !isRaw) {
      field += text[++at] ?? '';
      kept = field.length;
    } else if (separators.includes(char) && found.length < count - 1) {
      found.push(field);
      [field, kept] = ['', 0];
      at = skip(at);
      if (isBlank(char) && separators.includes(text[at] ?? ' ') && at < text.length)
        at = skip(at + 1);
      else if (!isBlank(char)) at = skip(at + 1);
      at--;
    } else field += char;
  }
  let end = field.length;
  while (end > kept && isBlank(field[end - 1] ?? '')) end--;
  const rest = field.slice(0, end);
  const last = rest.at(-1) ?? '';
  // One separator at the very end ends the last field.
  const isEnded = end > kept && last !== '' && separators.includes(last) && !isBlank(last);
  const isOnly = isEnded && ![...rest.slice(0, -1)].some(char => separators.includes(char));
  return [...found, isOnly ? rest.slice(0, -1) : rest];
}
