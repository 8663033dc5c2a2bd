/** Tells what happens in a cluster while a scenario runs: pods, events, conditions, devices, logs. */
import type { KubeObject } from '../../sim/api/object.js';
import type { Event, Node, Pod } from '../../sim/api/kinds/core.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Cluster } from '../cluster.js';
import { deviceIds, podState } from './pod-state.js';

/** What is told, and to whom. */
export interface NarratorOptions {
  /** Of which it tells. Default: `default`, and those in which something is applied. */
  readonly namespaces?: readonly string[] | undefined;
  readonly logs: boolean;
  readonly events: boolean;
  /** Sees every entry of the history, in order, whether it is told or not. */
  readonly observe?: (entry: HistoryEntry) => void;
  /** Is called whenever all that has happened was observed. */
  readonly caughtUp?: () => Promise<void> | undefined;
  readonly tell: (line: string) => void;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

/** Follows the history of a cluster and turns it into lines. */
export class Narrator {
  private readonly startMs: number;
  private readonly namespaces: Set<string>;
  private readonly phases = new Map<string, string>();
  private readonly conditions = new Map<string, string>();
  private readonly gpus = new Map<string, string>();
  private readonly followed = new Set<string>();
  private revision = 0;
  private isSilent = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: NarratorOptions,
  ) {
    this.startMs = cluster.now();
    this.namespaces = new Set(options.namespaces ?? ['default']);
  }

  /** Hears of objects before they are applied: unless it was said of which, their namespaces are told of. */
  applies(objects: readonly KubeObject[]): readonly KubeObject[] {
    if (this.options.namespaces !== undefined) return objects;
    for (const { metadata } of objects) {
      if (metadata.namespace !== undefined) this.namespaces.add(metadata.namespace);
    }
    return objects;
  }

  /** Takes note of what is there already, without telling it. */
  async begin(): Promise<void> {
    this.isSilent = true;
    await this.catchUp();
    this.isSilent = false;
  }

  /** Tells what has happened since the last call. */
  async catchUp(): Promise<void> {
    const history = this.cluster.history(this.revision);
    const { atOnce } = history;
    if (atOnce === undefined) for await (const entry of history) await this.take(entry);
    // Most entries tell nothing, and a day has hundreds of thousands: to wait for each is what costs.
    else {
      for (const entry of atOnce) {
        const telling = this.take(entry);
        if (telling !== undefined) await telling;
      }
    }
    await this.options.caughtUp?.();
  }

  /** One line, with the time that has gone by. */
  say(topic: string, text: string, timeMs = this.cluster.now()): void {
    if (this.isSilent) return;
    this.options.tell(`${elapsed(timeMs - this.startMs)}  ${topic.padEnd(7)} ${text}`);
  }

  private take(entry: HistoryEntry): Promise<void> | undefined {
    this.revision = entry.revision;
    this.options.observe?.(entry);
    return this.entry(entry);
  }

  /** Undefined where there is nothing to wait for. */
  private entry({ type, resource, object, timeMs }: HistoryEntry): Promise<void> | undefined {
    if (resource === 'pods' && this.isShown(object)) {
      return this.pod(type, object as unknown as Pod, timeMs);
    }
    if (resource === 'nodes') this.node(object as unknown as Node, timeMs);
    else if (!this.isShown(object)) return undefined;
    else if (resource === 'events' || resource === 'events.events.k8s.io') {
      // One whose time is over is no news.
      if (this.options.events && type !== 'DELETED')
        this.event(object as unknown as Event & EventsV1, timeMs);
    } else if (type !== 'DELETED') this.object(object, timeMs);
    return undefined;
  }

  private isShown({ metadata }: KubeObject): boolean {
    return this.namespaces.has(metadata.namespace ?? '');
  }

  private node(node: Node, timeMs: number): void {
    const name = node.metadata.name ?? '';
    const counts = Object.entries(node.status?.allocatable ?? {})
      .filter(([resource]) => resource.includes('/') && !resource.startsWith('hugepages'))
      .map(([resource, count]) => `${resource}: ${count}`)
      .join(', ');
    const before = this.gpus.get(name);
    if (counts === (before ?? '')) return;
    this.gpus.set(name, counts);
    const what = before === undefined ? 'has' : 'now has';
    this.say('node', `${name} ${what} ${counts === '' ? 'no devices' : counts}`, timeMs);
  }

