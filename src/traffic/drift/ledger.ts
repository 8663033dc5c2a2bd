/**
 * The ledger of injected drift: what changes, when, and in which features. It is the truth to which
 * detectors are held: delay of detection, false alarms and recovery are measured against it.
 */
import { dayMs } from '../calendar.js';
import type { featureNames } from '../transaction.js';

/** The name of one of the 15 features. */
export type FeatureName = (typeof featureNames)[number];

/** How a drift comes about. */
export type DriftRamp =
  /** All of it at once. */
  | { readonly kind: 'sudden' }
  /** In a straight line, over so many milliseconds. */
  | { readonly kind: 'gradual'; readonly overMs: number }
  /** It comes and goes: half of it after a quarter of the period, all after half. */
  | { readonly kind: 'seasonal'; readonly periodMs: number };

/** When and how. */
interface DriftSpan {
  readonly name?: string;
  /** In milliseconds since the epoch. */
  readonly atMs: number;
  /** Default: it stays. */
  readonly untilMs?: number;
  readonly ramp: DriftRamp;
}

/** What drifts. */
export type DriftChange =
  /** Covariate drift: amounts change, and which transactions are fraud does not. */
  | {
      readonly kind: 'covariate';
      /**
       * All amounts are multiplied by this; 1: none is. A model that has learned amounts suffers: boosted
       * trees of the handbook's features fell from .64 of average precision to .61 by 1.05, .48 by 1.3.
       */
      readonly amountFactor: number;
      /**
       * For this share of the transactions two are drawn, and the one of the larger amount happens: people
       * buy otherwise, but frauds look as they did. Default 0.
       */
      readonly mix?: number;
    }
  /**
   * Concept drift: thieves of cards multiply the usual amount by less than they did. What is lost so is not
   * won back by training again: there is less to be seen (trees fell from .64 to .43, and came to .44).
   */
  | {
      readonly kind: 'stealth';
      /** What they multiplied by. The handbook's: 5. */
      readonly fromFactor: number;
      readonly toFactor: number;
    }
  /**
   * Concept drift: a new pattern of fraud, tiny amounts, in this share of all transactions. Trees that are
   * trained again learn it (at .01 from .64 to .42, and then to .74); a linear model cannot.
   */
  | {
      readonly kind: 'card-testing';
      readonly share: number;
      /** How many cards. Default 500. */
      readonly cards?: number;
      /** At how many terminals: at few of them, their risk soon gives it away. Default 3. */
      readonly terminals?: number;
    }
  /**
   * Prior drift: so many times the usual frauds. Those at newly compromised terminals stay unseen until
   * their labels have come in, so average precision falls first and recovers without any training.
   */
  | { readonly kind: 'prior'; readonly fraudFactor: number }
  /** The pipeline delivers wrong features: the world is as it was. */
  | { readonly kind: 'broken-pipeline'; readonly fault: PipelineFault }
  /** Labels come so many times later. */
  | { readonly kind: 'label-delay'; readonly delayFactor: number }
  /** Nothing drifts: what detectors find then is a false alarm. */
  | { readonly kind: 'none' };

/** What is wrong with delivered features. */
export type PipelineFault =
  /** A null, as a scorer reads it: this value. Usually 0. */
  | { readonly kind: 'null'; readonly features: readonly FeatureName[]; readonly value: number }
  /** Another unit: cents for euros is a factor of 100. */
  | { readonly kind: 'unit'; readonly features: readonly FeatureName[]; readonly factor: number }
  /** The clock is read so many hours ahead: nights and weekends shift. */
  | { readonly kind: 'time-zone'; readonly hours: number };

/** One entry of the ledger. */
export type DriftEntry = DriftSpan & DriftChange;

/** All entries, in any order. */
export type DriftLedger = readonly DriftEntry[];

/** The kinds of entries. */
export const driftKinds = [
  'covariate',
  'stealth',
  'card-testing',
  'prior',
  'broken-pipeline',
  'label-delay',
  'none',
] as const satisfies readonly DriftEntry['kind'][];

/** What a seasonal drift's period is where none is stated. */
export const seasonMs = dayMs;

/** How much of an entry there is at an instant: 0 before and after it, at most 1. */
export function intensity({ atMs, untilMs = Infinity, ramp }: DriftEntry, timeMs: number): number {
  if (timeMs < atMs || timeMs >= untilMs) return 0;
  const sinceMs = timeMs - atMs;
  switch (ramp.kind) {
    case 'sudden':
      return 1;
    case 'gradual':
      return Math.min(1, sinceMs / ramp.overMs);
    case 'seasonal':
      return (1 - Math.cos((2 * Math.PI * sinceMs) / ramp.periodMs)) / 2;
  }
}

/** A factor that is 1 where there is nothing of an entry, and the entry's where there is all of it. */
export const partly = (factor: number, level: number): number => 1 + (factor - 1) * level;

const amounts: readonly FeatureName[] = [
  'amount',
  'customer_mean_amount_short',
  'customer_mean_amount_medium',
  'customer_mean_amount_long',
];
const risks: readonly FeatureName[] = [
  'terminal_risk_short',
  'terminal_risk_medium',
  'terminal_risk_long',
];
const counts: readonly FeatureName[] = [
  'customer_count_short',
  'customer_count_medium',
  'customer_count_long',
  'terminal_count_short',
  'terminal_count_medium',
  'terminal_count_long',
];

/** The features whose distribution an entry changes, among all transactions or among frauds. */
export function affectedFeatures(entry: DriftEntry): readonly FeatureName[] {
  switch (entry.kind) {
    case 'covariate':
    case 'stealth':
      return amounts;
    case 'card-testing':
      return [...amounts, ...counts, ...risks];
    case 'prior':
      return risks;
    case 'broken-pipeline':
      return entry.fault.kind === 'time-zone' ? ['is_weekend', 'is_night'] : entry.fault.features;
    case 'label-delay':
    case 'none':
      return [];
  }
}

/** Whether a good model stays good: a roll-back or a retraining because of it would be an error. */
export function isHarmless(entry: DriftEntry): boolean {
  if (entry.kind === 'covariate') return entry.amountFactor === 1;
  return entry.kind === 'none' || entry.kind === 'label-delay';
}

/** Where an entry shows: in the world's transactions, in delivered features, or in labels. */
export function layerOf({ kind }: DriftEntry): 'world' | 'pipeline' | 'labels' | 'nowhere' {
  if (kind === 'broken-pipeline') return 'pipeline';
  if (kind === 'label-delay') return 'labels';
  return kind === 'none' ? 'nowhere' : 'world';
}
