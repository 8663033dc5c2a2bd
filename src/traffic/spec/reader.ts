/** Reads settings out of a document, collecting all that is wrong with its place and the next step. */
import { parseDuration } from '../../../sim/api/duration.js';
import { didYouMean, InputError } from '../../input/errors.js';
import { fieldText, type FieldPath, type Located } from '../../input/located.js';
import type { Bounds } from '../../input/settings.js';
import { dayMs } from '../calendar.js';

/** Something that is wrong in a document. */
export interface Problem {
  /** Where, from the root of the document. */
  readonly path: FieldPath;
  readonly what: string;
  /** What to do about it. */
  readonly next?: string;
}

/**
 * Refuses a document in which something is wrong.
 *
 * @throws InputError with file, line, field and next step of the first problem, in order of lines.
 */
export function refuse(document: Located, problems: readonly Problem[]): void {
  const [first] = problems
    .map(problem => ({ ...problem, line: document.lineOf(problem.path) }))
    .sort((a, b) => a.line - b.line);
  if (first === undefined) return;
  const { path, line, what, next } = first;
  throw new InputError({ file: document.file, line, field: fieldText(path) }, what, next);
}

/** What a duration may be, and what it is when it is left out. */
type DurationOptions<Fallback> = Bounds & { readonly fallback: Fallback };

/** A value in a document. A wrong one is noted among the problems, and read as its fallback. */
export class SpecReader {
  constructor(
    readonly value: unknown,
    readonly path: FieldPath,
    private readonly problems: Problem[],
  ) {}

  /** Notes that the value, or one of its fields, is wrong. */
  problem(what: string, next?: string, path: FieldPath = []): void {
    this.problems.push({
      path: [...this.path, ...path],
      what,
      ...(next !== undefined && { next }),
    });
  }

