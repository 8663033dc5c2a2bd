/** Arguments as people know them from other tools. */

const prefix = '--outputFile.';

/**
 * `--outputFile.junit=FILE`, as vitest has it, in our own words: `--outputFile junit=FILE`. All other
 * arguments are as they were.
 */
export function knownArguments(given: readonly string[]): string[] {
  const known: string[] = [];
  for (let index = 0; index < given.length; index++) {
    const argument = given[index] ?? '';
    const next = given[index + 1];
    // What follows is no option.
    if (argument === '--') return [...known, ...given.slice(index)];
    if (!argument.startsWith(prefix)) known.push(argument);
    else if (argument.includes('=')) known.push('--outputFile', argument.slice(prefix.length));
    else if (next !== undefined) {
      known.push('--outputFile', `${argument.slice(prefix.length)}=${next}`);
      index++;
    }
  }
  return known;
}
