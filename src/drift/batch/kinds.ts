/** The two sorts of batch detectors: those that judge by a p-value, and those that judge by a distance. */
import { exitCodes, UserError } from '../../input/errors.js';
import { numberField, readSettings, type Field, type SettingsOf } from '../../input/settings.js';
import type { BatchDetectorKind, Comparison } from '../detector.js';
import type { TestResult } from '../statistics/test-result.js';

type Fields = Readonly<Record<string, Field<unknown>>>;

/** A test of the hypothesis that nothing has changed. */
export interface SignificanceDetector<F extends Fields> {
  readonly name: string;
  /** A p-value below it is drift. Default 0.05. */
  readonly alpha?: number;
  /** Its settings besides `alpha`. */
  readonly fields: F;
  test(reference: Float64Array, current: Float64Array, settings: SettingsOf<F>): TestResult;
}

/** Makes a detector of a test. Where a test has nothing to measure by (NaN), nothing has drifted. */
export function significanceDetector<F extends Fields>(
  detector: SignificanceDetector<F>,
): BatchDetectorKind {
  const { name, fields } = detector;
  const alpha = numberField(detector.alpha ?? 0.05, { above: 0, below: 1 });
  return {
    name,
    compare(reference, current, given = {}) {
      // The type of a spread of a type parameter is not seen to hold both.
      const settings = readSettings(`detector ${name}`, given, {
        ...fields,
        alpha,
      }) as SettingsOf<F> & {
        readonly alpha: number;
      };
      checkSamples(name, reference, current);
      const { statistic, pValue } = detector.test(reference, current, settings);
      return judgeByPValue({ statistic, pValue }, settings.alpha);
    },
  };
}

/** The comparison that a test's result makes. */
export function judgeByPValue({ statistic, pValue }: TestResult, alpha: number): Comparison {
  if (Number.isNaN(pValue)) return { statistic: 0, pValue: 1, isDrift: false, threshold: alpha };
  return { statistic, pValue, isDrift: pValue < alpha, threshold: alpha };
}

/** A distance of two samples. */
export interface DistanceDetector<F extends Fields> {
  readonly name: string;
  /** A distance of at least it is drift. */
  readonly threshold: number;
  /** Its settings besides `threshold`. */
  readonly fields: F;
  distance(reference: Float64Array, current: Float64Array, settings: SettingsOf<F>): number;
}

/** Makes a detector of a distance. */
export function distanceDetector<F extends Fields>(
  detector: DistanceDetector<F>,
): BatchDetectorKind {
  const { name, fields } = detector;
  const threshold = numberField(detector.threshold, { above: 0 });
  return {
    name,
    compare(reference, current, given = {}) {
      // The type of a spread of a type parameter is not seen to hold both.
      const settings = readSettings(`detector ${name}`, given, {
        ...fields,
        threshold,
      }) as SettingsOf<F> & { readonly threshold: number };
      checkSamples(name, reference, current);
      const statistic = detector.distance(reference, current, settings);
      const isDrift = statistic >= settings.threshold;
      return { statistic, isDrift, threshold: settings.threshold };
    },
  };
}

function checkSamples(name: string, reference: Float64Array, current: Float64Array): void {
  for (const [which, sample] of Object.entries({ reference, current })) {
    if (sample.length === 0) throw badSample(`detector ${name}: the ${which} sample is empty`);
    const at = indexOfNaN(sample);
    if (at >= 0) throw badSample(`detector ${name}: value ${at} of the ${which} sample is NaN`);
  }
}

/** A plain loop: large references are compared again and again. */
function indexOfNaN(sample: Float64Array): number {
  for (let index = 0; index < sample.length; index++) {
    if (Number.isNaN(sample[index])) return index;
  }
  return -1;
}

const badSample = (what: string): UserError =>
  new UserError(what, {
    exitCode: exitCodes.usage,
    code: 'bad-sample',
    next: 'leave missing values out, or put a number of their own in their place',
  });