  /** A field of a map, whether it is there or not. */
  at(name: string | number): SpecReader {
    const { value } = this;
    const own =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Readonly<Record<string | number, unknown>>)[name]
        : undefined;
    return new SpecReader(own, [...this.path, name], this.problems);
  }

  /** Whether the field is given. */
  has(name: string): boolean {
    return this.at(name).value !== undefined;
  }

  /** Whether the value is a map; it may have no other fields than these. */
  isMapOf(names: readonly string[]): boolean {
    const { value } = this;
    if (!isMap(value)) {
      this.problem(`must be a map, is ${told(value)}`, `it has the fields ${names.join(', ')}`);
      return false;
    }
    for (const name of Object.keys(value)) {
      if (names.includes(name)) continue;
      const near = didYouMean(name, names);
      const next = near === undefined ? `known here: ${names.join(', ')}` : `did you mean ${near}?`;
      this.problem(`unknown field "${name}"`, next, [name]);
    }
    return true;
  }

  /** The items of a list; none when the field is left out. */
  list(name: string): SpecReader[] {
    const field = this.at(name);
    if (field.value === undefined) return [];
    if (Array.isArray(field.value)) return field.value.map((_, index) => field.at(index));
    field.problem(`must be a list, is ${told(field.value)}`, 'write it as [one, another]');
    return [];
  }

  /** A number; `fallback` undefined makes the field required. */
  number(
    name: string | number,
    { fallback, ...bounds }: Bounds & { readonly fallback?: number },
  ): number {
    const field = this.at(name);
    if (field.value === undefined) return fallback ?? this.missing(name);
    if (typeof field.value !== 'number' || !Number.isFinite(field.value)) {
      field.problem(`must be a number, is ${told(field.value)}`, 'write a number, without quotes');
    } else {
      field.hold(field.value, bounds, String);
      return field.value;
    }
    return fallback ?? NaN;
  }

  /** A whole number. */
  whole(name: string, options: Bounds & { readonly fallback?: number }): number {
    const value = this.number(name, options);
    if (!Number.isNaN(value) && !Number.isSafeInteger(value)) {
      this.at(name).problem(`must be a whole number, is ${value}`, `write ${Math.round(value)}`);
    }
    return value;
  }

  /** Milliseconds of a duration: `90s`, `1h30m`, `7d`, or a number of milliseconds. */
  duration<Fallback extends number | undefined>(
    name: string | number,
    { fallback, ...bounds }: DurationOptions<Fallback>,
  ): number | Fallback {
    const field = this.at(name);
    if (field.value === undefined) return fallback;
    const value = durationOf(field.value);
    if (value === undefined) {
      field.problem(`${told(field.value)} is not a duration`, 'write it as 90s, 1h30m or 7d');
      return fallback;
    }
    field.hold(value, bounds, ms => `${ms} ms`);
    return value;
  }

  /** Milliseconds since the epoch of an instant: `2026-11-27T12:00:00Z`, or a duration after the start. */
  instant(name: string, startMs: number): number | undefined {
    const field = this.at(name);
    if (field.value === undefined) return undefined;
    const afterMs = durationOf(field.value);
    if (afterMs !== undefined) return startMs + afterMs;
    const timeMs = instantOf(field.value);
    if (timeMs === undefined) {
      const next = 'write it as 2026-11-27T12:00:00Z, or as time after the start: 14h';
      field.problem(`${told(field.value)} is not an instant`, next);
    }
    return timeMs;
  }

  /** One of some words. */
  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const field = this.at(name);
    const found = words.find(word => word === field.value);
    if (found !== undefined) return found;
    if (field.value === undefined) {
      this.missing(name, `one of ${words.join(', ')}`);
      return undefined;
    }
    const near = didYouMean(String(field.value), words);
    field.problem(
      `${told(field.value)} is not one of ${words.join(', ')}`,
      near === undefined ? 'write one of them' : `did you mean ${near}?`,
    );
    return undefined;
  }

  /** A text; undefined when it is left out. */
  text(name: string): string | undefined {
    const field = this.at(name);
    if (field.value === undefined || typeof field.value === 'string') return field.value;
    field.problem(`must be a text, is ${told(field.value)}`, 'put it in quotes');
    return undefined;
  }

  /** Notes that a field is missing. */
  missing(name: string | number, next?: string): number {
    this.problem(`the field "${name}" is missing`, next ?? `add ${name}:`);
    return NaN;
  }

  private hold(
    value: number,
    { min, max, above, below }: Bounds,
    show: (n: number) => string,
  ): void {
    const refuse = (bound: string, limit: number, next: string): void =>
      this.problem(`must be ${bound} ${show(limit)}, is ${show(value)}`, next);
    if (min !== undefined && value < min) refuse('at least', min, `write ${show(min)} or more`);
    else if (max !== undefined && value > max) refuse('at most', max, `write ${show(max)} or less`);
    else if (above !== undefined && value <= above) {
      refuse('above', above, `write more than ${show(above)}`);
    } else if (below !== undefined && value >= below) {
      refuse('below', below, `write less than ${show(below)}`);
    }
  }
}

/** Milliseconds of a duration; undefined when it is none. */
function durationOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const days = /^(\d+(?:\.\d+)?)d$/.exec(value)?.[1];
  if (days !== undefined) return Number(days) * dayMs;
  const parsed = parseDuration(value);
  return parsed.isOk ? parsed.value / 1e6 : undefined;
}

/** Milliseconds since the epoch; undefined when it is no instant. YAML makes dates of some texts. */
function instantOf(value: unknown): number | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d([T ]|$)/.test(value)) return undefined;
  const isZoned = /(Z|[+-]\d\d:?\d\d)$/i.test(value) || value.length === '2026-11-27'.length;
  const timeMs = Date.parse(isZoned ? value : `${value}Z`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** A value as a person would call it. */
export function told(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? 'a map' : (JSON.stringify(value) ?? typeof value);
}
