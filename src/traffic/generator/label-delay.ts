/** How long it takes until it is known whether a transaction was fraud: chargebacks take their time. */
import type { Random } from '../../../sim/engine/random.js';

/** Draws delays. */
export interface LabelDelay {
  /** After how many milliseconds the label of a transaction of this instant is known. */
  next(timeMs: number): number;
}

/** A distribution of delays, in milliseconds. */
export type LabelDelaySpec =
  | { readonly kind: 'constant'; readonly delayMs: number }
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'exponential'; readonly meanMs: number }
  /** `sigma` is the deviation of the logarithm. */
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number };

/** Draws from the distribution. */
export function labelDelayOf(spec: LabelDelaySpec, random: Random): LabelDelay {
  switch (spec.kind) {
    case 'constant':
      return { next: () => spec.delayMs };
    case 'uniform':
      return { next: () => random.between(spec.minMs, spec.maxMs) };
    case 'exponential':
      return { next: () => random.exponential(spec.meanMs) };
    case 'lognormal':
      return { next: () => spec.medianMs * Math.exp(random.normal(0, spec.sigma)) };
  }
}
