/** How many replicas each workload was asked for, over time, from the source that tells it best. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { ToldEvent, TraceStep } from '../import/format.js';
import { dumpedSights, titleOf, type KnownObject } from './known.js';
import type { Series } from './series-book.js';
import { changes, valueAt, type Step } from './stretches.js';
import type { Survey } from './survey.js';

/** The replicas of a workload. */
export interface Replicas {
  readonly steps: readonly Step<number>[];
  /** `audit log`, `SimKube trace`, `events`, `metrics`, `dump`. */
  readonly from: string;
}

/** What replicas are read from. */
export interface ReplicaSources {
  readonly survey: Survey;
  readonly steps: readonly TraceStep[];
  readonly events: readonly ToldEvent[];
  readonly series: readonly Series[];
  readonly known: readonly KnownObject[];
  /** From when on. */
  readonly fromMs: number;
  /** When the dumps were taken. */
  readonly dumpMs: number | undefined;
}

/** Sources that tell different numbers for one time, in a sentence each. */
export interface ReplicaFacts {
  readonly byWorkload: ReadonlyMap<string, Replicas>;
  readonly contradictions: readonly string[];
}

const scaledKinds = new Set(['Deployment', 'StatefulSet']);

/** By workload; the most exact source wins, and what the others tell differently is listed. */
export function replicasOf(sources: ReplicaSources): ReplicaFacts {
  const told: readonly (readonly [string, ReadonlyMap<string, Step<number>[]>])[] = [
    ['audit log', fromAudit(sources)],
    ['SimKube trace', fromTrace(sources.steps)],
    ['events', fromEvents(sources)],
    ['metrics', fromSeries(sources.series)],
    ['dump', fromDumps(sources)],
  ];
  const byWorkload = new Map<string, Replicas>();
  const contradictions: string[] = [];
  const names = new Set(told.flatMap(([, map]) => [...map.keys()]));
  for (const name of [...names].sort()) {
    const all = told.flatMap(([from, map]) => {
      const steps = map.get(name);
      return steps === undefined || steps.length === 0 ? [] : [{ from, steps: changes(steps) }];
    });
    const [best, ...others] = all;
    if (best === undefined) continue;
    const steps = changes([...before(best.steps, others, sources.fromMs), ...best.steps]);
    byWorkload.set(name, { steps, from: best.from });
    for (const other of others) {
      const found = clash(name, { ...best, steps }, other);
      if (found !== undefined) contradictions.push(found);
    }
  }
  return { byWorkload, contradictions };
}

/** The value before the first write: what another source tells for the beginning. */
function before(
  steps: readonly Step<number>[],
  others: readonly { readonly steps: readonly Step<number>[] }[],
  fromMs: number,
): Step<number>[] {
  const firstMs = steps[0]?.[0] ?? fromMs;
  if (firstMs <= fromMs) return [];
  const value = others
    .map(other => valueAt(other.steps, Math.max(fromMs, other.steps[0]?.[0] ?? 0)))
    .find((each, index) => each !== undefined && (others[index]?.steps[0]?.[0] ?? 0) < firstMs);
  return value === undefined ? [] : [[fromMs, value]];
}

/** A minute's step and a second's delay are no contradiction: only what stays different is. */
function clash(
  name: string,
  best: { readonly from: string; readonly steps: readonly Step<number>[] },
  other: { readonly from: string; readonly steps: readonly Step<number>[] },
): string | undefined {
  const slackMs = other.from === 'metrics' ? 120_000 : 5_000;
  for (const [index, [atMs, value]] of other.steps.entries()) {
    const untilMs = other.steps[index + 1]?.[0] ?? Infinity;
    if (untilMs - atMs < slackMs * 2 && untilMs !== Infinity) continue;
    const lookMs = atMs + slackMs;
    const nearby = [lookMs - slackMs * 2, lookMs - slackMs, lookMs].map(ms =>
      valueAt(best.steps, ms),
    );
    if (nearby.every(each => each === undefined) || nearby.includes(value)) continue;
    const time = new Date(atMs).toISOString();
    return `${name} at ${time}: ${value} replicas by ${other.from}, ${nearby[2] ?? '?'} by ${best.from}`;
  }
  return undefined;
}

