/** What a sync has to do about a pod's sandbox and containers. @upstream pkg/kubelet/kuberuntime/kuberuntime_manager.go computePodActions */
import type { Container, Pod } from '../api/kinds/core.js';
import { type ContainerRecord, newestOf, type RuntimeStatus } from './container-records.js';
import { shouldStart } from './container-status.js';
import type { PodEntry } from './pod-entry.js';
import {
  containersOf,
  ephemeralContainersOf,
  initContainersOf,
  isSidecar,
  matchingRule,
  restartsAfter,
  restartsOnFailure,
} from './pod-spec.js';
import { needsSandbox } from './restart-all.js';
import { resizeOf } from './resize-actions.js';
import { specHash } from './spec-hash.js';

/** Why a container is killed: it decides the grace. */
export type KillReason = 'other' | 'liveness' | 'startup';

/** A container to be killed. */
export interface Kill {
  readonly record: ContainerRecord;
  readonly message: string;
  readonly reason: KillReason;
}

/** The actions of one sync. */
export interface PodActions {
  killsPod: boolean;
  createsSandbox: boolean;
  readonly attempt: number;
  initToStart: number[];
  readonly toStart: number[];
  readonly ephemeralToStart: number[];
  readonly toKill: Kill[];
  /** Containers to be removed, because all are restarted in place. */
  readonly toReset: { readonly record: ContainerRecord; readonly kills: boolean }[];
  /** Containers whose resources are changed while they run. */
  readonly toResize: Container[];
}

/** Reckons the actions from the runtime's state as it was last seen. */
export function podActions(
  entry: PodEntry,
  runtime: RuntimeStatus,
  restartsAll: boolean,
): PodActions {
  const pod = entry.effective;
  const createsSandbox = needsSandbox(pod, runtime);
  const [sandbox] = runtime.sandboxes;
  const actions: PodActions = {
    killsPod: createsSandbox,
    createsSandbox,
    attempt: sandbox === undefined ? 0 : createsSandbox ? sandbox.attempt + 1 : sandbox.attempt,
    initToStart: [],
    toStart: [],
    ephemeralToStart: [],
    toKill: [],
    toReset: [],
    toResize: [],
  };
  if (restartsAll) {
    actions.killsPod = false;
    actions.createsSandbox = false;
    actions.toReset.push(...containersToReset(pod, runtime));
    return actions;
  }
  if (createsSandbox) return freshStart(pod, runtime, actions);
  for (const [index, { name }] of ephemeralContainersOf(pod).entries()) {
    if (newestOf(runtime, name) === undefined) actions.ephemeralToStart.push(index);
  }
  const isInitialized = initActions(entry, runtime, actions);
  if (actions.killsPod || !isInitialized) return actions;
  mainActions(entry, runtime, actions);
  return actions;
}

/** A new sandbox: everything begins from the start. */
function freshStart(pod: Pod, runtime: RuntimeStatus, actions: PodActions): PodActions {
  const hasRun = runtime.containers.length > 0;
  if (!restartsOnFailure(pod) && actions.attempt !== 0 && hasRun) {
    actions.createsSandbox = false;
    return actions;
  }
  const main = containersOf(pod);
  const toStart = main.flatMap((container, index) => {
    const policy = container.restartPolicy ?? pod.spec?.restartPolicy;
    const record = newestOf(runtime, container.name);
    const isDone = record?.state === 'exited' && record.exitCode === 0;
    return policy === 'OnFailure' && isDone ? [] : [index];
  });
  const isInitialized = main.some(({ name }) => newestOf(runtime, name) !== undefined);
  if (toStart.length === 0 && isInitialized) {
    actions.createsSandbox = false;
    return actions;
  }
  if (initContainersOf(pod).length > 0) actions.initToStart.push(0);
  else actions.toStart.push(...toStart);
  return actions;
}

/** Those that asked for the restart go last, so that it is not forgotten half way. */
function containersToReset(pod: Pod, runtime: RuntimeStatus): PodActions['toReset'] {
  const split = (containers: readonly Container[]) => {
    const sources: PodActions['toReset'] = [];
    const targets: PodActions['toReset'] = [];
    for (const container of containers) {
      for (const record of runtime.containers) {
        if (record.name !== container.name) continue;
        const kills = record.state === 'running';
        const rule = kills ? undefined : matchingRule(container, record.exitCode);
        const isSource = rule?.action === 'RestartAllContainers';
        (isSource ? sources : targets).push({ record, kills });
      }
    }
    return { sources, targets };
  };
  const init = split(initContainersOf(pod));
  const main = split(containersOf(pod));
  return [...main.targets, ...init.targets, ...main.sources, ...init.sources];
}

