/** The analyses that a Rollout makes. @upstream argo-rollouts rollout/analysis.go */
import { deepEqual } from '../../api/equality.js';
import { controllerOf, ownerReference } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, patch } from '../../client/requests.js';
import { analysisRuns, isOver, type AnalysisRun } from './analysis-types.js';
import { currentStep } from './canary-steps.js';
import { blueGreenOf, canaryOf, statusOf } from './defaults.js';
import { removeRuns } from './history.js';
import { keys } from './keys.js';
import { pauseConditionOf } from './pause.js';
import { hashOfSet } from './replica-sets.js';
import { isFastRollback } from './rollback.js';
import { argsOf } from './run-args.js';
import { needsRun, skipsPost, skipsPre } from './run-rules.js';
import type { CurrentRuns, Failure, RolloutState } from './state.js';
import { runSpec, templatesOf } from './templates.js';
import { isFullyPromoted } from './traffic-rules.js';
import { rollouts, type RolloutAnalysis, type RolloutStatus, type RunStatus } from './types.js';

/** Sorts the analyses of a Rollout into those of the present template and others. @upstream FilterCurrentRolloutAnalysisRuns */
export function* findRuns(state: RolloutState): Reconciliation<void> {
  const { rollout, view, namespace } = state;
  const own = [...view.byIndex(analysisRuns, 'owner', rollout.metadata.uid ?? '')];
  const { canary, blueGreen } = statusOf(rollout);
  const named = {
    step: canary?.currentStepAnalysisRunStatus?.name,
    background: canary?.currentBackgroundAnalysisRunStatus?.name,
    pre: blueGreen?.prePromotionAnalysisRunStatus?.name,
    post: blueGreen?.postPromotionAnalysisRunStatus?.name,
  };
  const names = Object.values(named);
  for (const name of names) {
    if (name === undefined || own.some(run => run.metadata.name === name)) continue;
    // The status knows of it, and the cache not yet.
    const answer = yield* call(get(analysisRuns, namespace, name));
    if (answer.isOk) own.push(answer.object);
  }
  const entries = Object.entries(named).flatMap(([sort, name]) => {
    const run = own.find(({ metadata }) => name !== undefined && metadata.name === name);
    return run === undefined ? [] : [[sort, run] as const];
  });
  state.runs = Object.fromEntries(entries);
  state.otherRuns = own.filter(({ metadata }) => !names.includes(metadata.name));
}

type Found = { readonly run?: AnalysisRun } | { readonly failure: string };

/** Makes, ends and removes them. @upstream reconcileAnalysisRuns */
export function* keepRuns(state: RolloutState): Reconciliation<Failure> {
  const kept = yield* currentRuns(state);
  if ('failure' in kept) return kept.failure;
  state.runs = kept.runs;
  tellRuns(state);
  const names = Object.values(kept.runs).map((run: AnalysisRun) => run.metadata.name);
  const others = state.otherRuns.filter(({ metadata }) => !names.includes(metadata.name));
  const failure = yield* endRuns(others);
  if (failure !== undefined) return failure;
  const refused = yield* removeRuns(excessOf(state, others));
  if (refused !== undefined) return refused;
  tellChanges(state);
  return undefined;
}

function* currentRuns(
  state: RolloutState,
): Reconciliation<{ readonly runs: CurrentRuns } | { readonly failure: string }> {
  const { rollout, pause, runs } = state;
  const { promoteFull, stableRS = '' } = statusOf(rollout);
  const isOverNow =
    isFullyPromoted(rollout) ||
    pause.isAborted ||
    promoteFull === true ||
    isFastRollback(state) ||
    stableRS === '';
  if (isOverNow) {
    const failure = yield* endRuns(Object.values(runs) as AnalysisRun[]);
    if (failure !== undefined) return { failure };
    const { pre, post } = runs;
    return { runs: { ...(pre && { pre }), ...(post && { post }) } };
  }
  const found: Record<string, AnalysisRun> = {};
  const makers =
    canaryOf(rollout) !== undefined
      ? ({ step: keepStep, background: keepBackground } as const)
      : ({ pre: keepPre, post: keepPost } as const);
  for (const [sort, keep] of Object.entries(makers)) {
    const one: Found = yield* keep(state);
    if ('failure' in one) return one;
    if (one.run === undefined) continue;
    found[sort] = one.run;
  }
  return { runs: found };
}

