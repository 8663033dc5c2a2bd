/** Setups against a baseline, in pairs of equal seeds, in words that claim no more than was shown. */
import type { FigureKind, Figures } from './figures.js';
import { estimate, holm, pairedDifference, type PairedDifference } from './statistics.js';

/** A setup's runs, one for each seed, in the order of the seeds. */
export interface SetupRuns {
  readonly setup: string;
  readonly runs: readonly { readonly seed: number; readonly figures: Figures }[];
}

/** What a figure's comparison came to. */
export interface Compared {
  readonly setup: string;
  readonly kind: FigureKind;
  readonly difference: PairedDifference;
  /** The baseline's mean over the pairs. */
  readonly base: number;
  /** Whether a difference is shown, with all comparisons of this figure taken together (Holm). */
  readonly isShown: boolean;
  readonly sentence: string;
}

/** Compares all setups but the baseline itself with it. */
export function compareWith(
  baseline: SetupRuns,
  setups: readonly SetupRuns[],
  kind: FigureKind,
): Compared[] {
  const others = setups.filter(({ setup }) => setup !== baseline.setup);
  const found = others.flatMap(({ setup, runs }) => {
    const pairs = runs.flatMap(({ seed, figures }) => {
      const other = baseline.runs.find(run => run.seed === seed);
      const [value, base] = [figures[kind.key], other?.figures[kind.key]];
      return value === undefined || base === undefined ? [] : [[value, base] as const];
    });
    if (pairs.length === 0) return [];
    const difference = pairedDifference(
      pairs.map(([value]) => value),
      pairs.map(([, base]) => base),
    );
    const base = estimate(pairs.map(([, one]) => one)).mean;
    return [{ setup, difference, base }];
  });
  const shown = holm(found.map(({ difference }) => difference.pValue ?? 1));
  return found.map(({ setup, difference, base }, index) => {
    const isShown = shown[index] ?? false;
    const sentence = inWords({ setup, baseline: baseline.setup, kind, difference, base, isShown });
    return { setup, kind, difference, base, isShown, sentence };
  });
}

function inWords({
  setup,
  baseline,
  kind,
  difference,
  base,
  isShown,
}: {
  readonly setup: string;
  readonly baseline: string;
  readonly kind: FigureKind;
  readonly difference: PairedDifference;
  /** The baseline's mean. */
  readonly base: number;
  readonly isShown: boolean;
}): string {
  const { count, mean, half, pValue } = difference;
  const unit = kind.unit === '%' ? 'points' : kind.unit;
  if (half === undefined || pValue === undefined) {
    return `${setup} against ${baseline}: ${signed(mean, kind.digits)} ${unit} with one seed: no difference shown without more seeds`;
  }
  const low = signed(mean - half, kind.digits);
  const high = signed(mean + half, kind.digits);
  const range = `95 % interval ${low} to ${high}, ${count} pairs`;
  const isBetter = kind.better === 'more' ? mean > 0 : mean < 0;
  if (!isShown && half === 0 && mean !== 0) {
    const each = `each of ${count} pairs differs by ${signed(mean, kind.digits)} ${unit}`;
    return `${setup} against ${baseline}: no difference shown yet: ${each}, more seeds would tell`;
  }
  if (!isShown) {
    const isNearly = Math.abs(mean) > half ? ' once all comparisons are taken together' : '';
    return `${setup} against ${baseline}: no difference shown${isNearly} (${range})`;
  }
  const judgement = kind.better === undefined ? '' : isBetter ? ', better' : ', worse';
  const from = `${ofBaseline(mean, base)}from ${base.toFixed(kind.digits)}${kind.unit === '' ? '' : ` ${kind.unit}`}`;
  const p = `p ${chance(pValue)}`;
  return `${setup} against ${baseline}: ${signed(mean, kind.digits)} ${unit}${judgement} (${from}; ${range}, ${p})`;
}

/** Small differences get the digits that they need: none is told as 0 that is not. */
function signed(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  const text = value !== 0 && Number(rounded) === 0 ? value.toPrecision(2) : rounded;
  return value > 0 ? `+${text}` : text;
}

function chance(pValue: number): string {
  return pValue < 0.001 ? '< 0.001' : `= ${pValue.toFixed(3)}`;
}

/** `-26 % ` of a baseline that is not 0. */
function ofBaseline(mean: number, base: number): string {
  return base === 0 ? '' : `${signed((100 * mean) / Math.abs(base), 1)} % `;
}
