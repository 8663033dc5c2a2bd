/**
 * The logbook of a run: what reports need to tell what was where, when. It follows the history, entry by
 * entry, and keeps only what a reader sees change: the states of objects, the holders of GPUs, nodes,
 * warnings, and what was told. Times are whole milliseconds since the start; -1 is before it.
 */
import type { Event, Node, Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { gpusOf } from '../gpu/ledger.js';
import { deviceIds, podState } from './pod-state.js';
import { shownState, type ShownState } from './shown-state.js';

/** A line of the logbook: one JSON object a line in `timeline.jsonl`. */
export type LogEntry =
  /** The first line: the cluster's time at the start, in milliseconds since the epoch. */
  | { readonly of: 'start'; readonly epochMs: number }
  /** An object is seen for the first time; the numbers count from 0. */
  | {
      readonly of: 'object';
      readonly id: number;
      readonly kind: string;
      readonly namespace?: string;
      readonly name: string;
      /** The number of its controller. */
      readonly owner?: number;
    }
  /** From now on it stands so; null: it is gone. A pod names its node as soon as it has one. */
  | {
      readonly of: 'state';
      readonly ms: number;
      readonly id: number;
      readonly state: string | null;
      readonly node?: string;
      readonly ready?: number;
      readonly desired?: number;
    }
  /** A node as it stands from now on; without `state` it is gone. */
  | {
      readonly of: 'node';
      readonly ms: number;
      readonly node: string;
      readonly state?: string;
      readonly product?: string;
      readonly gpus: number;
    }
  /** A pod holds GPUs of its node: told at binding, and again when the devices are known. */
  | {
      readonly of: 'hold';
      readonly ms: number;
      readonly id: number;
      readonly node: string;
      readonly gpus: number;
      readonly devices?: readonly string[];
    }
  /** It holds none any more. */
  | { readonly of: 'free'; readonly ms: number; readonly id: number }
  /** A device that a pod holds is reported unhealthy. */
  | { readonly of: 'unhealthy'; readonly ms: number; readonly id: number; readonly device: string }
  /** A Warning event, once for each object and reason. */
  | {
      readonly of: 'warning';
      readonly ms: number;
      readonly about: string;
      readonly reason: string;
      readonly text: string;
    }
  /** What the runner or the stack told: steps, faults, drift, models. */
  | { readonly of: 'told'; readonly ms: number; readonly topic: string; readonly text: string }
  /** The bound is reached: from now on only what was told is kept. */
  | { readonly of: 'full'; readonly ms: number };

/** Rows of measurements, as the stack gave them. */
export interface SeriesTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | string | null)[])[];
}

/** What a run leaves for reports besides its result. */
export interface RunRecord {
  readonly log: readonly LogEntry[];
  readonly series: SeriesTable;
}

/** At most so many entries: some 4 MB. What is told is kept beyond it. */
export const logEntriesMax = 40_000;
/** At most so many changes of one object; one that flaps must not take the room of the others. */
const statesOfOneMax = 2_000;
const leases = 'leases.coordination.k8s.io';

interface Seen {
  readonly id: number;
  shown: string;
  states: number;
  held: string;
  readonly unhealthy: Set<string>;
}

/** Collects the record of a run. */
export class Logbook implements RunRecord {
  readonly log: LogEntry[] = [];
  private columns: readonly string[] = [];
  private readonly rows: (readonly (number | string | null)[])[] = [];
  private readonly seen = new Map<string, Seen>();
  private readonly nodes = new Map<string, string>();
  private readonly warned = new Set<string>();
  private taken = 0;

  constructor(private readonly startMs: number) {
    this.log.push({ of: 'start', epochMs: startMs });
  }

  get series(): SeriesTable {
    return { columns: this.columns, rows: this.rows };
  }

  /** The entries since the last call. */
  take(): readonly LogEntry[] {
    const fresh = this.log.slice(this.taken);
    this.taken = this.log.length;
    return fresh;
  }

  /** Rows of the time series. */
  measured(columns: readonly string[], rows: SeriesTable['rows']): void {
    this.columns = columns;
    this.rows.push(...rows);
  }

  /** Something that the runner or the stack tells. */
  told(topic: string, text: string, timeMs: number): void {
    this.log.push({ of: 'told', ms: this.since(timeMs), topic, text });
  }

  /** Takes note of a change. */
  observe({ type, resource, object, timeMs }: HistoryEntry): void {
    // Nine of ten changes are renewals of leases, which are not shown.
    if (resource === leases || this.log.length >= logEntriesMax) return;
    const ms = this.since(timeMs);
    const isGone = type === 'DELETED';
    if (resource === 'nodes') this.node(object as unknown as Node, ms, isGone);
    else if (resource === 'pods') this.pod(object as unknown as Pod, ms, isGone);
    else if (resource.startsWith('events')) {
      // What a fresh cluster complains of while it boots is not of the run.
      if (timeMs > this.startMs) this.event(object as unknown as AnyEvent, ms);
    } else this.object(object, ms, isGone);
    if (this.log.length >= logEntriesMax) this.log.push({ of: 'full', ms });
  }

