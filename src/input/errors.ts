/** The errors that a user can cause or the host can: each with what is wrong, where, and the next step. */

/** How the process ends. */
export const exitCodes = {
  pass: 0,
  /** An expectation or a property was broken. */
  broken: 1,
  /** Wrong usage or bad input. */
  usage: 2,
  /** The backend or the host failed. */
  backend: 3,
  /** Nothing can be said: time is over, or backends disagree. */
  inconclusive: 4,
  /** Nothing ran. */
  nothingRan: 5,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

/** An error that is told to the user without a stack trace. */
export class UserError extends Error {
  override readonly name: string = 'UserError';

  constructor(
    message: string,
    readonly details: {
      readonly exitCode: number;
      /** A short, stable word for programs: `port-in-use`, `no-such-file`. */
      readonly code: string;
      /** What to do now. */
      readonly next?: string;
    },
  ) {
    super(message);
  }
}

/** Where in a file something is wrong. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  /** `spec.steps[2].wait`. */
  readonly field?: string;
}

/** `web.yaml:12`, or `web.yaml` where no line is known. */
export function placeText({ file, line }: Place): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** Bad input: a file that cannot be read as what it should be. */
export class InputError extends UserError {
  override readonly name = 'InputError';

  /** `next` is what to do now; undefined only where nothing can be said. */
  constructor(place: Place, what: string, next: string | undefined) {
    const field = place.field === undefined || place.field === '' ? '' : `${place.field}: `;
    super(`${placeText(place)}: ${field}${what}`, {
      exitCode: exitCodes.usage,
      code: 'bad-input',
      ...(next !== undefined && { next }),
    });
  }
}

/** The known word that is nearest to a wrong one, if one is near enough to be meant. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  const ranked = known
    .map(candidate => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1));
  return ranked[0]?.candidate;
}

/** The next step for a wrong word: the one that was meant, else all that there are, else nothing. */
export function meantOrKnown(word: string, known: readonly string[]): string | undefined {
  const near = didYouMean(word, known);
  if (near !== undefined) return `did you mean ${near}?`;
  return known.length > 0 ? `there are: ${known.join(', ')}` : undefined;
}

/** The edits between two words, a swap of neighbours counting as one. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      rows[i]?.push(isSwap ? Math.min(best, at(i - 2, j - 2) + 1) : best);
    }
  }
  return at(a.length, b.length);
}