function* ended(run: AnalysisRun | undefined, keeps = false): Reconciliation<Found> {
  const failure = yield* endRuns(run === undefined ? [] : [run]);
  if (failure !== undefined) return { failure };
  return keeps && run !== undefined ? { run } : {};
}

function* keepStep(state: RolloutState): Reconciliation<Found> {
  const { rollout, runs } = state;
  const { step, index } = currentStep(rollout);
  const { pauseConditions = [], abort } = statusOf(rollout);
  if (pauseConditions.length > 0 || abort === true) return runs.step ? { run: runs.step } : {};
  const analysis = step?.analysis;
  const isOfOther =
    runs.step !== undefined && runs.step.metadata.labels?.[keys.stepIndex] !== String(index);
  const isNone = (analysis?.templates ?? []).length === 0;
  if (analysis === undefined || isNone || isOfOther) return yield* ended(runs.step);
  if (needsRun(runs.step, rollout)) {
    const labels = { [keys.rolloutType]: 'Step', [keys.stepIndex]: String(index) };
    return yield* makeRun(state, analysis, { infix: String(index), labels });
  }
  judge(state, runs.step, 'Step-based analysis phase error/failed');
  return { ...(runs.step && { run: runs.step }) };
}

function* keepBackground(state: RolloutState): Reconciliation<Found> {
  const { rollout, runs } = state;
  const { analysis } = canaryOf(rollout) ?? {};
  if (analysis === undefined || (analysis.templates ?? []).length === 0) {
    return yield* ended(runs.background);
  }
  const { currentPodHash = '' } = statusOf(rollout);
  const { index } = currentStep(rollout);
  const { startingStep } = analysis;
  const isEarly = startingStep !== undefined && index !== undefined && index < startingStep;
  if (currentPodHash === '' || isEarly) return {};
  const { background } = runs;
  if (pauseConditionOf(rollout, 'InconclusiveAnalysisRun') !== undefined) {
    return { ...(background && { run: background }) };
  }
  if (needsRun(background, rollout)) {
    const labels = { [keys.rolloutType]: 'Background' };
    return yield* makeRun(state, analysis, { infix: '', labels });
  }
  judge(state, background, 'Background analysis phase error/failed');
  return { ...(background && { run: background }) };
}

function* keepPre(state: RolloutState): Reconciliation<Found> {
  const { rollout, newSet, runs } = state;
  return yield* keepPromotion(state, blueGreenOf(rollout)?.prePromotionAnalysis, {
    ...{ run: runs.pre, infix: 'pre', type: 'PrePromotion' },
    isSkipped: skipsPre(rollout, newSet, runs.pre),
    message: 'Blue/green pre-promotion analysis phase error/failed',
  });
}

function* keepPost(state: RolloutState): Reconciliation<Found> {
  const { rollout, newSet, runs } = state;
  return yield* keepPromotion(state, blueGreenOf(rollout)?.postPromotionAnalysis, {
    ...{ run: runs.post, infix: 'post', type: 'PostPromotion' },
    isSkipped: skipsPost(rollout, newSet, runs.post),
    message: 'Blue/green post-promotion analysis phase error/failed',
  });
}

