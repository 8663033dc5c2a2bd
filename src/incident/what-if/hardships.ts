/** What users of a cluster suffer from, in figures, read from a history. */
import type { Event, Pod } from '../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import { gpusOf } from '../../gpu/ledger.js';
import type { ComparedFigure } from '../../stacks/stack.js';

interface Wait {
  readonly fromMs: number;
  untilMs?: number;
  readonly hasGpus: boolean;
}

interface Workload {
  replicas: number;
  ready: number;
  sinceMs: number;
  changes: number;
}

interface Sums {
  readonly waits: Map<string, Wait>;
  readonly workloads: Map<string, Workload>;
  /** By the event's uid: refused creations are counted in it. */
  readonly refused: Map<string, number>;
  missingMs: number;
}

/** The figures of a history up to a time, in a fixed order. */
export async function hardshipsOf(
  history: AsyncIterable<HistoryEntry>,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): Promise<readonly ComparedFigure[]> {
  const sums: Sums = { waits: new Map(), workloads: new Map(), refused: new Map(), missingMs: 0 };
  for await (const entry of history) take(entry, sums, startMs);
  for (const workload of sums.workloads.values()) account(workload, sums, endMs);
  const all = [...sums.waits.values()];
  const waitsMs = (hasGpus: boolean): number[] =>
    all
      .filter(wait => wait.hasGpus === hasGpus)
      .map(({ fromMs, untilMs = endMs }) => untilMs - fromMs);
  const flips = [...sums.workloads.values()].map(({ changes }) => changes);
  const refusals = [...sums.refused.values()].reduce((sum, count) => sum + count, 0);
  const waiting = all.filter(({ hasGpus, untilMs }) => hasGpus && untilMs === undefined).length;
  return [
    { name: 'GPU pods: mean wait for a node', unit: 's', value: meanSeconds(waitsMs(true)) },
    { name: 'GPU pods: longest wait', unit: 's', value: longestSeconds(waitsMs(true)) },
    { name: 'GPU pods without a node at the end', value: waiting },
    { name: 'other pods: mean wait for a node', unit: 's', value: meanSeconds(waitsMs(false)) },
    { name: 'pods refused by quota', value: refusals },
    { name: 'replicas missing', unit: 'pod-minutes', value: sums.missingMs / 60_000 },
    { name: 'changes of replicas of one workload, most', value: Math.max(0, ...flips) },
  ];
}

function take(entry: HistoryEntry, sums: Sums, startMs: number): void {
  const { resource, object, type, timeMs } = entry;
  const { uid = '' } = object.metadata;
  const isGone = type === 'DELETED';
  if (resource === 'pods') {
    if (timeMs >= startMs) pod(object as unknown as Pod, sums, { uid, isGone, timeMs });
  } else if (resource === 'deployments.apps' || resource === 'statefulsets.apps') {
    workload(object, sums, { uid, isGone, timeMs });
  } else if (resource === 'events' && !isGone) {
    const { reason, message = '', count = 1, series } = object as unknown as Event;
    if (reason !== 'FailedCreate' || !message.includes('exceeded quota')) return;
    sums.refused.set(uid, series?.count ?? count);
  }
}

interface Seen {
  readonly uid: string;
  readonly isGone: boolean;
  readonly timeMs: number;
}

function pod({ spec, metadata }: Pod, { waits }: Sums, { uid, isGone, timeMs }: Seen): void {
  let wait = waits.get(uid);
  if (wait === undefined) {
    const gpus = (spec?.containers ?? []).reduce((sum, { resources }) => {
      return sum + gpusOf(resources?.limits);
    }, 0);
    const fromMs = Date.parse(metadata.creationTimestamp ?? '') || timeMs;
    waits.set(uid, (wait = { fromMs: Math.max(fromMs, 0), hasGpus: gpus > 0 }));
  }
  if (wait.untilMs === undefined && (spec?.nodeName !== undefined || isGone)) {
    wait.untilMs = timeMs;
  }
}

function workload(object: KubeObject, sums: Sums, { uid, isGone, timeMs }: Seen): void {
  const { replicas = 1 } = (object['spec'] ?? {}) as { readonly replicas?: number };
  const { readyReplicas = 0 } = (object['status'] ?? {}) as { readonly readyReplicas?: number };
  const known = sums.workloads.get(uid);
  if (known === undefined) {
    sums.workloads.set(uid, { replicas, ready: readyReplicas, sinceMs: timeMs, changes: 0 });
    return;
  }
  account(known, sums, timeMs);
  if (known.replicas !== replicas) known.changes++;
  known.replicas = isGone ? 0 : replicas;
  known.ready = readyReplicas;
}

/** Counts what was missing since the last look. */
function account(workload: Workload, sums: Sums, timeMs: number): void {
  const missing = Math.max(0, workload.replicas - workload.ready);
  sums.missingMs += missing * (timeMs - workload.sinceMs);
  workload.sinceMs = timeMs;
}

function meanSeconds(waitsMs: readonly number[]): number | undefined {
  if (waitsMs.length === 0) return undefined;
  return waitsMs.reduce((sum, ms) => sum + Math.max(0, ms), 0) / waitsMs.length / 1000;
}

function longestSeconds(waitsMs: readonly number[]): number | undefined {
  return waitsMs.length === 0 ? undefined : Math.max(...waitsMs, 0) / 1000;
}
