/** Mean and peak of a rate, and a shape that is brought to a stated mean and peak. */
import { exitCodes, UserError } from '../../input/errors.js';
import type { Rate } from '../rate.js';
import { scaledRate } from './plain.js';
import { shapedRate, type RateShape } from './shape.js';

/** A span of time, in milliseconds since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Rates are looked at once a second. */
const stepMs = 1000;
/** A peak is not looked for in a stretch that stays below what was seen before: a whole number of steps. */
const stretchMs = 600_000;
/** A bound is rounded otherwise than what it bounds. */
const roundingSlack = 1 - 1e-9;

/** Requests a second in the mean of a span, by the midpoints of its seconds. */
export function meanRate(rate: Rate, { fromMs, untilMs }: Span): number {
  const steps = Math.max(1, Math.round((untilMs - fromMs) / stepMs));
  const widthMs = (untilMs - fromMs) / steps;
  let sum = 0;
  for (let step = 0; step < steps; step++) sum += rate.at(fromMs + (step + 0.5) * widthMs);
  return sum / steps;
}

/** The highest rate of a span, of those at its whole seconds, and when it is first reached. */
export function peakRate(
  rate: Rate,
  { fromMs, untilMs }: Span,
): { readonly perSecond: number; readonly atMs: number } {
  let peak = { perSecond: rate.at(fromMs), atMs: fromMs };
  for (let beginMs = fromMs; beginMs < untilMs; beginMs += stretchMs) {
    const endMs = Math.min(beginMs + stretchMs, untilMs);
    if (rate.perSecondMax(beginMs, endMs) < peak.perSecond * roundingSlack) continue;
    for (let timeMs = beginMs; timeMs < endMs; timeMs += stepMs) {
      const perSecond = rate.at(timeMs);
      if (perSecond > peak.perSecond) peak = { perSecond, atMs: timeMs };
    }
  }
  return peak;
}

/** What a shape is brought to. */
export interface FitTarget extends Span {
  /** Requests a second in the mean of the span. */
  readonly mean: number;
  /** Requests a second at the highest point of the span. */
  readonly peak: number;
}

/**
 * A shaped rate of the stated mean and peak over a span: all of its events are made stronger or weaker
 * alike until the peak is right.
 *
 * @throws UserError (`rate-cannot-fit`) when no strength of the events gives such a peak.
 */
export function fittedRate(shape: RateShape, target: FitTarget): Rate {
  const wanted = target.peak / target.mean;
  const ratioOf = ratioOfStrength(shape, target);
  const strength = bisect(ratioOf, wanted, enough(shape, ratioOf, wanted));
  const rate = shapedRate(withEvents(shape, strength));
  return scaledRate(rate, target.mean / meanRate(rate, target));
}

/**
 * Refuses what `fittedRate` would, without looking for the strength: that takes ten times as long.
 *
 * @throws UserError (`rate-cannot-fit`) when no strength of the events gives such a peak.
 */
export function checkFit(shape: RateShape, target: FitTarget): void {
  enough(shape, ratioOfStrength(shape, target), target.peak / target.mean);
}

/** Peak over mean by the strength of the events. */
type RatioOf = (strength: number) => number;

function ratioOfStrength(shape: RateShape, target: FitTarget): RatioOf {
  return strength => {
    const rate = shapedRate(withEvents(shape, strength));
    return peakRate(rate, target).perSecond / meanRate(rate, target);
  };
}

const strengthMax = 1024;

/** A strength that is enough for the wanted ratio, where none at all is not too much. */
function enough(shape: RateShape, ratioOf: RatioOf, wanted: number): number {
  let high = 1;
  let ratio = ratioOf(high);
  while (ratio < wanted && high < strengthMax) ratio = ratioOf((high *= 2));
  if (ratio < wanted || ratioOf(0) > wanted) throw cannotFit(shape, wanted, ratioOf);
  return high;
}

/** The strength at which the ratio is the wanted one; it grows with the strength. */
function bisect(ratioOf: RatioOf, wanted: number, enoughStrength: number): number {
  let low = 0;
  let high = enoughStrength;
  // Forty halvings leave a part in 10^12.
  for (let turn = 0; turn < 40; turn++) {
    const middle = (low + high) / 2;
    if (ratioOf(middle) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

const withEvents = (shape: RateShape, strength: number): RateShape => ({
  ...shape,
  events: (shape.events ?? []).map(event => ({
    ...event,
    factor: 1 + (event.factor - 1) * strength,
  })),
});

function cannotFit(shape: RateShape, wanted: number, ratioOf: RatioOf): UserError {
  const times = (value: number): string => `${value.toFixed(2)} times its mean`;
  const least = ratioOf(0);
  const hasEvents = (shape.events ?? []).length > 0;
  const what =
    wanted < least
      ? `without its events the shape already peaks at ${times(least)}`
      : hasEvents
        ? `however strong, its events peak at ${times(ratioOf(strengthMax))}`
        : `the shape has no event, and peaks at ${times(least)}`;
  return new UserError(`the rate cannot peak at ${times(wanted)}: ${what}`, {
    exitCode: exitCodes.usage,
    code: 'rate-cannot-fit',
    next:
      wanted < least
        ? 'state a higher peak, a lower mean, or flatter hours'
        : hasEvents
          ? 'make the event shorter, or state a lower peak'
          : 'add an event to `events`, or state another peak',
  });
}
