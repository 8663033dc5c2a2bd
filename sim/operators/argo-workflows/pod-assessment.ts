/** What a pod's state makes of its node. @upstream workflow/controller/operator.go assessNodeStatus */
import type { ContainerStatus, Pod } from '../../api/kinds/core.js';
import { rfc3339, timeMs } from '../../api/time.js';
import { deepEqual } from '../../api/equality.js';
import { assessContainers, mainNames } from './container-set.js';
import type { Operation } from './operation.js';
import { isCompleted, isEnded, isFailed, isFulfilled } from './phases.js';
import { podDuration } from './resource-durations.js';
import type { Artifact, NodePhase, NodeStatus, Template } from './types.js';

interface Verdict {
  readonly phase: NodePhase;
  readonly message?: string;
}

/** Undefined: nothing has changed. */
export function assess(
  operation: Operation,
  pod: Pod,
  old: NodeStatus,
  template: Template | undefined,
): NodeStatus | undefined {
  const found = verdictOn(pod, old, template);
  assessContainers(operation, pod, old);
  if (found === undefined) return undefined;
  const { status = {}, spec } = pod;
  const isDaemon = template?.daemon === true;
  const isUp = isDaemon && status.phase === 'Running' && !isEnded(old);
  const { daemoned: _, ...rest } = old;
  const base: NodeStatus = { ...rest, ...found, ...(isUp && { daemoned: true }) };
  const located: NodeStatus = {
    ...withoutOldMessage(old, base),
    ...(isUp && status.podIP !== undefined && { podIP: status.podIP }),
    ...(spec?.nodeName !== undefined && { hostNodeName: spec.nodeName }),
    progress: old.progress ?? '0/1',
  };
  const held = withPhaseHeld(withExitCode(located, pod), pod, old, template);
  const ended = isFulfilled(held) && (held.finishedAt ?? null) === null;
  const next = ended ? { ...held, ...endOf(operation, pod) } : held;
  return deepEqual(next, old) ? undefined : next;
}

function verdictOn(pod: Pod, old: NodeStatus, template: Template | undefined): Verdict | undefined {
  const isDaemon = template?.daemon === true;
  const { phase, containerStatuses = [] } = pod.status ?? {};
  switch (phase) {
    case 'Pending':
      return { phase: 'Pending', message: pendingReason(pod) };
    case 'Succeeded':
      return { phase: isDaemon ? 'Failed' : 'Succeeded' };
    case 'Failed':
      return failure(pod, mainNames(template));
    case 'Running':
      if (!isDaemon) return { phase: 'Running' };
      if (isEnded(old)) return { phase: old.phase ?? 'Running' };
      return containerStatuses.every(({ ready }) => ready) ? { phase: 'Running' } : undefined;
    default:
      // A pod that was just made has no phase yet.
      return undefined;
  }
}

/** Why it waited does not matter any more once it runs. */
function withoutOldMessage(old: NodeStatus, node: NodeStatus): NodeStatus {
  const { message = '', ...rest } = node;
  if (message === '') return rest;
  const hasBegun = old.phase === 'Pending' && node.phase !== 'Pending' && !isFailed(node);
  return hasBegun && old.message === message ? rest : node;
}

function withExitCode(node: NodeStatus, pod: Pod): NodeStatus {
  const main = pod.status?.containerStatuses?.find(({ name }) => name === 'main');
  const code = main?.state?.terminated?.exitCode;
  if (code === undefined) return node;
  return { ...node, outputs: { ...node.outputs, exitCode: String(code) } };
}

/** While the executor may still be at work, or outputs are missing, the node is not over. */
function withPhaseHeld(
  node: NodeStatus,
  pod: Pod,
  old: NodeStatus,
  template: Template | undefined,
): NodeStatus {
  const { status } = pod;
  const wait = status?.containerStatuses?.find(({ name }) => name === 'wait');
  let { phase } = node;
  if (wait?.state?.running !== undefined && isCompleted(node) && status?.phase !== 'Failed') {
    phase = old.phase;
  }
  if (phase === 'Succeeded' && node.outputs !== undefined && lacksOutputs(node, template)) {
    phase = old.phase;
  }
  return phase === undefined ? node : { ...node, phase };
}

