/** Rates that are constant, or made of other rates. */
import type { Rate } from '../rate.js';

/** So many requests a second, always. */
export const constantRate = (perSecond: number): Rate => ({
  at: () => perSecond,
  perSecondMax: () => perSecond,
});

/** A rate times a number. */
export const scaledRate = (rate: Rate, factor: number): Rate => ({
  at: timeMs => rate.at(timeMs) * factor,
  perSecondMax: (fromMs, untilMs) => rate.perSecondMax(fromMs, untilMs) * factor,
});

/** A rate times another one, which has no unit: bursts on a day's shape. */
export const productRate = (rate: Rate, factor: Rate): Rate => ({
  at: timeMs => rate.at(timeMs) * factor.at(timeMs),
  perSecondMax: (fromMs, untilMs) =>
    rate.perSecondMax(fromMs, untilMs) * factor.perSecondMax(fromMs, untilMs),
});