function* keepPromotion(
  state: RolloutState,
  analysis: RolloutAnalysis | undefined,
  what: {
    readonly run: AnalysisRun | undefined;
    readonly infix: string;
    readonly type: string;
    readonly isSkipped: boolean;
    readonly message: string;
  },
): Reconciliation<Found> {
  const { run, infix, type, isSkipped, message } = what;
  if (analysis === undefined || (analysis.templates ?? []).length === 0) return yield* ended(run);
  let found: Found = { ...(run && { run }) };
  const isPaused = pauseConditionOf(state.rollout, 'InconclusiveAnalysisRun') !== undefined;
  if (isSkipped) found = yield* ended(run, true);
  else if (!isPaused && needsRun(run, state.rollout)) {
    found = yield* makeRun(state, analysis, { infix, labels: { [keys.rolloutType]: type } });
  }
  if ('run' in found) judge(state, found.run, message);
  return found;
}

/** What an analysis that ended badly does to the Rollout. */
function judge({ pause }: RolloutState, run: AnalysisRun | undefined, message: string): void {
  const { phase, message: why = '' } = run?.status ?? {};
  if (phase === 'Inconclusive') pause.add('InconclusiveAnalysisRun');
  if (phase === 'Error' || phase === 'Failed') {
    pause.abort(why === '' ? message : `${message}: ${why}`);
  }
}

/** Asks analyses to end. @upstream cancelAnalysisRuns */
function* endRuns(runs: readonly AnalysisRun[]): Reconciliation<Failure> {
  for (const { metadata, spec, status } of runs) {
    if (spec.terminate === true || isOver(status?.phase)) continue;
    const { namespace = '', name = '' } = metadata;
    const body = { spec: { terminate: true } };
    const answer = yield* call(patch(analysisRuns, { namespace, name }, { type: 'merge' }, body));
    if (!answer.isOk && answer.status !== 404) return answer.message;
  }
  return undefined;
}

/** How often a name that is taken gets another number; upstream has no bound. */
const namesMax = 100;

/** Makes one; where there is the same already, that. @upstream createAnalysisRun, CreateWithCollisionCounter */
function* makeRun(
  state: RolloutState,
  analysis: RolloutAnalysis,
  { infix, labels }: { readonly infix: string; readonly labels: Readonly<Record<string, string>> },
): Reconciliation<Found> {
  const wanted = runOf(state, analysis, infix, labels);
  if ('failure' in wanted) return wanted;
  const { name = '' } = wanted.run.metadata;
  for (let count = 0; count < namesMax; count++) {
    const metadata = { ...wanted.run.metadata, name: count === 0 ? name : `${name}.${count}` };
    const answer = yield* call(create(analysisRuns, { ...wanted.run, metadata }));
    if (answer.isOk) return { run: answer.object };
    if (answer.reason !== 'AlreadyExists') return { failure: answer.message };
    const present = yield* call(get(analysisRuns, state.namespace, metadata.name));
    if (!present.isOk) return { failure: present.message };
    const { object } = present;
    const isOurs = controllerOf(object)?.uid === state.rollout.metadata.uid;
    const isSame = deepEqual(withoutEnd(object), withoutEnd(wanted.run));
    if (!isOver(object.status?.phase) && isSame && isOurs) return { run: object };
  }
  return { failure: `no name for an analysis of ${state.name} is free` };
}

function withoutEnd({ spec }: AnalysisRun): object {
  const { metrics, dryRun = [], measurementRetention = [], args = [] } = spec;
  return { metrics, dryRun, measurementRetention, args };
}

function runOf(
  state: RolloutState,
  analysis: RolloutAnalysis,
  infix: string,
  labels: Readonly<Record<string, string>>,
): { readonly run: AnalysisRun } | { readonly failure: string } {
  const { rollout, stableSet, newSet, view, namespace } = state;
  const hash = hashOfSet(newSet);
  const hashes = { stable: hashOfSet(stableSet), latest: hash };
  const args = argsOf(analysis.args ?? [], rollout, hashes);
  if ('problem' in args) return { failure: args.problem };
  const templates = templatesOf(analysis.templates ?? [], view, namespace);
  if ('problem' in templates) return { failure: templates.problem };
  const spec = runSpec(templates.value, args.value, analysis);
  if ('problem' in spec) return { failure: spec.problem };
  const revision = rollout.metadata.annotations?.[keys.revision] ?? '';
  const { analysisRunMetadata: more } = analysis;
  const instance = rollout.metadata.labels?.[keys.instanceId];
  return {
    run: {
      metadata: {
        name: [state.name, hash, revision, infix].filter(part => part !== '').join('-'),
        namespace,
        labels: {
          [keys.hash]: hash,
          ...labels,
          ...(instance !== undefined && { [keys.instanceId]: instance }),
          ...more?.labels,
          ...rollout.spec.selector?.matchLabels,
        },
        annotations: { [keys.revision]: revision, ...more?.annotations },
        ownerReferences: [ownerReference(rollout, rollouts)],
      },
      spec: spec.value,
    },
  };
}

