/** grep: lines that match, as far as scripts ask. */
import type { PlainCommand } from './commands.js';

/** `grep -v -q -c -i -n -o -w -x -E -F PATTERN FILES`. */
export const grep: PlainCommand = ({ args, input, host, out, err }) => {
  const flags = args.filter(arg => /^-[a-zA-Z]+$/.test(arg)).join('');
  const has = (letter: string) => flags.includes(letter);
  const [pattern = '', ...paths] = args.filter(arg => !/^-[a-zA-Z]+$/.test(arg));
  const matcher = matcherOf(pattern, {
    isFixed: has('F'),
    isExtended: has('E'),
    isWhole: has('x'),
    isWord: has('w'),
    ignoresCase: has('i'),
  });
  let count = 0;
  let status: number | undefined;
  for (const path of paths.length === 0 ? ['-'] : paths) {
    const text = path === '-' ? input.rest() : host.files.read(path);
    if (text === undefined) {
      err(`grep: ${path}: No such file or directory\n`);
      status = 2;
      continue;
    }
    for (const [index, line] of linesOf(text).entries()) {
      const found = matcher.exec(line);
      if ((found !== null) === has('v')) continue;
      count++;
      if (has('q') || has('c')) continue;
      const shown = has('o') ? (found?.[0] ?? '') : line;
      out(`${paths.length > 1 ? `${path}:` : ''}${has('n') ? `${index + 1}:` : ''}${shown}\n`);
    }
  }
  if (has('c')) out(`${count}\n`);
  return count > 0 && (status === undefined || has('q')) ? 0 : (status ?? 1);
};

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A pattern of POSIX in the words of JavaScript: in a basic one `+?|(){}` are plain, and escaped they are not. */
function matcherOf(
  pattern: string,
  options: {
    readonly isFixed: boolean;
    readonly isExtended: boolean;
    readonly isWhole: boolean;
    readonly isWord: boolean;
    readonly ignoresCase: boolean;
  },
): RegExp {
  const quoted = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const basic = pattern.replace(/\\?[+?|(){}]/g, found =>
    found.startsWith('\\') ? found.slice(1) : `\\${found}`,
  );
  const classes = (options.isExtended ? pattern : basic)
    .replaceAll('[:space:]', '\\s')
    .replaceAll('[:digit:]', '0-9')
    .replaceAll('[:alpha:]', 'a-zA-Z')
    .replaceAll('[:alnum:]', 'a-zA-Z0-9');
  const source = options.isFixed ? quoted : classes;
  const bounded = options.isWord ? `\\b(?:${source})\\b` : source;
  const flags = options.ignoresCase ? 'i' : '';
  const whole = (text: string) => (options.isWhole ? `^(?:${text})$` : text);
  try {
    return new RegExp(whole(bounded), flags);
  } catch {
    // What is no pattern is looked for as it stands.
    return new RegExp(whole(quoted), flags);
  }
}
