/** Resizing pods in place: what the node agrees to, and how it is done. @upstream pkg/kubelet/allocation */
import type { Container, Pod, ResourceRequirements } from '../api/kinds/core.js';
import { goQuote } from '../api/go-text.js';
import { compareQuantities, valueOf } from '../api/quantity.js';
import { resourceShortage } from './admission.js';
import { newestOf, type RuntimeStatus } from './container-records.js';
import type { KubeletContext } from './context.js';
import type { PodEntry } from './pod-entry.js';
import { containersOf, initContainersOf } from './pod-spec.js';
import { resizeOf } from './resize-actions.js';
import type { Task } from './task.js';
import { draw } from './timings.js';

/** How long a resize that was put off waits when no pod ends meanwhile. */
const retryMs = 180_000;

/** The pods that count against a node's resources. */
export function activePods(context: KubeletContext, except?: PodEntry): readonly Pod[] {
  const active: Pod[] = [];
  for (const entry of context.pods.values()) {
    if (entry !== except && entry.isAdmitted && entry.mayRun) active.push(entry.effective);
  }
  return active;
}

/** Notes that the spec's resources have changed: agrees if there is room, else puts the change off. */
export function considerResize(
  context: KubeletContext,
  entry: PodEntry,
  allocatedBefore: Pod,
): void {
  const { pod } = entry;
  if (!resourcesDiffer(allocatedBefore, pod)) {
    entry.allocated = undefined;
    entry.resize = withoutPending(entry);
    return;
  }
  entry.allocated = withResources(pod, allocatedBefore);
  retryResize(context, entry);
}

/** Tries once more to agree to a resize. */
export function retryResize(context: KubeletContext, entry: PodEntry): void {
  const { pod } = entry;
  const node = context.node();
  if (entry.allocated === undefined || node === undefined) return;
  const generation = pod.metadata.generation ?? 1;
  const shortage = resourceShortage(pod, node, activePods(context, entry));
  const sinceMs = context.clock.now();
  if (shortage === undefined) {
    entry.allocated = undefined;
    entry.resize = { inProgress: { generation, sinceMs } };
    tellResize(context, pod, 'ResizeStarted', { title: 'started', generation });
    context.sync(entry);
    return;
  }
  const { pending } = entry.resize;
  const isKnown = pending?.message === shortage.message && pending.generation === generation;
  if (isKnown) return;
  const condition = { reason: 'Deferred', message: shortage.message, generation, sinceMs };
  entry.resize = { ...entry.resize, pending: condition };
  const title = shortage.reason;
  const error = shortage.message;
  tellResize(context, pod, 'ResizeDeferred', { title, generation, error });
  retryLater(context, entry, condition);
  context.sync(entry);
}

/** Tries again and again while the same resize is put off. */
function retryLater(
  context: KubeletContext,
  entry: PodEntry,
  condition: PodEntry['resize']['pending'],
): void {
  const timer = context.clock.after(retryMs, `${context.nodeName} resize`, () => {
    if (entry.resize.pending !== condition) return;
    retryResize(context, entry);
    if (entry.resize.pending === condition) retryLater(context, entry, condition);
  });
  entry.cleanUps.push(() => timer.cancel());
}

function withoutPending({ resize }: PodEntry): PodEntry['resize'] {
  return resize.inProgress === undefined ? {} : { inProgress: resize.inProgress };
}

function resourcesDiffer(a: Pod, b: Pod): boolean {
  return [...containersOf(b), ...initContainersOf(b)].some(container => {
    const other = [...containersOf(a), ...initContainersOf(a)].find(
      ({ name }) => name === container.name,
    );
    return ['cpu', 'memory'].some(name => {
      const [mine, theirs] = [container.resources, other?.resources];
      return (
        compareQuantities(mine?.requests?.[name], theirs?.requests?.[name]) !== 0 ||
        compareQuantities(mine?.limits?.[name], theirs?.limits?.[name]) !== 0
      );
    });
  });
}

