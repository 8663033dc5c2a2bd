/** The reference of a drift monitor: how features looked when the model was trained. */
import { badSetting } from '../../input/settings.js';
import { sorted } from '../statistics/sorted.js';
import { seasonOf, seasons } from './season.js';
import type { MonitorSettings } from './settings.js';

/** Rows of features, as models take them. */
export interface ReferenceRows {
  readonly rows: number;
  /** Row after row. NaN stands for a missing value. */
  readonly values: Float64Array;
  /** When each was, in milliseconds since the epoch; needed where the season counts. */
  readonly timesMs?: ArrayLike<number>;
}

/** A feature depends on the season when that explains more than this share of its variance. */
const seasonShareMin = 0.02;
/** Fewer reference rows of a season say nothing, unless all are equal. */
const seasonRowsMin = 100;
const equalRowsMin = 5;
/** No more reference rows than so many for each current one. */
const referencePerRowMax = 4;

/** The reference values of one feature. */
export interface ReferenceFeature {
  readonly name: string;
  readonly missing: number;
  /** All values in ascending order. */
  readonly ascending: Float64Array;
  /** By season, for a feature that depends on it; a season that says nothing is empty. */
  readonly bySeason: readonly Float64Array[] | undefined;
}

/** @throws UserError (`bad-setting`) for a reference that does not fit the features or the settings. */
export function readReference(
  names: readonly string[],
  reference: ReferenceRows,
  settings: MonitorSettings,
): readonly ReferenceFeature[] {
  check(names, reference, settings);
  const rows = thinned(reference.rows, settings.referenceRows);
  const ofRow = rows.map(row => seasonOf(reference.timesMs?.[row] ?? 0));
  return names.map((name, column) => {
    const all = Float64Array.from(
      rows,
      row => reference.values[row * names.length + column] ?? NaN,
    );
    const present = all.filter(value => !Number.isNaN(value));
    return {
      name,
      missing: 1 - present.length / all.length,
      ascending: sorted(present),
      bySeason: settings.season === 'none' ? undefined : seasonal(all, ofRow),
    };
  });
}

function check(
  names: readonly string[],
  { rows, values, timesMs }: ReferenceRows,
  { season }: MonitorSettings,
): void {
  const refuse = (what: string, next: string): never => {
    throw badSetting('drift monitor', what, next);
  };
  if (names.length === 0) refuse('there are no features', 'name at least one');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`feature ${twice} is named twice`, 'name each feature once');
  if (rows < 30) refuse(`the reference has ${rows} rows`, 'give at least 30, better 2,000');
  if (values.length !== rows * names.length) {
    refuse(
      `the reference has ${values.length} values for ${rows} rows of ${names.length} features`,
      'give one value a feature and row, row after row',
    );
  }
  if (season === 'hour' && timesMs?.length !== rows) {
    refuse('the reference has no times of its rows', 'give timesMs, or set season to none');
  }
}

/** Evenly spread row numbers, at most so many. */
function thinned(rows: number, rowsMax: number): readonly number[] {
  const count = Math.min(rows, rowsMax);
  return Array.from({ length: count }, (_, index) => Math.floor((index * rows) / count));
}

/** The values by season, when the season explains enough of them. */
function seasonal(
  all: Float64Array,
  ofRow: readonly number[],
): readonly Float64Array[] | undefined {
  const lists = Array.from({ length: seasons }, (): number[] => []);
  all.forEach((value, row) => {
    if (!Number.isNaN(value)) lists[ofRow[row] as number]?.push(value);
  });
  if (explainedShare(lists) < seasonShareMin) return undefined;
  return lists.map(list => {
    const isEqual = list.length >= equalRowsMin && list.every(value => value === list[0]);
    return Float64Array.from(isEqual || list.length >= seasonRowsMin ? list : []);
  });
}

/** Epsilon squared: the share of the variance between groups, less what chance alone would give. */
function explainedShare(lists: readonly (readonly number[])[]): number {
  const groups = lists.filter(list => list.length > 0);
  const count = groups.reduce((sum, list) => sum + list.length, 0);
  const centre = groups.flat().reduce((sum, value) => sum + value, 0) / count;
  let within = 0;
  let between = 0;
  for (const list of groups) {
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
    between += list.length * (mean - centre) ** 2;
    for (const value of list) within += (value - mean) ** 2;
  }
  const total = within + between;
  if (total === 0 || count <= groups.length) return 0;
  return (between - ((groups.length - 1) * within) / (count - groups.length)) / total;
}

/** What of a window can be compared, and with which reference values; both in ascending order. */
export interface Matched {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/**
 * The values of a feature that has no seasons against all of the reference. Of one that has, those rows
 * whose season the reference knows, against reference rows of the same seasons in the same shares, each
 * used once, so that p-values stay true.
 */
export function matchReference(
  { ascending, bySeason }: ReferenceFeature,
  window: Float64Array,
  seasonsOfWindow: ArrayLike<number>,
): Matched {
  if (bySeason === undefined) {
    return { reference: ascending, current: presentAscending(window) };
  }
  const counts = new Int32Array(seasons);
  const current = window
    .filter((value, row) => {
      const season = seasonsOfWindow[row] as number;
      const isKnown = !Number.isNaN(value) && (bySeason[season]?.length ?? 0) > 0;
      if (isKnown) counts[season] = (counts[season] as number) + 1;
      return isKnown;
    })
    .sort();
  const perRow = bySeason.reduce((least, values, season) => {
    const count = counts[season] as number;
    return count === 0 ? least : Math.min(least, values.length / count);
  }, referencePerRowMax);
  const reference = bySeason.flatMap((values, season) => {
    const rows = Math.ceil(perRow * (counts[season] as number));
    return thinned(values.length, rows).map(row => values[row] as number);
  });
  return { reference: Float64Array.from(reference).sort(), current };
}

/** The values that are not missing; sorting puts those that are at the end. */
function presentAscending(window: Float64Array): Float64Array {
  const ascending = window.slice().sort();
  let end = ascending.length;
  while (end > 0 && Number.isNaN(ascending[end - 1])) end--;
  return ascending.subarray(0, end);
}