function lacksOutputs({ outputs }: NodeStatus, template: Template | undefined): boolean {
  const { parameters = [], artifacts = [] } = template?.outputs ?? {};
  if (parameters.length > 0 && outputs?.parameters === undefined) return true;
  return artifacts.some(isRequired) && outputs?.artifacts === undefined;
}

function isRequired({ optional }: Artifact): boolean {
  return optional !== true;
}

/** Whether the executor will report nothing more, though it never said so. */
export function isReportOver({ status }: Pod): boolean {
  const wait = status?.containerStatuses?.find(({ name }) => name === 'wait');
  if (wait !== undefined) return (wait.state?.terminated?.exitCode ?? 0) !== 0;
  return status?.phase === 'Failed' && status.reason === 'Evicted';
}

function endOf(operation: Operation, pod: Pod): Partial<NodeStatus> {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  let latest = Number.NEGATIVE_INFINITY;
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    if (state?.running !== undefined) latest = operation.nowMs();
    else latest = Math.max(latest, timeMs(state?.terminated?.finishedAt) ?? latest);
  }
  return {
    finishedAt: Number.isFinite(latest) ? rfc3339(latest) : null,
    resourcesDuration: podDuration(pod),
  };
}

/** @upstream getPendingReason */
function pendingReason({ status }: Pod): string {
  for (const { state } of status?.containerStatuses ?? []) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (state?.waiting !== undefined) return message === '' ? reason : `${reason}: ${message}`;
  }
  const unscheduled = status?.conditions?.find(({ reason }) => reason === 'Unschedulable');
  if (unscheduled === undefined) return '';
  const { message = '' } = unscheduled;
  return message === '' ? 'Unschedulable' : `Unschedulable: ${message}`;
}

/** @upstream inferFailedReason */
function failure({ metadata, status = {} }: Pod, mains: readonly string[]): Verdict {
  const { message = '', initContainerStatuses = [], containerStatuses = [] } = status;
  if (message !== '') return { phase: 'Failed', message };
  const place = (name: string) => (mains.includes(name) ? 1 : name === 'wait' ? 2 : 3);
  const sorted = containerStatuses.toSorted((one, other) => place(one.name) - place(other.name));
  const all = [...initContainerStatuses, ...sorted];
  if (all.length === 0) {
    const { name = '', namespace = '' } = metadata;
    const text = `can't find failed message for pod ${name} namespace ${namespace}`;
    return { phase: 'Failed', message: text };
  }
  for (const one of all) {
    const found = failureOf(one, mains);
    if (found !== undefined) return found;
  }
  return withoutFailure(all, mains);
}

function failureOf(
  { name, state }: ContainerStatus,
  mains: readonly string[],
): Verdict | undefined {
  const { waiting, terminated } = state ?? {};
  if (waiting !== undefined) {
    const why = `${waiting.reason ?? ''}: ${waiting.message ?? ''}`;
    const message = `Pod failed before ${name} container starts due to ${why}`;
    return { phase: 'Error', message };
  }
  if (terminated === undefined || terminated.exitCode === 0) return undefined;
  const { reason = '', exitCode, message: told = '' } = terminated;
  const code = `${reason} (exit code ${exitCode})`;
  const message = `${name}: ${told === '' ? code : `${code}: ${told}`}`;
  if (name === 'init' || name === 'wait') return { phase: 'Error', message };
  if (!mains.includes(name) && (exitCode === 137 || exitCode === 143)) return undefined;
  return { phase: 'Failed', message };
}

function withoutFailure(all: readonly ContainerStatus[], mains: readonly string[]): Verdict {
  const wentWell = (...names: readonly string[]) =>
    all.some(one => names.includes(one.name) && one.state?.terminated?.exitCode === 0);
  if (wentWell(...mains) && wentWell('wait')) return { phase: 'Succeeded' };
  const why = wentWell(...mains)
    ? 'wait container did not complete successfully'
    : wentWell('wait')
      ? 'main container did not complete successfully'
      : 'neither main nor wait container completed successfully';
  return { phase: 'Failed', message: `pod failed: ${why}` };
}
