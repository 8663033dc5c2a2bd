/** What both levels of a window have in common. */
import type { FastRandom } from '../../../sim/workloads/serving/fast-random.js';
import type { Ledger } from './ledger.js';
import type { ReplicaState } from './replica-state.js';
import type { RunSettings } from './run-settings.js';
import type { Settlement } from './settle.js';
import type { Spread } from './spread.js';
import type { ArrivalStream } from './stream.js';

/** A window, or a part of one where something happened within it. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Requests under way at its beginning. */
  readonly inFlight: number;
  /** Whether requests still arrive. */
  readonly isOpen: boolean;
  /** Whether clients have no connection left for those that arrive. */
  readonly isDropped: boolean;
  readonly replicas: ReadonlySet<ReplicaState>;
}

/** What works out windows. */
export interface WindowTools {
  readonly settings: RunSettings;
  readonly originMs: number;
  readonly ledger: Ledger;
  readonly settlement: Settlement;
  readonly stream: ArrivalStream;
  readonly random: FastRandom;
}

/** A level of detail: it works out a span, and tells how many requests arrived. */
export interface WindowLevel {
  advance(span: Span, spread: Spread): number;
}
