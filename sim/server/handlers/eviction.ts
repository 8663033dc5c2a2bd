/**
 * The eviction of a pod, which disruption budgets may forbid.
 * @upstream pkg/registry/core/pod/storage/eviction.go
 */
import type { Pod } from '../../api/kinds/core.js';
import { podDisruptionBudgets, type PodDisruptionBudget } from '../../api/kinds/policy.js';
import { findCondition, withCondition } from '../../api/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { selectorFromObject } from '../../api/selectors.js';
import {
  badRequest,
  forbidden,
  isFailure,
  notFound,
  plainError,
  statusDetails,
  tooManyRequests,
  type Failure,
} from '../../api/status.js';
import { rfc3339 } from '../../api/time.js';
import { bodyAnswer, failureAnswer } from '../answers.js';
import { readPlainObject } from '../body.js';
import { keyIn, type Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { writeOptions, type WriteOptions } from '../write-options.js';
import { deleteStored } from './delete.js';
import { unstoredAdmission } from './unstored.js';
import { changeObject } from './update.js';
import { planted } from '../../engine/planted.js';

const disruptedPodsMax = 2000;
const oldVersions = ['policy/v1beta1'];
/** As upstream's refusals name it. */
const namedBudget = { group: 'policy', resource: 'poddisruptionbudget' };
const evictionKind = { group: 'policy', version: 'v1', kind: 'Eviction' } as const;

interface Eviction extends KubeObject {
  readonly deleteOptions?: {
    readonly gracePeriodSeconds?: number;
    readonly dryRun?: readonly string[];
    readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  };
}

/** Answers 201 and a Status. */
export function* evictPod(scope: Scope): Steps<ApiAnswer> {
  const failed = yield* evict(scope);
  if (failed !== undefined) return failureAnswer(scope.context, failed);
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  return bodyAnswer(scope.context, scope.media, 201, status);
}

function* evict(scope: Scope): Steps<Failure | undefined> {
  const query = writeOptions(scope.context, 'CreateOptions');
  if (isFailure(query)) return query;
  const eviction = readPlainObject(scope, evictionKind, query, oldVersions) as Eviction | Failure;
  if (isFailure(eviction)) return eviction;
  scope.audit?.requestObject(eviction);
  if ((eviction.metadata.name ?? '') !== scope.name) {
    return badRequest('name in URL does not match name in Eviction object');
  }
  const isDryRun = query.isDryRun || (eviction.deleteOptions?.dryRun?.length ?? 0) > 0;
  const options: WriteOptions = { ...query, isDryRun };
  const refused = yield* admissionRefusal(scope, eviction, options);
  if (refused !== undefined) return refused;
  const stored = scope.resource.collection.get(keyIn(scope));
  if (stored === undefined) return notFound(scope.resource.kind, scope.name);
  const pod = stored.object as Pod;
  const isBudgeted = needsBudget(pod) && !planted('budget-ignored');
  const refusal = isBudgeted ? budgetFailure(scope, pod, options) : undefined;
  if (refusal !== undefined) return refusal;
  const marked = yield* markDisrupted(scope, options);
  if (marked !== undefined) return marked;
  return yield* removePod(scope, eviction, options);
}

function* admissionRefusal(
  scope: Scope,
  eviction: Eviction,
  options: WriteOptions,
): Steps<Failure | undefined> {
  const admission = unstoredAdmission(scope, { kind: evictionKind, options });
  const admitted = yield* admission.mutate(eviction, scope.name);
  if (isFailure(admitted)) return admitted;
  return yield* admission.validate(admitted, scope.name);
}

/** Pods that do not run, or that go already, are nobody's budget. */
function needsBudget({ status, metadata }: Pod): boolean {
  const phase = status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending') return false;
  return metadata.deletionTimestamp === undefined;
}

function* removePod(
  scope: Scope,
  { deleteOptions = {} }: Eviction,
  { isDryRun }: WriteOptions,
): Steps<Failure | undefined> {
  const { gracePeriodSeconds, preconditions } = deleteOptions;
  const deleted = yield* deleteStored(scope, {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(preconditions?.uid !== undefined && { uid: preconditions.uid }),
    isDryRun,
    object: { ...deleteOptions, kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' },
  });
  return isFailure(deleted) ? deleted : undefined;
}

/** Tells in the pod why it goes. */
function* markDisrupted(scope: Scope, options: WriteOptions): Steps<Failure | undefined> {
  const changed = yield* changeObject(scope, {
    options,
    produce: live => {
      const pod = live as Pod | undefined;
      if (pod === undefined) return notFound(scope.resource.kind, scope.name);
      const conditions = withCondition(pod.status?.conditions, {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'EvictionByEvictionAPI',
        message: 'Eviction API: evicting',
        lastProbeTime: null as unknown as string,
        lastTransitionTime: rfc3339(scope.core.clock.now()),
      });
      return { object: { ...pod, status: { ...pod.status, conditions } } as unknown as KubeObject };
    },
    strategy: {},
    countsGeneration: false,
    isAdmitted: true,
    isUntracked: true,
  });
  return isFailure(changed) ? changed : undefined;
}

/** Takes one disruption from the pod's budget, or says why it cannot. */
function budgetFailure(scope: Scope, pod: Pod, options: WriteOptions): Failure | undefined {
  const budgets = budgetsOf(scope, pod);
  if (budgets.length > 1) {
    return plainError(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const [budget] = budgets;
  if (budget === undefined) return undefined;
  if (isUnhealthyAndFree(pod, budget)) return undefined;
  const { generation = 0, name = '' } = budget.metadata;
  const { status } = budget;
  if ((status?.observedGeneration ?? 0) < generation) {
    return refusedBy(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const allowed = status?.disruptionsAllowed ?? 0;
  if (allowed < 0) return forbidden(namedBudget, name, 'pdb disruptions allowed is negative');
  if (Object.keys(status?.disruptedPods ?? {}).length > disruptedPodsMax) {
    return forbidden(
      namedBudget,
      name,
      'DisruptedPods map too big - too many evictions not confirmed by PDB controller',
    );
  }
  if (allowed === 0) return refusedBy(needText(budget, name), 0);
  if (!options.isDryRun) takeOne(scope, pod, budget);
  return undefined;
}

function budgetsOf(scope: Scope, pod: Pod): readonly PodDisruptionBudget[] {
  const all = scope.core.access.list(podDisruptionBudgets, scope.namespace);
  return (all as unknown as readonly PodDisruptionBudget[]).filter(({ spec }) => {
    const selector = selectorFromObject(spec?.selector);
    return selector.isOk && selector.value.matches(pod.metadata.labels);
  });
}

/** @upstream UnhealthyPodEvictionPolicy */
function isUnhealthyAndFree(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  const isReady = pod.status?.conditions?.some(
    ({ type, status: value }) => type === 'Ready' && value === 'True',
  );
  if (isReady === true) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** The numbers are not to be trusted of a budget that could not be reckoned. */
function needText({ status }: PodDisruptionBudget, name: string): string {
  const { desiredHealthy = 0, currentHealthy = 0, conditions } = status ?? {};
  const told = findCondition(conditions, 'DisruptionAllowed');
  const { reason, message = '' } = told?.status === 'False' ? told : {};
  const text = `The disruption budget ${name} does not allow evicting pods currently`;
  if (message !== '' && reason === 'SyncFailed')
    return `${text} because it failed sync: ${message}`;
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  return message === '' ? text : `${text} (${reason}): ${message}`;
}

function refusedBy(message: string, retryAfterSeconds: number): Failure {
  const failed = tooManyRequests(
    "Cannot evict pod as it would violate the pod's disruption budget.",
    retryAfterSeconds,
  );
  const causes = [{ reason: 'DisruptionBudget', message }];
  return { ...failed, details: statusDetails({ ...failed.details, causes }) };
}

function takeOne({ core }: Scope, pod: Pod, budget: PodDisruptionBudget): void {
  const { status } = budget;
  const now = rfc3339(core.clock.now());
  const allowed = (status?.disruptionsAllowed ?? 0) - 1;
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    observedGeneration: status?.observedGeneration,
    lastTransitionTime: now,
    reason: 'InsufficientPods',
    message: '',
  };
  const object = {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: allowed,
      disruptedPods: { ...status?.disruptedPods, [pod.metadata.name ?? '']: now },
      ...(allowed === 0 && { conditions: withCondition(status?.conditions, condition) }),
    },
  };
  core.access.store(podDisruptionBudgets, object as unknown as KubeObject);
}
