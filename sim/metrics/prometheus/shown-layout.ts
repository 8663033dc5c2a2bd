/** How a target lays out its metrics: the same text from scrape to scrape, but for the values in it. */
import type { Series } from '../promql/series-store.js';

/** What stands before a value, from the end of the one before it on, and whose value it is. */
interface Place {
  readonly before: string;
  readonly series: Series;
}

/** The layout of one text. */
export class ShownLayout {
  private readonly values: number[];

  private constructor(
    private readonly places: readonly Place[],
    /** What follows the last value. */
    private readonly rest: string,
    /** All its series. */
    readonly shown: ReadonlySet<Series>,
  ) {
    this.values = places.map(() => 0);
  }

  /** The layout of a text; undefined when not all its lines are known by what stands before a value. */
  static of(
    text: string,
    known: ReadonlyMap<string, Series>,
    shown: ReadonlySet<Series>,
  ): ShownLayout | undefined {
    const places: Place[] = [];
    let done = 0;
    let start = 0;
    for (const line of text.split('\n')) {
      const end = start + line.length;
      if (line !== '' && !line.startsWith('#')) {
        const cut = line.lastIndexOf(' ') + 1;
        const series = known.get(line.slice(0, Math.max(cut - 1, 0)));
        if (series === undefined) return undefined;
        places.push({ before: text.slice(done, start + cut), series });
        done = end;
      }
      start = end + 1;
    }
    return new ShownLayout(places, text.slice(done), shown);
  }

  /** Appends the values of a text that is laid out like this one; else nothing, and it is false. */
  append(text: string, nowMs: number): boolean {
    const { places, values, rest } = this;
    let at = 0;
    for (let index = 0; index < places.length; index++) {
      const { before } = places[index] as Place;
      // A slice that is compared costs a third of `startsWith`.
      if (text.slice(at, at + before.length) !== before) return false;
      at += before.length;
      const line = text.indexOf('\n', at);
      const end = line < 0 ? text.length : line;
      const value = countIn(text, at, end) ?? Number(text.slice(at, end));
      // What is no plain number is read in full.
      if (end === at || Number.isNaN(value)) return false;
      values[index] = value;
      at = end;
    }
    if (text.length - at !== rest.length || !text.endsWith(rest)) return false;
    for (let index = 0; index < places.length; index++) {
      places[index]?.series.append(nowMs, values[index] as number);
    }
    return true;
  }
}

const zero = 0x30;
/** So many digits are always told exactly. */
const digitsMax = 15;

/** The whole number that is written there, as most values are; undefined: it is none. */
function countIn(text: string, start: number, end: number): number | undefined {
  if (end - start > digitsMax) return undefined;
  let count = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return undefined;
    count = count * 10 + digit;
  }
  return count;
}
