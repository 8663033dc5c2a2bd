/** The conditions that the kubelet states of a pod. @upstream pkg/kubelet/status/generate.go */
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../api/kinds/core.js';
import { goQuote } from '../api/go-text.js';
import type { RuntimeStatus } from './container-records.js';
import { containersOf, initContainersOf, isSidecar, statusNamed } from './pod-spec.js';
import { allRestart, hasNoContainers, needsSandbox } from './restart-all.js';
import type { Writable } from './writable.js';

/** What conditions are made from. */
export interface ConditionFacts {
  readonly pod: Pod;
  readonly old: PodStatus;
  readonly runtime: RuntimeStatus;
  readonly phase: string;
  /** Of init and main containers. */
  readonly statuses: readonly ContainerStatus[];
}

const byKubelet = new Set([
  'PodScheduled',
  'Ready',
  'Initialized',
  'ContainersReady',
  'PodReadyToStartContainers',
  'AllContainersRestarting',
  'PodResizePending',
  'PodResizeInProgress',
]);

/** Whether the kubelet alone writes conditions of this type. */
export function isKubeletCondition(type: string): boolean {
  return byKubelet.has(type);
}

/** The sandbox is there, with its network. */
export function readyToStartContainers({ pod, runtime }: ConditionFacts): PodCondition {
  return condition(pod, 'PodReadyToStartContainers', !needsSandbox(pod, runtime));
}

/** All init containers are through. */
export function initialized({ pod, old, phase, statuses }: ConditionFacts): PodCondition {
  const unknown: string[] = [];
  const incomplete: string[] = [];
  for (const container of initContainersOf(pod)) {
    const status = statusNamed(statuses, container.name);
    if (status === undefined) unknown.push(container.name);
    else if (isSidecar(container) ? status.started !== true : !status.ready) {
      incomplete.push(container.name);
    }
  }
  const make = (isTrue: boolean, reason?: string, message?: string) =>
    condition(pod, 'Initialized', isTrue, reason, message);
  if (phase === 'Succeeded' && unknown.length === 0) return make(true, 'PodCompleted');
  const hasStarted = containersOf(pod).some(container => {
    const state = statusNamed(statuses, container.name)?.state;
    return state?.running !== undefined || state?.terminated !== undefined;
  });
  if (hasStarted || unknown.length + incomplete.length === 0) return make(true);
  const wasInitialized = old.conditions?.some(
    ({ type, status }) => type === 'Initialized' && status === 'True',
  );
  if (wasInitialized === true) return make(true);
  return make(false, 'ContainersNotInitialized', listed({ unknown, incomplete }));
}

/** All main containers and sidecars are ready. */
export function containersReady({ pod, phase, statuses }: ConditionFacts): PodCondition {
  const unknown = unreadyNames(pod, statuses, isMissing);
  const type = 'ContainersReady';
  if (phase === 'Succeeded' && unknown.length === 0) {
    return condition(pod, type, false, 'PodCompleted');
  }
  if (phase === 'Failed') return condition(pod, type, false, 'PodFailed');
  const unready = unreadyNames(pod, statuses, isUnready);
  if (unknown.length + unready.length === 0) return condition(pod, type, true);
  return condition(pod, type, false, 'ContainersNotReady', listed({ unknown, unready }));
}

/** The sidecars and main containers of which this holds; mostly there are none, which takes no list. */
function unreadyNames(
  pod: Pod,
  statuses: readonly ContainerStatus[],
  holds: (status: ContainerStatus | undefined) => boolean,
): readonly string[] {
  let names: string[] | undefined;
  for (const container of initContainersOf(pod)) {
    if (!isSidecar(container) || !holds(statusNamed(statuses, container.name))) continue;
    (names ??= []).push(container.name);
  }
  for (const { name } of containersOf(pod)) {
    if (holds(statusNamed(statuses, name))) (names ??= []).push(name);
  }
  return names ?? none;
}

const none: readonly never[] = [];

function isMissing(status: ContainerStatus | undefined): boolean {
  return status === undefined;
}

function isUnready(status: ContainerStatus | undefined): boolean {
  return status !== undefined && !status.ready;
}

/** Ready: as ContainersReady, which may be known already, and all readiness gates are open. */
export function ready(
  facts: ConditionFacts,
  conditions: readonly PodCondition[],
  containers = containersReady(facts),
): PodCondition {
  if (containers.status !== 'True') return Object.assign({}, containers, { type: 'Ready' });
  const messages: string[] = [];
  for (const { conditionType } of facts.pod.spec?.readinessGates ?? []) {
    const gate = conditions.find(({ type }) => type === conditionType);
    const name = goQuote(conditionType);
    if (gate === undefined) {
      messages.push(`corresponding condition of pod readiness gate ${name} does not exist.`);
    } else if (gate.status !== 'True') {
      messages.push(`the status of pod readiness gate ${name} is not "True", but ${gate.status}`);
    }
  }
  if (messages.length === 0) return Object.assign({}, containers, { type: 'Ready' });
  return condition(facts.pod, 'Ready', false, 'ReadinessGatesNotReady', messages.join(', '));
}

/** Scheduled: it is here. */
export function scheduled({ pod }: ConditionFacts): PodCondition {
  return condition(pod, 'PodScheduled', true);
}

/** A rule of a container restarts all of them at the moment. */
export function allContainersRestarting({
  pod,
  old,
  runtime,
  phase,
}: ConditionFacts): PodCondition {
  const type = 'AllContainersRestarting';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  if (!allRestart(pod, runtime, old) || hasNoContainers(pod, runtime)) {
    return { type, status: 'False' };
  }
  const message = 'container exited with restart policy rule';
  return { type, status: 'True', reason: 'RestartAllContainersStarted', message };
}

function condition(
  pod: Pod,
  type: string,
  isTrue: boolean,
  reason?: string,
  message?: string,
): PodCondition {
  const status = isTrue ? 'True' : 'False';
  const { generation } = pod.metadata;
  const made: Writable<PodCondition> =
    generation === undefined ? { type, status } : { type, observedGeneration: generation, status };
  if (reason !== undefined) made.reason = reason;
  if (message !== undefined) made.message = message;
  return made;
}

function listed(names: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(names)
    .filter(([, list]) => list.length > 0)
    .map(([what, list]) => `containers with ${what} status: [${list.join(' ')}]`)
    .join(', ');
}
