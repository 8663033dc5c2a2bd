/** What a command of Dask's says: which program it is, and its flags. */
import type { Container } from '../../api/kinds/core.js';
import { milliValueOf } from '../../api/quantity.js';

/** Which of Dask's programs. */
export type DaskRole = 'scheduler' | 'worker';

/** A command, as far as it is one of Dask's. */
export interface DaskCommand {
  readonly role: DaskRole;
  readonly words: readonly string[];
}

const shells = /(^|\/)(ba|da|a)?sh$/;
const program = /(?:^|\/)dask(?:-(scheduler|worker))?$/;

/** The command, where it is one of Dask's: alone, behind tini, or as all that a shell is told. */
export function daskCommand(words: readonly string[]): DaskCommand | undefined {
  const [first = ''] = words;
  if (shells.test(first)) {
    const text = words.find((_, index) => /^-[a-z]*c$/.test(words[index - 1] ?? '')) ?? '';
    const isOne = /dask/.test(text) && !/[;&|\n]/.test(text.trim());
    return isOne
      ? daskCommand(
          text
            .trim()
            .replace(/^exec\s+/, '')
            .split(/\s+/),
        )
      : undefined;
  }
  const start = /(^|\/)tini$/.test(first) ? words.findIndex(word => program.test(word)) : 0;
  const match = program.exec(words[start] ?? '');
  if (match === null) return undefined;
  const role = match[1] ?? words[start + 1];
  if (role !== 'scheduler' && role !== 'worker') return undefined;
  return { role, words: words.slice(start + (match[1] === undefined ? 2 : 1)) };
}

/** The value of the last flag of one of these names: `--name x` or `--name=x`. */
export function flagOf(words: readonly string[], ...names: readonly string[]): string | undefined {
  const values = words.flatMap((word, index) => {
    const name = names.find(each => word === each || word.startsWith(`${each}=`));
    if (name === undefined) return [];
    return word === name ? [words[index + 1] ?? ''] : [word.slice(name.length + 1)];
  });
  return values.at(-1);
}

/** The port at the end of `:8787`, `0.0.0.0:8787` or `8787`. */
export function portOf(text: string | undefined, byDefault: number): number {
  const port = Number(text?.slice(text.lastIndexOf(':') + 1));
  return Number.isInteger(port) && port > 0 ? port : byDefault;
}

/** The CPUs that the container may use, rounded up; Dask starts as many threads. Without a limit: 1. */
export function cpusOf({ resources }: Pick<Container, 'resources'>): number {
  return Math.max(Math.ceil(milliValueOf(resources?.limits?.['cpu']) / 1_000), 1);
}