function mainActions(entry: PodEntry, runtime: RuntimeStatus, actions: PodActions): void {
  const pod = entry.effective;
  let kept = 0;
  for (const [index, container] of containersOf(pod).entries()) {
    const record = newestOf(runtime, container.name);
    if (record?.state !== 'running') {
      if (shouldStart(container, pod, runtime)) actions.toStart.push(index);
      continue;
    }
    const why = whyKilled(entry, container, record);
    const resize = why === undefined ? resizeOf(entry, container, record) : 'none';
    if (why === undefined && resize !== 'restart') {
      if (resize === 'update') actions.toResize.push(container);
      kept++;
      continue;
    }
    if (why === undefined) {
      const message = `Container ${container.name} resize requires restart`;
      actions.toKill.push({ record, message, reason: 'other' });
      actions.toStart.push(index);
      continue;
    }
    let message = `Container ${container.name} ${why.text}`;
    const policy = container.restartPolicy ?? pod.spec?.restartPolicy;
    if (why.isRedefined || policy !== 'Never') {
      message += ', will be restarted';
      actions.toStart.push(index);
    }
    actions.toKill.push({ record, message, reason: why.reason });
  }
  if (kept === 0 && actions.toStart.length === 0) {
    actions.killsPod = true;
    actions.initToStart = [];
  }
}

interface Why {
  readonly text: string;
  readonly reason: KillReason;
  readonly isRedefined: boolean;
}

function whyKilled(
  entry: PodEntry,
  container: Container,
  record: ContainerRecord,
): Why | undefined {
  const id = `containerd://${record.id}`;
  if (specHash(container) !== record.specHash) {
    return { text: 'definition changed', reason: 'other', isRedefined: true };
  }
  if (entry.verdicts.liveness.get(id) === 'failure') {
    return { text: 'failed liveness probe', reason: 'liveness', isRedefined: false };
  }
  if (entry.verdicts.startup.get(id) === 'failure') {
    return { text: 'failed startup probe', reason: 'startup', isRedefined: false };
  }
  return undefined;
}

/** Plans init containers, from the last to the first; returns whether all are through. */
function initActions(entry: PodEntry, runtime: RuntimeStatus, actions: PodActions): boolean {
  const pod = entry.effective;
  const init = initContainersOf(pod);
  if (init.length === 0) return true;
  let isInitialized = containersOf(pod).some(({ name }) => {
    const state = newestOf(runtime, name)?.state;
    return state === 'created' || state === 'running';
  });
  let isPassed = isInitialized;
  for (let index = init.length - 1; index >= 0; index--) {
    const container = init[index];
    if (container === undefined) continue;
    const record = newestOf(runtime, container.name);
    if (record === undefined) {
      if (isPassed && isSidecar(container)) actions.initToStart.push(index);
      continue;
    }
    if (isPassed && !isSidecar(container)) continue;
    const step = initStep(entry, container, record);
    if (step === 'fail') {
      actions.killsPod = true;
      actions.initToStart = [];
      return false;
    }
    if (step.starts) actions.initToStart.push(index);
    if (step.isThrough) {
      if (index === init.length - 1) isInitialized = true;
      else if (!isPassed) actions.initToStart.push(index + 1);
    }
    if (step.kill !== undefined) {
      actions.toKill.push(step.kill);
      actions.initToStart.push(index);
    }
    isPassed = true;
  }
  if (!isPassed) actions.initToStart.push(0);
  actions.initToStart.reverse();
  return isInitialized;
}

interface InitStep {
  readonly starts?: boolean;
  readonly isThrough?: boolean;
  readonly kill?: Kill;
}

function initStep(
  entry: PodEntry,
  container: Container,
  record: ContainerRecord,
): InitStep | 'fail' {
  if (record.state === 'created') return { starts: true };
  if (record.state === 'running') {
    return isSidecar(container) ? runningSidecar(entry, container, record) : {};
  }
  if (isSidecar(container)) return { starts: true };
  if (record.exitCode === 0) return { isThrough: true };
  const restarts = restartsAfter(container, entry.effective.spec, record.exitCode);
  return restarts ? { starts: true } : 'fail';
}

function runningSidecar(entry: PodEntry, container: Container, record: ContainerRecord): InitStep {
  const id = `containerd://${record.id}`;
  const kill = (text: string, reason: KillReason): Kill => ({
    record,
    message: `Init container ${container.name} ${text}`,
    reason,
  });
  if (container.startupProbe !== undefined) {
    const verdict = entry.verdicts.startup.get(id);
    if (verdict === 'failure') return { kill: kill('failed startup probe', 'startup') };
    if (verdict !== 'success') return {};
  }
  if (specHash(container) !== record.specHash) {
    return { isThrough: true, kill: kill('definition changed', 'other') };
  }
  if (container.livenessProbe !== undefined && entry.verdicts.liveness.get(id) === 'failure') {
    return { isThrough: true, kill: kill('failed liveness probe', 'liveness') };
  }
  return { isThrough: true };
}
