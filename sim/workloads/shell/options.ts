/** What `set` switches. */

/** The options of a shell. */
export interface Options {
  /** `-e`: the first command that fails ends it. */
  isStrict: boolean;
  /** `-u`: what is not set may not be asked for. */
  needsSet: boolean;
  /** `-x`: commands are told before they run. */
  isTracing: boolean;
  /** `-f`: names of files are not looked for. */
  isLiteral: boolean;
  /** `-a`: what is set is handed on. */
  exportsAll: boolean;
  /** `-o pipefail`: a pipe fails with any of its commands. */
  failsWithAny: boolean;
}

const byLetter: Readonly<Record<string, keyof Options>> = {
  a: 'exportsAll',
  e: 'isStrict',
  f: 'isLiteral',
  u: 'needsSet',
  x: 'isTracing',
};

const byName: Readonly<Record<string, keyof Options>> = {
  allexport: 'exportsAll',
  errexit: 'isStrict',
  noglob: 'isLiteral',
  nounset: 'needsSet',
  pipefail: 'failsWithAny',
  xtrace: 'isTracing',
};

/** Options that change nothing that could be seen here. */
const unseen = /^(?:[bhmv]|monitor|notify|verbose)$/;

/** Those of a shell that was told nothing. */
export function freshOptions(): Options {
  return {
    isStrict: false,
    needsSet: false,
    isTracing: false,
    isLiteral: false,
    exportsAll: false,
    failsWithAny: false,
  };
}

/** `$-`. */
export function optionLetters(options: Options): string {
  return Object.entries(byLetter)
    .flatMap(([letter, key]) => (options[key] ? [letter] : []))
    .join('');
}

/** Sets options as `set` is told; what is left are parameters, if there are any or `--` says so. */
export function setOptions(
  options: Options,
  args: readonly string[],
): { readonly problem?: string; readonly positional?: readonly string[] } {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return { positional: args.slice(at + 1) };
    if (arg === '-') {
      options.isTracing = false;
      return at + 1 < args.length ? { positional: args.slice(at + 1) } : {};
    }
    if (!/^[-+]/.test(arg)) return { positional: args.slice(at) };
    const isOn = arg.startsWith('-');
    for (const letter of arg.slice(1)) {
      const word = letter === 'o' ? (args[++at] ?? '') : letter;
      const key = letter === 'o' ? byName[word] : byLetter[word];
      if (key !== undefined) options[key] = isOn;
      else if (!unseen.test(word))
        return { problem: `set: illegal option ${isOn ? '-' : '+'}${word}` };
    }
  }
  return {};
}
