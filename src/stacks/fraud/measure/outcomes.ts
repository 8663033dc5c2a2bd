/** The recovery as the laws hear of it: step by step, in the order of time. */
import type { Outcome } from '../../../laws/law.js';
import type { PromotionEvent } from '../promotion/canary-run.js';
import type { Training } from './cluster-watch.js';
import type { DriftRecovery } from './recovery.js';

type Step = Extract<Outcome, { kind: 'recovery' }>;

/** What the steps are read from. */
export interface RecoveryStory {
  /** When traffic began, beside which the monitor watches. */
  readonly startMs: number;
  /** Whether a drift monitor has looked at the data at all: some variants have none. */
  readonly isWatched: boolean;
  readonly drifts: readonly DriftRecovery[];
  readonly trainings: readonly Training[];
  readonly events: readonly PromotionEvent[];
}

/** A drift that leaves less than this share of the average precision does harm. */
const harmfulShare = 0.8;

/** The steps. Drifts are numbered from 1, as they were injected. */
export function recoveryOutcomes(story: RecoveryStory): readonly Outcome[] {
  const { startMs, isWatched, drifts, trainings, events } = story;
  const isRetraining = trainings.filter(training => training.isRetraining);
  const ofDrifts = drifts.flatMap(({ retrainings }) => retrainings.map(({ job }) => job));
  const unasked = isRetraining.filter(({ job }) => !ofDrifts.includes(job));
  const first = trainings.find(training => !training.isRetraining)?.version;
  const steps: Step[] = [
    ...(isWatched ? [step(startMs, 'watching', first === undefined ? {} : { model: first })] : []),
    ...drifts.flatMap((drift, index) => driftSteps(drift, index + 1)),
    ...unasked.map(({ createdMs }) => step(createdMs, 'retraining')),
    ...promotionSteps(events, drifts),
  ];
  return steps.sort((a, b) => a.timeMs - b.timeMs);
}

function driftSteps(recovery: DriftRecovery, drift: number): readonly Step[] {
  const { injectedMs, detectedMs, retrainings, before, during } = recovery;
  const { averagePrecision } = before;
  const left = during.averagePrecision;
  const isHarmful =
    averagePrecision !== undefined && left !== undefined && left < averagePrecision * harmfulShare;
  return [
    step(injectedMs, 'injected', {
      drift,
      isHarmful,
      ...(averagePrecision !== undefined && { averagePrecision }),
    }),
    ...(detectedMs === undefined ? [] : [step(detectedMs, 'detected', { drift })]),
    ...retrainings.flatMap(({ createdMs, version, isFailed, finishedMs }) => [
      step(createdMs, 'retraining', { drift, ...(version !== undefined && { model: version }) }),
      ...(isFailed === true && finishedMs !== undefined
        ? [step(finishedMs, 'retraining failed', { drift })]
        : []),
    ]),
  ];
}

/**
 * The promoter compares before it promotes: its last comparison of the version counts. Which version serves
 * after a rollback it does not say, so that the law of rollbacks has nothing to judge here.
 */
function promotionSteps(
  events: readonly PromotionEvent[],
  drifts: readonly DriftRecovery[],
): readonly Step[] {
  const compared = new Map<string, PromotionEvent>();
  return events.flatMap((event): Step[] => {
    const { timeMs, what, version } = event;
    if (event.candidate !== undefined) compared.set(version, event);
    const index = drifts.findIndex(({ retrainings }) =>
      retrainings.some(one => one.version === version),
    );
    const drift = index < 0 ? {} : { drift: index + 1 };
    switch (what) {
      case 'step':
        return [step(timeMs, 'canary', { ...drift, model: version })];
      case 'rolled back':
        return [step(timeMs, 'rolled back', drift)];
      case 'promoted': {
        const { candidate, champion } = compared.get(version) ?? {};
        return [
          step(timeMs, 'promoted', {
            ...drift,
            model: version,
            ...(candidate !== undefined && { averagePrecision: candidate.value }),
            ...(champion !== undefined && { championPrecision: champion.value }),
          }),
        ];
      }
      case 'offline':
      case 'rejected':
        return [];
    }
  });
}

function step(
  timeMs: number,
  name: Step['step'],
  told: Omit<Step, 'kind' | 'timeMs' | 'step'> = {},
): Step {
  return { kind: 'recovery', timeMs, step: name, ...told };
}
