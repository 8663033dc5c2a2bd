/** Compares what a server answered with what a scenario expects. */
import { patterns, placeholder, type BindOptions, type Memory } from './memory.js';

/** How a body is compared. */
export interface CompareOptions {
  /** The answer may hold more keys, in objects at any depth; arrays keep their length. */
  readonly partial?: boolean | undefined;
  /** All arrays are compared as multisets. */
  readonly unordered?: boolean | undefined;
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function show(value: unknown): string {
  return value === undefined ? '(nothing)' : JSON.stringify(value);
}

/** Binds the placeholders of `want` to the text `have`; says what is wrong, if anything is. */
function matchString(
  want: string,
  have: unknown,
  memory: Memory,
  options: BindOptions = {},
): string | undefined {
  const names = [...want.matchAll(placeholder)].map(match => match[0].slice(2, -2));
  const [first] = names;
  if (first === undefined) return want === have ? undefined : '';
  if (first === 'any' && want === '{{any}}') return have === undefined ? '' : undefined;
  if (typeof have === 'number' && first === 'time') return undefined;
  if (typeof have !== 'string' && typeof have !== 'number') return '';
  const match = patternOf(want, names).exec(String(have));
  if (match === null) return '';
  for (const [index, name] of names.entries()) {
    if (!name.includes(':')) continue;
    const value = typeof have === 'number' ? have : match[index + 1];
    const problem = memory.bind(name, value, options);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function patternOf(want: string, names: readonly string[]): RegExp {
  const texts = want
    .split(placeholder)
    .filter((_, index) => index % 2 === 0)
    .map(text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const source = names.reduce((text, name, index) => {
    const [ofClass = ''] = name.split(':');
    return `${text}(${patterns[ofClass] ?? ''})${texts[index + 1] ?? ''}`;
  }, texts[0] ?? '');
  return new RegExp(`^${source}$`);
}

/** All differences between `want` (with placeholders) and `have`, as lines; none means equal. */
export function differences(
  want: unknown,
  have: unknown,
  memory: Memory,
  options: CompareOptions = {},
): readonly string[] {
  const isList = isObject(have) && (Array.isArray(have['items']) || Array.isArray(have['rows']));
  const comparison = new Comparison(
    memory,
    options,
    isList ? 'metadata.resourceVersion' : undefined,
  );
  comparison.walk(want, have, '');
  return comparison.lines;
}

class Comparison {
  readonly lines: string[] = [];

  constructor(
    private readonly memory: Memory,
    private readonly options: CompareOptions,
    private readonly listVersion: string | undefined,
  ) {}

  walk(want: unknown, have: unknown, path: string): void {
    if (typeof want === 'string') {
      const mayRepeat = path === this.listVersion;
      const problem = matchString(want, have, this.memory, { mayRepeat });
      if (problem !== undefined) this.say(path, want, have, problem);
    } else if (Array.isArray(want)) this.walkList(want, have, path);
    else if (isObject(want)) {
      if (isObject(have)) this.walkObject(want, have, path);
      else this.say(path, want, have);
    } else if (want !== have) this.say(path, want, have);
  }

  private say(path: string, want: unknown, have: unknown, why = ''): void {
    const reason = why === '' ? '' : ` (${why})`;
    this.lines.push(`${path || '(body)'}: expected ${show(want)}, got ${show(have)}${reason}`);
  }

  private isSame(want: unknown, have: unknown, memory: Memory): boolean {
    return differences(want, have, memory, this.options).length === 0;
  }

  /** Entries of managedFields are sorted by time, in whole seconds: their order is a matter of chance. */
  private walkList(want: readonly unknown[], have: unknown, path: string): void {
    if (!Array.isArray(have) || want.length !== have.length) {
      this.say(path, want, have);
      return;
    }
    if (this.options.unordered === true || path.endsWith('managedFields')) {
      this.walkUnordered(want, have as readonly unknown[], path);
      return;
    }
    want.forEach((item, index) => this.walk(item, have[index], `${path}[${index}]`));
  }

  private walkUnordered(want: readonly unknown[], have: readonly unknown[], path: string): void {
    const left = [...have];
    for (const [index, item] of want.entries()) {
      const at = left.findIndex(candidate => this.isSame(item, candidate, this.memory.fork()));
      if (at < 0) this.say(`${path}[${index}]`, item, left[0]);
      else this.isSame(item, left.splice(at, 1)[0], this.memory);
    }
  }

  /** Keys may hold placeholders too (`k:{"uid":"{{uid:1}}"}` in fieldsV1): these come last, when most are bound. */
  private walkObject(want: Json, have: Json, path: string): void {
    const isPattern = (key: string) => key.includes('{{') && key.match(placeholder) !== null;
    const left = new Set(Object.keys(have));
    const below = (key: string) => (path === '' ? key : `${path}.${key}`);
    const keys = Object.keys(want);
    for (const key of [...keys.filter(one => !isPattern(one)), ...keys.filter(isPattern)]) {
      const found = isPattern(key)
        ? [...left].find(candidate => this.fits(key, candidate, { want, have }))
        : key;
      if (found !== undefined) {
        left.delete(found);
        matchString(key, found, this.memory);
      }
      this.walk(want[key], found === undefined ? undefined : have[found], below(key));
    }
    if (this.options.partial === true) return;
    for (const key of left) this.say(below(key), undefined, have[key]);
  }

  private fits(
    key: string,
    candidate: string,
    { want, have }: { readonly want: Json; readonly have: Json },
  ): boolean {
    const trial = this.memory.fork();
    return (
      matchString(key, candidate, trial) === undefined &&
      this.isSame(want[key], have[candidate], trial)
    );
  }
}

/**
 * Whether `have` holds `until`: a subset. Arrays are compared item by item from the start and may be longer; an object
 * beside an array names items by index, and `length` its length.
 */
export function holds(until: unknown, have: unknown): boolean {
  if (until === null || typeof until !== 'object') return until === have;
  if (have === null || typeof have !== 'object') return false;
  return Object.entries(until).every(([key, part]) =>
    holds(part, (have as Readonly<Record<string, unknown>>)[key]),
  );
}
