/** The flags of agnhost's commands, as cobra reads them. */

/** Values by flag, without its dashes; a flag without a value is `true`. */
export type Flags = Readonly<Record<string, string>>;

/** Reads `--name=value`, `--name value`, `-n value`, `--name`; a negative number is a value. */
export function flagsOf(words: readonly string[]): Flags {
  const flags: Record<string, string> = {};
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) continue;
    const [name = '', ...value] = word.replace(/^--?/, '').split('=');
    const next = words[index + 1];
    if (value.length > 0) flags[name] = value.join('=');
    else if (next === undefined || /^-(?!\d)/.test(next)) flags[name] = 'true';
    else {
      flags[name] = next;
      index += 1;
    }
  }
  return flags;
}

/** A number, or the command's default. */
export function numberFlag(flags: Flags, name: string, otherwise: number): number {
  const value = Number(flags[name] ?? Number.NaN);
  return Number.isFinite(value) ? value : otherwise;
}
