/** What the pods of an application tell of it. @upstream kubeflow/spark-operator internal/controller/sparkapplication/controller.go */
import { pods, type Pod } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import type { View } from '../../client/contract.js';
import { containerNames, labelKeys } from '../../spark/names.js';
import { podEvent, type Announcement } from './announcements.js';
import type { StatusDraft } from './draft.js';
import { driverGraceMs, keys, trackedExecutorsMax } from './keys.js';
import {
  applicationStates,
  driverState,
  endOf,
  executorEnd,
  executorState,
  isTerminated,
} from './pod-states.js';
import type { PodState, SparkApplication } from './types.js';

/** What is looked at, and who is told. */
export interface Observation {
  readonly app: SparkApplication;
  readonly draft: StatusDraft;
  readonly view: View;
  readonly means: { nowMs(): number; record(event: Announcement): void };
}

/** Looks at the driver. Why it must be looked at again, if so. */
export function observeDriver({ app, draft, view, means }: Observation): string | undefined {
  const { podName = '' } = draft.driverInfo;
  if (podName === '') return `empty driver pod name with application state ${draft.state}`;
  const pod = view.get(pods, app.metadata.namespace ?? '', podName);
  if (pod === undefined) return missing(draft, means.nowMs());
  draft.sparkApplicationId = pod.metadata.labels?.[labelKeys.appId] ?? '';
  const state = driverState(pod);
  if (isTerminated(state)) draft.terminated({ isAnew: false });
  if (state === 'FAILED') draft.error = failureOf(pod) ?? draft.error;
  const next = applicationStates[state];
  if (next === draft.state) return undefined;
  means.record(podEvent('Driver', podName, state));
  draft.state = next;
  return undefined;
}

/** A pod that was submitted just now may not be in the cache yet. */
function missing(draft: StatusDraft, nowMs: number): string | undefined {
  const lastMs = timeMs(draft.status().lastSubmissionAttemptTime) ?? 0;
  if (draft.state === 'SUBMITTED' && nowMs - lastMs <= driverGraceMs) {
    return `driver pod not found, while inside the grace period. Grace period of ${driverGraceMs / 1_000}s`;
  }
  draft.become('FAILING', 'driver pod not found');
  draft.terminated({ isAnew: true });
  return undefined;
}

function failureOf(pod: Pod): string | undefined {
  const end = endOf(pod, containerNames.driver);
  if (end === undefined) return 'driver container status missing';
  if (end.exitCode === 0) return undefined;
  const reason = end.reason ?? '';
  return `driver container failed with ExitCode: ${end.exitCode}, Reason: ${reason}`;
}

/** Looks at the executors. */
export function observeExecutors({ app, draft, view, means }: Observation): void {
  const present = new Map<string, PodState>();
  let applicationId = '';
  for (const pod of executorsOf(app, draft, view)) {
    const { name = '', labels = {} } = pod.metadata;
    const id = Number.parseInt(labels[labelKeys.executorId] ?? '', 10);
    if (id > trackedExecutorsMax) continue;
    const state = executorState(pod);
    if (draft.executors[name] !== state) {
      const how = state === 'FAILED' ? howItFailed(pod) : '';
      means.record(podEvent('Executor', name, state, how));
    }
    present.set(name, state);
    applicationId ||= labels[labelKeys.appId] ?? '';
  }
  if (applicationId !== '') draft.sparkApplicationId = applicationId;
  for (const [name, state] of present) draft.executors[name] = state;
  for (const [name, state] of Object.entries(draft.executors)) {
    if (isTerminated(state) || present.has(name)) continue;
    draft.executors[name] = stateWithoutPod(draft);
  }
}

function stateWithoutPod({ state }: StatusDraft): PodState {
  if (state === 'RUNNING') return 'UNKNOWN';
  return state === 'COMPLETED' ? 'COMPLETED' : 'FAILED';
}

function executorsOf(app: SparkApplication, draft: StatusDraft, view: View): readonly Pod[] {
  const { name = '', namespace = '' } = app.metadata;
  return view.list(pods, namespace).filter(({ metadata: { labels = {} } }) => {
    const isOwn = labels[keys.appName] === name && labels[labelKeys.role] === 'executor';
    return isOwn && (draft.submissionId === '' || labels[keys.submissionId] === draft.submissionId);
  });
}

function howItFailed(pod: Pod): string {
  const { exitCode = -1, reason = 'Unknown (Container not Found)' } = executorEnd(pod) ?? {};
  return ` with ExitCode: ${exitCode}, Reason: ${reason}, Pod Message: ${pod.status?.message ?? ''}`;
}