function fromAudit({ survey, fromMs }: ReplicaSources): Map<string, Step<number>[]> {
  const map = new Map<string, Step<number>[]>();
  for (const [name, writes] of survey.replicas) {
    if (!scaledKinds.has(name.slice(0, name.indexOf(' ')))) continue;
    const steps = writes.map(({ atMs, value }): Step<number> => [atMs, Number(value)]);
    const first = survey.replicasBefore.get(name);
    if (first !== undefined) steps.unshift([Math.min(fromMs, steps[0]?.[0] ?? fromMs), first]);
    map.set(name, steps);
  }
  return map;
}

function fromTrace(steps: readonly TraceStep[]): Map<string, Step<number>[]> {
  const map = new Map<string, Step<number>[]>();
  for (const { atMs, applied } of steps) {
    for (const object of applied) {
      const replicas = replicasIn(object);
      if (replicas !== undefined) push(map, titleOf(object), [atMs, replicas]);
    }
  }
  return map;
}

const scaledFromTo = /^Scaled (?:up|down) replica set (\S+) (?:from (\d+) )?to (\d+)/;
const newSize = /^New size: (\d+)/;

/** Deployments tell their ReplicaSets' sizes, autoscalers the new size of what bears their name. */
function fromEvents({ events, fromMs }: ReplicaSources): Map<string, Step<number>[]> {
  const map = new Map<string, Step<number>[]>();
  const targets = new Map<string, string>();
  for (const event of events) {
    if (event.reason !== 'ScalingReplicaSet' || event.kind !== 'Deployment') continue;
    const found = scaledFromTo.exec(event.message);
    if (found === null) continue;
    const title = `Deployment ${event.namespace ?? ''}/${event.name}`;
    targets.set(`${event.namespace ?? ''}/${event.name}`, title);
    if (found[2] !== undefined && !map.has(title))
      push(map, title, [Math.min(fromMs, event.atMs), Number(found[2])]);
    push(map, title, [event.atMs, Number(found[3])]);
  }
  for (const event of events) {
    if (event.kind !== 'HorizontalPodAutoscaler') continue;
    const found = newSize.exec(event.message);
    const title = targets.get(`${event.namespace ?? ''}/${event.name}`);
    if (found !== null && title !== undefined) push(map, title, [event.atMs, Number(found[1])]);
  }
  return map;
}

function fromSeries(series: readonly Series[]): Map<string, Step<number>[]> {
  const map = new Map<string, Step<number>[]>();
  for (const { metric, labels, samples } of series) {
    const found = /^kube_(deployment|statefulset)_(?:spec_)?replicas$/.exec(metric);
    if (found === null || (found[1] === 'deployment' && !metric.includes('spec'))) continue;
    const kind = found[1] === 'deployment' ? 'Deployment' : 'StatefulSet';
    const name = labels[found[1] ?? ''];
    if (name === undefined) continue;
    const title = `${kind} ${labels['namespace'] ?? ''}/${name}`;
    for (const [atMs, value] of samples) if (!Number.isNaN(value)) push(map, title, [atMs, value]);
  }
  return map;
}

function fromDumps({ known, fromMs, dumpMs }: ReplicaSources): Map<string, Step<number>[]> {
  const map = new Map<string, Step<number>[]>();
  for (const each of known) {
    for (const { object, atMs } of dumpedSights(each)) {
      const replicas = replicasIn(object);
      if (replicas === undefined) continue;
      push(map, titleOf(object), [atMs ?? dumpMs ?? fromMs, replicas]);
    }
  }
  return map;
}

function replicasIn(object: KubeObject): number | undefined {
  if (!scaledKinds.has(object.kind ?? '')) return undefined;
  const { replicas = 1 } = (object['spec'] ?? {}) as { readonly replicas?: number };
  return replicas;
}

function push(map: Map<string, Step<number>[]>, key: string, step: Step<number>): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [step]);
  else list.push(step);
}
