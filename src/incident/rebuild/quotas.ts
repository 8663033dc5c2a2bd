/** What quotas allowed and what was used of them, over time. */
import { parseQuantity } from '../../../sim/api/quantity.js';
import type { KnownObject } from './known.js';
import type { PodLife } from './pod-life.js';
import type { QuotaRefusal } from './quota-refusal.js';
import type { Series } from './series-book.js';
import { changes, valueAt, type Step } from './stretches.js';
import type { Survey } from './survey.js';

/** A resource of a quota over time. */
export interface QuotaUse {
  readonly hard: readonly Step<number>[];
  readonly used: readonly Step<number>[];
  /** Where the use was reckoned from pods, and where metrics or its controllers told it. */
  readonly from: 'pods' | 'metrics' | 'dump' | 'writes';
}

/** What quotas are read from. */
export interface QuotaSources {
  readonly survey: Survey;
  readonly refusals: readonly QuotaRefusal[];
  readonly lives: readonly PodLife[];
  readonly series: readonly Series[];
  readonly known: readonly KnownObject[];
  readonly fromMs: number;
  /** When the dumps were taken: what they show was so then. */
  readonly dumpMs: number | undefined;
}

/** By `namespace/name`, then by resource. */
export type QuotaBook = ReadonlyMap<string, ReadonlyMap<string, QuotaUse>>;

/** A use that a source told for a moment. */
interface Told {
  readonly atMs: number;
  readonly value: number;
  /** How often it was told. Default once. */
  readonly count?: number;
}

/** All quotas. */
export function quotaBook(sources: QuotaSources): QuotaBook {
  const told = new Map<string, Map<string, Evidence>>();
  const of = (quota: string, resource: string): Evidence => {
    const resources = told.get(quota) ?? new Map<string, Evidence>();
    told.set(quota, resources);
    const evidence = resources.get(resource) ?? {
      hard: [],
      hints: [],
      used: [],
      written: [],
      metrics: [],
    };
    resources.set(resource, evidence);
    return evidence;
  };
  gather(sources, of);
  const book = new Map<string, Map<string, QuotaUse>>();
  for (const [quota, resources] of [...told].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const uses = new Map<string, QuotaUse>();
    for (const [resource, evidence] of [...resources].sort(([a], [b]) => (a < b ? -1 : 1))) {
      uses.set(resource, useOf(quota.slice(0, quota.indexOf('/')), resource, evidence, sources));
    }
    book.set(quota, uses);
  }
  return book;
}

interface Evidence {
  /** What was set, and when. */
  readonly hard: Step<number>[];
  /** What it was at a moment. */
  readonly hints: Step<number>[];
  readonly used: Told[];
  /** What controllers wrote into its status. */
  readonly written: Step<number>[];
  readonly metrics: (readonly ['hard' | 'used', Step<number>])[];
}

interface ShownQuota {
  readonly spec?: { readonly hard?: Readonly<Record<string, string>> };
  readonly status?: { readonly used?: Readonly<Record<string, string>> };
}

function gather(
  { survey, refusals, series, known, dumpMs, fromMs }: QuotaSources,
  of: (quota: string, resource: string) => Evidence,
): void {
  for (const { newest } of known) {
    if (newest.object.kind !== 'ResourceQuota' || newest.dump === undefined) continue;
    const { namespace = '', name = '' } = newest.object.metadata;
    const { spec, status } = newest.object as ShownQuota;
    const atMs = newest.atMs ?? dumpMs ?? fromMs;
    for (const [resource, hard] of Object.entries(spec?.hard ?? {})) {
      of(`${namespace}/${name}`, resource).hints.push([atMs, numberOf(hard)]);
    }
    for (const [resource, used] of Object.entries(status?.used ?? {})) {
      of(`${namespace}/${name}`, resource).used.push({ atMs, value: numberOf(used) });
    }
  }
  for (const [quota, writes] of survey.hard) {
    for (const [atMs, hard] of writes) {
      for (const [resource, value] of Object.entries(hard)) {
        of(quota, resource).hard.push([atMs, numberOf(value)]);
      }
    }
  }
  for (const [quota, writes] of survey.used) {
    for (const [atMs, used] of writes) {
      for (const [resource, value] of Object.entries(used)) {
        of(quota, resource).written.push([atMs, numberOf(value)]);
      }
    }
  }
  for (const { atMs, untilMs, count, namespace, quota, used, limited } of [
    ...survey.refusals,
    ...refusals,
  ]) {
    for (const [resource, value] of Object.entries(limited)) {
      of(`${namespace}/${quota}`, resource).hints.push([atMs, value]);
    }
    for (const [resource, value] of Object.entries(used)) {
      const { used: told } = of(`${namespace}/${quota}`, resource);
      told.push({ atMs, value, count: Math.ceil(count / 2) });
      if (count > 1) told.push({ atMs: untilMs, value, count: Math.floor(count / 2) });
    }
  }
  for (const { metric, labels, samples } of series) {
    if (metric !== 'kube_resourcequota') continue;
    const { namespace = '', resourcequota = '', resource = '', type } = labels;
    if (type !== 'hard' && type !== 'used') continue;
    const { metrics } = of(`${namespace}/${resourcequota}`, resource);
    for (const step of samples) if (!Number.isNaN(step[1])) metrics.push([type, step]);
  }
}