  private async pod(type: HistoryEntry['type'], pod: Pod, timeMs: number): Promise<void> {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    if (type === 'DELETED') {
      this.phases.delete(uid);
      return this.say('pod', `${name} is gone`, timeMs);
    }
    const state = placedState(pod);
    if (this.phases.get(uid) !== state) {
      this.phases.set(uid, state);
      this.say('pod', `${name} ${state}${deviceText(pod)}`, timeMs);
    }
    if (!this.options.logs) return;
    for (const status of pod.status?.containerStatuses ?? []) {
      const key = `${uid} ${status.name} ${status.containerID ?? ''}`;
      const hasStarted = status.state?.running !== undefined || status.state?.terminated;
      if (!hasStarted || this.followed.has(key)) continue;
      this.followed.add(key);
      await this.follow(namespace, name, status.name);
    }
  }

  private async follow(namespace: string, pod: string, container: string): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${container}&follow=true`;
    const answer = await this.cluster.request({ method: 'GET', path });
    const print = (text: unknown): void => {
      for (const line of String(text).split('\n'))
        if (line !== '') this.say('log', `${pod}: ${line}`);
    };
    if (answer.stream !== undefined) answer.stream.start({ item: print, end: () => undefined });
    else if (answer.status === 200 && answer.body !== undefined) print(answer.body);
  }

  private event(event: Event & EventsV1, timeMs: number): void {
    const regarding = event.regarding ?? event.involvedObject;
    const text = event.note ?? event.message ?? '';
    const times = event.count ?? event.series?.count ?? 1;
    // What goes on and on is told when it has doubled.
    if (!Number.isInteger(Math.log2(times))) return;
    const count = times > 1 ? ` (x${times})` : '';
    const about = `${regarding?.kind ?? ''}/${regarding?.name ?? ''}`;
    const mark = event.type === 'Warning' ? '! ' : '';
    this.say('event', `${mark}${about} ${event.reason ?? ''}: ${text}${count}`, timeMs);
  }

  /** Custom resources and jobs are told by their conditions. */
  private object(object: KubeObject, timeMs: number): void {
    const isOwnKind = (object.apiVersion ?? '').includes('.');
    const isJob = object.kind === 'Job' || object.kind === 'Deployment';
    if (!isJob && !(isOwnKind && !(object.apiVersion ?? '').includes('k8s.io'))) return;
    const { conditions } = (object['status'] ?? {}) as { conditions?: readonly Condition[] };
    for (const condition of conditions ?? []) {
      const key = `${object.metadata.uid ?? ''} ${condition.type}`;
      if (this.conditions.get(key) === condition.status) continue;
      this.conditions.set(key, condition.status);
      const name = `${object.kind ?? ''}/${object.metadata.name ?? ''}`;
      const why = condition.message === undefined ? '' : `: ${condition.message}`;
      this.say('status', `${name} ${condition.type}=${condition.status}${why}`, timeMs);
    }
  }
}

interface EventsV1 {
  readonly regarding?: { readonly kind?: string; readonly name?: string };
  readonly note?: string;
}

/** How it stands, and where it runs. */
function placedState(pod: Pod): string {
  const node = pod.spec?.nodeName;
  return node === undefined ? podState(pod) : `${podState(pod)} on ${node}`;
}

function deviceText(pod: Pod): string {
  const devices = deviceIds(pod).map(({ id, isHealthy }) => (isHealthy ? id : `${id} (unhealthy)`));
  return devices.length === 0 ? '' : ` with ${devices.join(', ')}`;
}

/** `0:01:02.5`; what was before the start begins with a minus. */
export function elapsed(durationMs: number): string {
  if (durationMs <= -100) return `-${elapsed(-durationMs)}`;
  const tenths = Math.floor(Math.max(0, durationMs) / 100);
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(tenths / 10);
  const hours = Math.floor(seconds / 3600);
  return `${hours}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${tenths % 10}`;
}
