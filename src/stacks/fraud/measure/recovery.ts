/** What came of each drift: found, retrained, promoted, recovered; and what was found where none was. */
import type { PromotionEvent } from '../promotion/canary-run.js';
import type { Finding } from '../monitoring/version-watch.js';
import type { Training } from './cluster-watch.js';
import type { ScoreLog, SpanPrecision } from './score-log.js';

/** A drift as the ledger has it. */
export interface InjectedDrift {
  readonly kind: string;
  readonly description: string;
  readonly injectedMs: number;
}

/** A finding of the drift monitor, and when. */
export interface TimedFinding extends Finding {
  readonly version: string;
  readonly timeMs: number;
}

/** What came of one drift. Times in milliseconds since the epoch; undefined: it did not happen. */
export interface DriftRecovery extends InjectedDrift {
  readonly detectedMs: number | undefined;
  readonly detectedBy: string | undefined;
  readonly detectionDelayMs: number | undefined;
  /** The retrainings that were created until the next drift. */
  readonly retrainings: readonly RetrainingOutcome[];
  /** Each step of the canary that ended in the promotion, or of the last one. */
  readonly steps: readonly PromotionEvent[];
  readonly promotedMs: number | undefined;
  readonly recoveryMs: number | undefined;
  readonly before: SpanPrecision;
  /** From the drift to the promotion, or to the end. */
  readonly during: SpanPrecision;
  readonly after: SpanPrecision | undefined;
}

/** A training of a drift. */
export interface RetrainingOutcome extends Training {
  /** From its creation until all of its GPUs were bound. */
  readonly gpuWaitMs: number | undefined;
}

/** The whole story. */
export interface RecoveryReport {
  readonly drifts: readonly DriftRecovery[];
  /** Findings in errors while no drift was open: none should have led to a retraining. */
  readonly falseAlarms: readonly TimedFinding[];
  /** Changes of inputs and of false alerts that were told, and to which nobody reacts by training. */
  readonly toldOnly: readonly TimedFinding[];
  readonly retrainings: number;
  readonly promotions: number;
  readonly rejections: number;
  readonly rollbacks: number;
}

/** What the story is put together from. */
export interface RecoveryFacts {
  /** In the order of time. */
  readonly injected: readonly InjectedDrift[];
  readonly findings: readonly TimedFinding[];
  readonly trainings: readonly Training[];
  readonly events: readonly PromotionEvent[];
  readonly scores: ScoreLog;
  readonly startMs: number;
  readonly nowMs: number;
  /** So long after a promotion findings still come from labels of the time before. */
  readonly labelDelayMs: number;
}

/** Puts the story together. */
export function recoveryReport(facts: RecoveryFacts): RecoveryReport {
  const { injected, findings, events, trainings, nowMs, labelDelayMs } = facts;
  const drifts = injected
    .filter(({ injectedMs }) => injectedMs <= nowMs)
    .map((drift, index) => {
      const nextMs = injected[index + 1]?.injectedMs ?? Infinity;
      return recoveryOf(facts, drift, Math.min(nextMs, nowMs), {
        fromMs: injected[index - 1]?.injectedMs ?? facts.startMs,
      });
    });
  const isOpen = ({ timeMs }: TimedFinding): boolean =>
    drifts.some(
      ({ injectedMs, promotedMs = Infinity }) =>
        timeMs >= injectedMs && timeMs <= promotedMs + labelDelayMs,
    );
  const count = (what: PromotionEvent['what']): number =>
    events.filter(event => event.what === what).length;
  return {
    drifts,
    falseAlarms: findings.filter(finding => finding.by === 'errors' && !isOpen(finding)),
    toldOnly: findings.filter(({ by }) => by !== 'errors'),
    retrainings: trainings.filter(({ isRetraining }) => isRetraining).length,
    promotions: count('promoted'),
    rejections: count('rejected'),
    rollbacks: count('rolled back'),
  };
}

function recoveryOf(
  { findings, trainings, events, scores }: RecoveryFacts,
  drift: InjectedDrift,
  untilMs: number,
  { fromMs }: { readonly fromMs: number },
): DriftRecovery {
  const { injectedMs } = drift;
  const isWithin = (atMs: number): boolean => atMs >= injectedMs && atMs < untilMs;
  const found = findings.find(({ timeMs }) => isWithin(timeMs));
  const retrainings = trainings
    .filter(({ isRetraining, createdMs }) => isRetraining && isWithin(createdMs))
    .map(training => ({ ...training, gpuWaitMs: minus(training.scheduledMs, training.createdMs) }));
  const versions = retrainings.map(({ version }) => version);
  const own = events.filter(({ version }) => versions.includes(version));
  const promoted = own.find(({ what }) => what === 'promoted');
  const last = promoted?.version ?? own.at(-1)?.version;
  const promotedMs = promoted?.timeMs;
  return {
    ...drift,
    detectedMs: found?.timeMs,
    detectedBy: found?.what,
    detectionDelayMs: minus(found?.timeMs, injectedMs),
    retrainings,
    steps: own.filter(({ version }) => version === last),
    promotedMs,
    recoveryMs: minus(promotedMs, injectedMs),
    before: scores.precision(fromMs, injectedMs),
    during: scores.precision(injectedMs, promotedMs ?? untilMs),
    after: promotedMs === undefined ? undefined : scores.precision(promotedMs, untilMs),
  };
}

function minus(later: number | undefined, earlier: number): number | undefined {
  return later === undefined ? undefined : later - earlier;
}
