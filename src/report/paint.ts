/** Colours of text on a terminal. What they tell is always told in words too. */

/** Paints pieces of text. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly strong: (text: string) => string;
}

const same = (text: string): string => text;

/** For files, pipes and whoever wants none. */
export const plain: Paint = { good: same, bad: same, warn: same, quiet: same, strong: same };

const escape = '\u001b[';
const inCode =
  (on: number, off: number) =>
  (text: string): string =>
    text === '' ? '' : `${escape}${on}m${text}${escape}${off}m`;

/** The colours that every terminal has. */
export const colored: Paint = {
  good: inCode(32, 39),
  bad: inCode(31, 39),
  warn: inCode(33, 39),
  quiet: inCode(2, 22),
  strong: inCode(1, 22),
};
