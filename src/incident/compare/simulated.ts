/** Reads the same of a simulated run, from its journal. */
import type { Event, Pod } from '../../../sim/api/kinds/core.js';
import { parseQuantity } from '../../../sim/api/quantity.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import type { Journal } from '../../scenario/journal/reader.js';
import { workloadOf, type Observed, type PodLife } from './observed.js';

interface Sums {
  readonly replicas: Map<string, [number, number][]>;
  readonly quotas: Map<string, [number, number][]>;
  readonly pods: Map<string, PodLife>;
  readonly refusals: { workload: string; atMs: number }[];
  /** How often each event had been told, by its name. */
  readonly told: Map<string, number>;
  readonly reasons: Map<string, number>;
}

/** What happened in the namespaces within the window. */
export function readSimulated(
  journal: Journal,
  {
    fromMs,
    toMs,
    namespaces,
    eventsToMs = toMs,
  }: Pick<Observed, 'fromMs' | 'toMs'> & {
    readonly namespaces: ReadonlySet<string>;
    /** Until when events were recorded. Default: to the end. */
    readonly eventsToMs?: number;
  },
): Observed {
  const sums: Sums = {
    replicas: new Map(),
    quotas: new Map(),
    pods: new Map(),
    refusals: [],
    told: new Map(),
    reasons: new Map(),
  };
  const instant = journal.at(journal.startMs);
  for (const news of journal.forward(instant, toMs)) {
    if (news.kind !== 'change') continue;
    const { entry } = news;
    if (namespaces.has(entry.object.metadata.namespace ?? '')) {
      take(entry, sums, { fromMs, eventsToMs });
    }
  }
  const pods = [...sums.pods.values()].filter(({ createdMs }) => createdMs >= fromMs);
  return { fromMs, toMs, ...sums, pods };
}

function take(
  entry: HistoryEntry,
  sums: Sums,
  { fromMs, eventsToMs }: { readonly fromMs: number; readonly eventsToMs: number },
): void {
  const { resource, object, timeMs, type } = entry;
  const { namespace = '', name = '', uid = '' } = object.metadata;
  if (type === 'DELETED') return;
  if (resource === 'deployments.apps' || resource === 'statefulsets.apps') {
    const { replicas = 1 } = (object['spec'] ?? {}) as { readonly replicas?: number };
    step(sums.replicas, `${object.kind ?? ''} ${namespace}/${name}`, [timeMs, replicas]);
  } else if (resource === 'resourcequotas') {
    const { used = {} } = (object['status'] ?? {}) as {
      readonly used?: Readonly<Record<string, string>>;
    };
    for (const [what, text] of Object.entries(used)) {
      const amount = parseQuantity(text);
      const value = amount.isOk ? Number(amount.value.asNanos()) / 1e9 : NaN;
      step(sums.quotas, `${namespace}/${name} ${what}`, [timeMs, value]);
    }
  } else if (resource === 'pods') {
    const { spec } = object as unknown as Pod;
    const node = spec?.nodeName;
    const life = sums.pods.get(uid) ?? { workload: workloadOf(name), name, createdMs: timeMs };
    const isBound = life.boundMs === undefined && node !== undefined;
    sums.pods.set(uid, isBound ? { ...life, boundMs: timeMs, node } : life);
  } else if (resource === 'events' && timeMs >= fromMs && timeMs <= eventsToMs) {
    event(object as unknown as Event, sums, timeMs);
  }
}

/** An event that is written again says how often it was told by now. */
function event(
  { metadata, reason = '', message = '', count, series }: Event,
  sums: Sums,
  timeMs: number,
) {
  const key = metadata.uid ?? '';
  const by = Math.max(series?.count ?? count ?? 1, 1);
  const more = by - (sums.told.get(key) ?? 0);
  sums.told.set(key, by);
  sums.reasons.set(reason, (sums.reasons.get(reason) ?? 0) + more);
  if (reason !== 'FailedCreate' || !message.includes('is forbidden')) return;
  const pod = /pods "([^"]+)"/.exec(message)?.[1] ?? '';
  for (let one = 0; one < more; one++) {
    sums.refusals.push({ workload: workloadOf(pod), atMs: timeMs });
  }
}

function step(all: Map<string, [number, number][]>, key: string, next: [number, number]): void {
  const steps = all.get(key) ?? [];
  if (steps.at(-1)?.[1] !== next[1]) all.set(key, [...steps, next]);
}