/** The pod with the resources that it had before. */
function withResources(pod: Pod, before: Pod): Pod {
  if (pod.spec === undefined) return pod;
  const keep = (containers: readonly Container[], old: readonly Container[]) =>
    containers.map(container => {
      const resources = old.find(({ name }) => name === container.name)?.resources;
      return resources === undefined ? container : { ...container, resources };
    });
  const init = pod.spec.initContainers;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: keep(containersOf(pod), containersOf(before)),
      ...(init && { initContainers: keep(init, initContainersOf(before)) }),
    },
  };
}

/** The pod as the node has agreed to it, after the API's pod has changed. */
export function withAllocation(entry: PodEntry, pod: Pod): Pod | undefined {
  return entry.allocated === undefined ? undefined : withResources(pod, entry.allocated);
}

/** Keeps the condition of a resize that is under way; tells when it is through. */
export function noteResize(context: KubeletContext, entry: PodEntry, runtime: RuntimeStatus): void {
  const pod = entry.effective;
  const isUnderWay = containersOf(pod).some(container => {
    const record = newestOf(runtime, container.name);
    return record?.state === 'running' && resizeOf(entry, container, record) !== 'none';
  });
  const { inProgress } = entry.resize;
  const generation = entry.pod.metadata.generation ?? 1;
  if (isUnderWay) {
    if (inProgress !== undefined) return;
    const condition = { generation, sinceMs: context.clock.now() };
    entry.resize = { ...entry.resize, inProgress: condition };
  } else if (inProgress !== undefined) {
    const { inProgress: done, ...rest } = entry.resize;
    entry.resize = rest;
    const told = { title: 'completed', generation: done?.generation ?? generation };
    tellResize(context, pod, 'ResizeCompleted', told);
  }
}

/** Changes the resources of running containers; false: it was refused. */
export function* resizeContainers(
  context: KubeletContext,
  entry: PodEntry,
  runtime: RuntimeStatus,
  containers: readonly Container[],
): Task<boolean> {
  for (const container of containers) {
    const record = newestOf(runtime, container.name);
    const running = record && context.machine.runtime.container(entry.uid, record.id);
    if (record === undefined || running === undefined) continue;
    const error = memoryError(container, record.resources, running.usage.memoryBytes);
    if (error !== undefined) {
      failResize(context, entry, error);
      return false;
    }
    yield draw(context.random, context.timings.updateResources);
    running.change({ resources: container.resources });
  }
  return true;
}

function memoryError(
  { name, resources }: Container,
  before: ResourceRequirements | undefined,
  usedBytes: number,
): string | undefined {
  const limit = resources?.limits?.['memory'];
  if (limit === undefined || compareQuantities(limit, before?.limits?.['memory']) >= 0) {
    return undefined;
  }
  const bytes = valueOf(limit);
  // Of one container, the pod's limit is the same.
  if (bytes > usedBytes) return undefined;
  const below = `memory limit (${bytes}) below current usage (${usedBytes})`;
  const both = `attempting to set pod ${below}, attempting to set container ${goQuote(name)} ${below}`;
  return `cannot decrease memory limits: [${both}]`;
}

function failResize(context: KubeletContext, entry: PodEntry, error: string): void {
  const { inProgress } = entry.resize;
  if (inProgress?.message === error) return;
  const generation = inProgress?.generation ?? entry.pod.metadata.generation ?? 1;
  const sinceMs = inProgress?.sinceMs ?? context.clock.now();
  const condition = { reason: 'Error', message: error, generation, sinceMs };
  entry.resize = { ...entry.resize, inProgress: condition };
  tellResize(context, entry.effective, 'ResizeError', { title: 'error', generation, error });
}

function tellResize(
  context: KubeletContext,
  pod: Pod,
  reason: string,
  {
    title,
    generation,
    error,
  }: { readonly title: string; readonly generation: number; readonly error?: string },
): void {
  const containers = containersOf(pod).map(({ name, resources }) => ({
    name,
    resources: {
      ...(resources?.limits && { limits: resources.limits }),
      ...(resources?.requests && { requests: resources.requests }),
    },
  }));
  const body = JSON.stringify({ containers, generation, ...(error !== undefined && { error }) });
  const isBad = reason === 'ResizeError' || reason === 'ResizeDeferred';
  const type = isBad ? 'Warning' : 'Normal';
  context.tell(pod, { type, reason, message: `Pod resize ${title}: ${body}` });
}
