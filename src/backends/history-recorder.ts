/** Records the history of a real cluster from its watches, as the simulated API server tells its own. */
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer } from '../../sim/api/request.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { elapsedMs, sleep } from '../host.js';
import type { HttpClient } from './http-client.js';
import type { AuditLog } from './writers/audit-log.js';
import { managerOf } from './writers/field-managers.js';
import { watchableResources, type WatchableResource } from './served-resources.js';
import { WatchFollower, type Gap, type Heard } from './watch-follower.js';

/** What is recorded. */
export interface RecorderOptions {
  readonly client: HttpClient;
  readonly now: () => number;
  /** Only in these namespaces; default: in all. Cluster-scoped resources are recorded all the same. */
  readonly namespaces?: readonly string[];
  /** Which resources; default: all that can be watched, but leases. */
  readonly isRecorded?: (resource: WatchableResource) => boolean;
  /** Knows who made the changes; default: only what their managed fields tell. */
  readonly auditLog?: AuditLog;
}

/** Something that the history does not hold, and why. */
export interface Unrecorded {
  readonly resource: string;
  readonly why: string;
}

/** Watches of different resources reach us at different times: so long after the last, all are here. */
const settledMs = 40;
const settledMaxMs = 400;

/** Heartbeats only: no law looks at them. */
const byDefault = ({ name }: WatchableResource): boolean => name !== 'leases.coordination.k8s.io';

/** Records until it is ended. */
export class HistoryRecorder {
  /** Where changes may have been missed. */
  readonly gaps: Gap[] = [];
  readonly unrecorded: Unrecorded[] = [];
  /** Counts what was heard: whoever waits looks again when it changes. */
  count = 0;
  private readonly entries: HistoryEntry[] = [];
  private readonly followers = new Map<string, WatchFollower>();
  private heardAtMs = 0;
  private isEnded = false;

  constructor(private readonly options: RecorderOptions) {}

  /** Lists everything and begins to watch; resolves when all lists are in. */
  async begin(): Promise<void> {
    const { client, isRecorded = byDefault } = this.options;
    const resources = await watchableResources(request => client.send(request));
    await Promise.all(resources.filter(isRecorded).map(resource => this.follow(resource)));
  }

  /** What was recorded after the revision, in the order of revisions. */
  async *after(revision: number): AsyncIterable<HistoryEntry> {
    await this.settle();
    const { auditLog } = this.options;
    auditLog?.read();
    let timeMs = 0;
    for (const entry of this.entries.slice(this.indexAfter(revision))) {
      // What came late is told with the time of what it came after.
      timeMs = Math.max(timeMs, entry.timeMs);
      const user = auditLog?.writerOf(entry) ?? entry.user;
      yield entry.timeMs === timeMs && user === entry.user ? entry : { ...entry, timeMs, user };
    }
  }

  /** Stops watching; what was recorded can still be read. */
  end(): void {
    this.isEnded = true;
    for (const follower of this.followers.values()) follower.end();
  }

  private async settle(): Promise<void> {
    const startMs = elapsedMs();
    while (!this.isEnded && elapsedMs() - this.heardAtMs < settledMs) {
      if (elapsedMs() - startMs > settledMaxMs) return;
      await sleep(settledMs / 2);
    }
  }

  private async follow(resource: WatchableResource): Promise<void> {
    const { client, namespaces } = this.options;
    const scopes = resource.isNamespaced ? (namespaces ?? [undefined]) : [undefined];
    const followed = scopes.flatMap(namespace => {
      const key = `${resource.name} ${namespace ?? ''}`;
      if (this.followers.has(key) || this.isEnded) return [];
      const follower = new WatchFollower(client, this, resource, namespace);
      this.followers.set(key, follower);
      return [follower];
    });
    await Promise.all(followed.map(follower => follower.begin()));
  }

  /** A follower heard of a change. */
  heard(resource: WatchableResource, { type, revision, object, before }: Heard): void {
    this.heardAtMs = elapsedMs();
    this.count++;
    const { name } = resource;
    const timeMs = this.options.now();
    // Whoever deletes leaves no entry of managed fields.
    const user = type === 'DELETED' ? undefined : managerOf(object, before);
    this.insert({ revision, timeMs, type, resource: name, user: user ?? '', object });
    if (name === 'customresourcedefinitions.apiextensions.k8s.io') this.defined(object);
  }

  /** A follower had to list again. */
  gap(gap: Omit<Gap, 'timeMs'>): void {
    this.gaps.push({ ...gap, timeMs: this.options.now() });
  }

  /** A follower may not read its resource. */
  refused({ name }: WatchableResource, { status, body }: ApiAnswer): void {
    const told = (body as { readonly message?: string } | undefined)?.message;
    this.unrecorded.push({ resource: name, why: told ?? `answered with ${status}` });
  }

  /** A kind that was not there at the beginning is recorded from when it is served. */
  private defined(object: KubeObject): void {
    const resource = servedBy(object as unknown as Definition);
    if (resource === undefined || !(this.options.isRecorded ?? byDefault)(resource)) return;
    void this.follow(resource);
  }

  /** Nearly always at the end. */
  private insert(entry: HistoryEntry): void {
    let at = this.entries.length;
    while (at > 0 && (this.entries[at - 1]?.revision ?? 0) > entry.revision) at--;
    this.entries.splice(at, 0, entry);
  }

  private indexAfter(revision: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly plural: string; readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

function servedBy({ spec, status }: Definition): WatchableResource | undefined {
  const isEstablished = (status?.conditions ?? []).some(
    ({ type, status: value }) => type === 'Established' && value === 'True',
  );
  const version = spec.versions.find(({ served }) => served)?.name;
  if (!isEstablished || version === undefined) return undefined;
  return {
    apiVersion: `${spec.group}/${version}`,
    kind: spec.names.kind,
    name: `${spec.names.plural}.${spec.group}`,
    plural: spec.names.plural,
    isNamespaced: spec.scope === 'Namespaced',
  };
}
