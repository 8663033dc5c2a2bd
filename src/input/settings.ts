/** Reads settings that plug-ins take by name: defaults for what is not given, a refusal for what cannot be. */
import { didYouMean, exitCodes, UserError } from './errors.js';

/** One setting: its default, and what is wrong with a value, if anything. */
export interface Field<T> {
  readonly default: T;
  /** `must be above 0`, for a value that it refuses. */
  problem(value: unknown): string | undefined;
}

/** The values of the fields. */
export type SettingsOf<Fields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends Field<infer T> ? T : never;
};

/** Where a number may lie. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Must be larger than this. */
  readonly above?: number;
  /** Must be smaller than this. */
  readonly below?: number;
}

/** A setting that is a finite number. */
export const numberField = (fallback: number, bounds: Bounds = {}): Field<number> => ({
  default: fallback,
  problem: value =>
    typeof value === 'number' && Number.isFinite(value)
      ? outside(value, bounds)
      : `must be a number, is ${told(value)}`,
});

/** A setting that is a whole number. */
export const wholeField = (fallback: number, bounds: Bounds = {}): Field<number> => ({
  default: fallback,
  problem: value =>
    typeof value === 'number' && Number.isSafeInteger(value)
      ? outside(value, bounds)
      : `must be a whole number, is ${told(value)}`,
});

/** A setting that is true or false. */
export const flagField = (fallback: boolean): Field<boolean> => ({
  default: fallback,
  problem: value =>
    typeof value === 'boolean' ? undefined : `must be true or false, is ${told(value)}`,
});

/** A setting that is one of some words. */
export const wordField = <Word extends string>(
  fallback: Word,
  words: readonly Word[],
): Field<Word> => ({
  default: fallback,
  problem: value => {
    if ((words as readonly unknown[]).includes(value)) return undefined;
    const near = didYouMean(String(value), words);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    return `must be one of ${words.join(', ')}, is ${told(value)}${hint}`;
  },
});

/**
 * The settings with their defaults. An undefined value counts as not given.
 *
 * @param owner - what the settings are of, as the error names it: `detector ADWIN`
 * @throws UserError (`bad-setting`) naming the owner, the setting, what is wrong and the next step.
 */
export function readSettings<Fields extends Readonly<Record<string, Field<unknown>>>>(
  owner: string,
  given: Readonly<Record<string, unknown>>,
  fields: Fields,
): SettingsOf<Fields> {
  const names = Object.keys(fields);
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw unknown(owner, name, names);
    const problem = value === undefined ? undefined : field.problem(value);
    if (problem !== undefined) throw badSetting(owner, `${name} ${problem}`);
  }
  const entries = names.map(name => [name, given[name] ?? fields[name]?.default]);
  // Each value was held to its field above, which is what the type says.
  return Object.fromEntries(entries) as SettingsOf<Fields>;
}

/** The error of a setting that is wrong, also for rules between several settings. */
export function badSetting(owner: string, what: string, next?: string): UserError {
  return new UserError(`${owner}: ${what}`, {
    exitCode: exitCodes.usage,
    code: 'bad-setting',
    ...(next !== undefined && { next }),
  });
}

function unknown(owner: string, name: string, names: readonly string[]): UserError {
  const near = didYouMean(name, names);
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  const next = near === undefined ? known : `did you mean ${near}?`;
  return badSetting(owner, `${name} is not a setting`, next);
}

function outside(value: number, { min, max, above, below }: Bounds): string | undefined {
  if (min !== undefined && value < min) return `must be at least ${min}, is ${value}`;
  if (max !== undefined && value > max) return `must be at most ${max}, is ${value}`;
  if (above !== undefined && value <= above) return `must be above ${above}, is ${value}`;
  if (below !== undefined && value >= below) return `must be below ${below}, is ${value}`;
  return undefined;
}

const told = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