/** Old ones that are too many, or whose set has gone. @upstream FilterAnalysisRunsToDelete */
function excessOf(
  { rollout, allSets }: RolloutState,
  others: readonly AnalysisRun[],
): readonly AnalysisRun[] {
  const { successfulRunHistoryLimit = 5, unsuccessfulRunHistoryLimit = 5 } =
    rollout.spec.analysis ?? {};
  const left = { good: successfulRunHistoryLimit, bad: unsuccessfulRunHistoryLimit };
  const ageOf = ({ metadata }: AnalysisRun): number => timeMs(metadata.creationTimestamp) ?? 0;
  return others
    .toSorted((one, other) => ageOf(other) - ageOf(one))
    .filter(({ metadata, status }) => {
      const hash = metadata.labels?.[keys.hash];
      const set = allSets.find(one => hash !== undefined && hashOfSet(one) === hash);
      if (set === undefined || set.metadata.deletionTimestamp !== undefined) return true;
      if (!isOver(status?.phase)) return false;
      const sort = status?.phase === 'Successful' ? 'good' : 'bad';
      return left[sort]-- <= 0;
    });
}

/** Puts them into the status. @upstream SetCurrentAnalysisRuns */
function tellRuns({ draft, runs, rollout }: RolloutState): void {
  const told = (run: AnalysisRun | undefined): RunStatus | undefined => {
    if (run === undefined) return undefined;
    const { phase = '', message = '' } = run.status ?? {};
    return {
      name: run.metadata.name ?? '',
      status: phase,
      ...(message !== '' && { message }),
    };
  };
  const [step, background, pre, post] = [runs.step, runs.background, runs.pre, runs.post].map(told);
  if (canaryOf(rollout) !== undefined) {
    draft.canary = {
      ...draft.canary,
      ...(background && { currentBackgroundAnalysisRunStatus: background }),
      ...(step && { currentStepAnalysisRunStatus: step }),
    };
  } else {
    draft.blueGreen = {
      ...draft.blueGreen,
      ...(pre && { prePromotionAnalysisRunStatus: pre }),
      ...(post && { postPromotionAnalysisRunStatus: post }),
    };
  }
}

/** A change of their phase is an event. @upstream reconcileAnalysisRunStatusChanges */
function tellChanges(state: RolloutState): void {
  const { canary, blueGreen }: RolloutStatus = statusOf(state.rollout);
  const { runs } = state;
  const all = [
    ['PostPromotion', runs.post, blueGreen?.postPromotionAnalysisRunStatus],
    ['PrePromotion', runs.pre, blueGreen?.prePromotionAnalysisRunStatus],
    ['Step', runs.step, canary?.currentStepAnalysisRunStatus],
    ['Background', runs.background, canary?.currentBackgroundAnalysisRunStatus],
  ] as const;
  for (const [type, run, before] of all) {
    const { phase } = run?.status ?? {};
    if (run === undefined || phase === undefined) continue;
    const { name = '' } = run.metadata;
    const hasChanged = before === undefined || (before.name === name && before.status !== phase);
    if (!hasChanged) continue;
    const was = before?.status ?? 'NoPreviousStatus';
    state.tell(
      `AnalysisRun${phase}`,
      `${type} Analysis Run '${name}' Status New: '${phase}' Previous: '${was}'`,
      phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal',
    );
  }
}