  private since(timeMs: number): number {
    return timeMs < this.startMs ? -1 : Math.round(timeMs - this.startMs);
  }

  private node(node: Node, ms: number, isGone: boolean): void {
    const { name = '', labels = {} } = node.metadata;
    const product = labels['nvidia.com/gpu.product'];
    const told = {
      ...(!isGone && { state: nodeState(node) }),
      ...(product !== undefined && { product }),
      gpus: isGone ? 0 : gpusOf(node.status?.capacity),
    };
    const shown = JSON.stringify(told);
    if (this.nodes.get(name) === shown) return;
    this.nodes.set(name, shown);
    this.log.push({ of: 'node', ms, node: name, ...told });
  }

  private pod(pod: Pod, ms: number, isGone: boolean): void {
    // The history gives all objects in one type; the resource says which it is.
    const one = this.meet(pod as unknown as KubeObject);
    const node = pod.spec?.nodeName;
    const state = isGone ? null : podState(pod);
    this.state(one, ms, { state, ...(node !== undefined && { node }) });
    this.holding(one, pod, { ms, isGone });
    for (const { id: device, isHealthy } of deviceIds(pod)) {
      if (isHealthy || one.unhealthy.has(device)) continue;
      one.unhealthy.add(device);
      this.log.push({ of: 'unhealthy', ms, id: one.id, device });
    }
  }

  private holding(one: Seen, pod: Pod, { ms, isGone }: { ms: number; isGone: boolean }): void {
    const node = pod.spec?.nodeName;
    const isOver = ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
    const containers = pod.spec?.containers ?? [];
    const gpus = containers.reduce((sum, { resources }) => sum + gpusOf(resources?.limits), 0);
    const isHolding = node !== undefined && gpus > 0 && !isOver && !isGone;
    const devices = isHolding ? deviceIds(pod).map(({ id }) => id) : [];
    const held = isHolding ? `${node} ${devices.join()}` : '';
    if (held === one.held) return;
    one.held = held;
    if (!isHolding) this.log.push({ of: 'free', ms, id: one.id });
    else {
      const known = devices.length > 0 ? { devices } : {};
      this.log.push({ of: 'hold', ms, id: one.id, node, gpus, ...known });
    }
  }

  private object(object: KubeObject, ms: number, isGone: boolean): void {
    const shown = shownState(object);
    if (shown === undefined) return;
    const one = this.meet(object);
    if (isGone) this.state(one, ms, { state: null });
    else if (shown.state !== '') this.state(one, ms, shown);
  }

  private event(event: AnyEvent, ms: number): void {
    if (event.type !== 'Warning') return;
    const regarding = event.regarding ?? event.involvedObject;
    const { kind = '', namespace = '', name = '' } = regarding ?? {};
    const about = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
    const reason = event.reason ?? '';
    const key = `${about} ${reason}`;
    if (this.warned.has(key)) return;
    this.warned.add(key);
    const text = event.note ?? event.message ?? '';
    this.log.push({ of: 'warning', ms, about, reason, text });
  }

  private meet({ kind = '', metadata }: KubeObject): Seen {
    const { uid = '', namespace, name = '', ownerReferences = [] } = metadata;
    const known = this.seen.get(uid);
    if (known !== undefined) return known;
    const controller = ownerReferences.find(reference => reference.controller === true);
    const owner = controller === undefined ? undefined : this.seen.get(controller.uid)?.id;
    const one: Seen = { id: this.seen.size, shown: '', states: 0, held: '', unhealthy: new Set() };
    this.seen.set(uid, one);
    this.log.push({
      of: 'object',
      id: one.id,
      kind,
      ...(namespace !== undefined && { namespace }),
      name,
      ...(owner !== undefined && { owner }),
    });
    return one;
  }

  private state(
    one: Seen,
    ms: number,
    shown: Omit<ShownState, 'state'> & { readonly state: string | null; readonly node?: string },
  ): void {
    const text = JSON.stringify(shown);
    if (text === one.shown || (one.states >= statesOfOneMax && shown.state !== null)) return;
    one.shown = text;
    one.states++;
    this.log.push({ of: 'state', ms, id: one.id, ...shown });
  }
}

/** Of both API groups that events have. */
type AnyEvent = Event & {
  readonly regarding?: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly note?: string;
};

function nodeState({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const state = ready?.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${state},SchedulingDisabled` : state;
}