function useOf(
  namespace: string,
  resource: string,
  evidence: Evidence,
  sources: QuotaSources,
): QuotaUse {
  const { fromMs } = sources;
  const hard = hardOf(evidence, fromMs);
  const metrics = changes(
    evidence.metrics.flatMap(([type, step]) => (type === 'used' ? [step] : [])),
  );
  if (evidence.written.length > 0) {
    return { hard, used: changes(evidence.written), from: 'writes' };
  }
  const reckoned = reckon(namespace, resource, sources);
  if (reckoned === undefined) {
    if (metrics.length > 0) return { hard, used: metrics, from: 'metrics' };
    const used = evidence.used.map(({ atMs, value }): Step<number> => [atMs, value]);
    return { hard, used: changes(used), from: 'dump' };
  }
  const offset = offsetOf(reckoned, evidence.used, metrics);
  const used = reckoned.map(([atMs, value]): Step<number> => [atMs, value + offset]);
  return { hard, used: changes([...used, ...lateMetrics(used, metrics)]), from: 'pods' };
}

/** What was set; before the first time, what was seen or was metered then. */
function hardOf({ hard, hints, metrics }: Evidence, fromMs: number): Step<number>[] {
  const metered = metrics.flatMap(([type, step]) => (type === 'hard' ? [step] : []));
  if (hard.length === 0) {
    if (metered.length > 0) return changes(metered);
    const seen = changes(hints);
    const [first, ...others] = seen;
    return first === undefined ? [] : changes([[Math.min(fromMs, first[0]), first[1]], ...others]);
  }
  const firstMs = Math.min(...hard.map(([atMs]) => atMs));
  const earlier = [...metered, ...hints].filter(([atMs]) => atMs < firstMs);
  const [first] = earlier.toSorted(([a], [b]) => a - b);
  return changes([
    ...(first === undefined ? [] : [[Math.min(fromMs, first[0]), first[1]] as const]),
    ...hard,
  ]);
}

/** The sum over the pods that were there, from the beginning; undefined: no pod is known. */
function reckon(
  namespace: string,
  resource: string,
  { lives, fromMs }: QuotaSources,
): Step<number>[] | undefined {
  const key = resource === 'count/pods' ? 'pods' : askKey(resource);
  const changesOf: (readonly [number, number])[] = [];
  let isKnown = false;
  for (const life of lives) {
    if (life.namespace !== namespace || life.asks === undefined) continue;
    const amount = life.asks[key] ?? 0;
    if (amount === 0) continue;
    const createdMs = life.createdMs ?? Math.min(fromMs, life.endedMs ?? fromMs);
    isKnown = true;
    changesOf.push([Math.max(createdMs, fromMs), amount]);
    if (life.endedMs !== undefined) changesOf.push([life.endedMs, -amount]);
  }
  if (!isKnown) return undefined;
  const steps: Step<number>[] = [[fromMs, 0]];
  let sum = 0;
  for (const [atMs, change] of changesOf.toSorted(([a], [b]) => a - b)) {
    sum += change;
    steps.push([Math.max(atMs, fromMs), sum]);
  }
  return changes(steps);
}

/** `cpu` is short for `requests.cpu`. */
function askKey(resource: string): string {
  if (resource === 'pods' || /^(requests|limits)\./.test(resource)) return resource;
  return `requests.${resource}`;
}

/**
 * Pods that no source shows were there as well: what was told of the use, less what is known, is theirs.
 * Of several tellings the most frequent difference counts.
 */
function offsetOf(
  reckoned: readonly Step<number>[],
  told: readonly Told[],
  metrics: readonly Step<number>[],
): number {
  const differences = new Map<number, number>();
  const [firstMetric] = metrics;
  const all = [
    ...told,
    ...(firstMetric === undefined
      ? []
      : [{ atMs: firstMetric[0], value: firstMetric[1], count: 1 }]),
  ];
  for (const { atMs, value, count = 1 } of all) {
    const difference = value - (valueAt(reckoned, atMs) ?? 0);
    differences.set(difference, (differences.get(difference) ?? 0) + count);
  }
  const [best] = [...differences].sort(([a, x], [b, y]) => y - x || a - b);
  return best === undefined ? 0 : best[0];
}

/** What metrics show after the last change that pods tell, when it stays so. */
function lateMetrics(
  used: readonly Step<number>[],
  metrics: readonly Step<number>[],
): Step<number>[] {
  const lastMs = used.at(-1)?.[0] ?? -Infinity;
  const slackMs = 120_000;
  return metrics.filter(
    ([atMs, value]) => atMs > lastMs + slackMs && value !== valueAt(used, atMs),
  );
}

function numberOf(text: string): number {
  const parsed = parseQuantity(text);
  return parsed.isOk ? Number(parsed.value.asNanos()) / 1e9 : Number.NaN;
}
