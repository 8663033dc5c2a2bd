/** When a dump was taken, by a log of the same cluster: after what it shows, before what it does not. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { TimedWrite } from '../import/format.js';
import { pluralOf } from '../plural.js';
import type { Known } from './known.js';

/** So long after its newest write a dump may be of, when nothing was written in between. */
const settledMs = 15_000;

/** Looks at the writes in their order. */
export class DumpTime {
  /** The resourceVersions of the dump, by kind, namespace and name. */
  private readonly shown = new Map<string, number>();
  private readonly kinds = new Set<string>();
  /** What came and is not in the dump: when. */
  private readonly absent = new Map<string, number>();
  private lowerMs = -Infinity;
  private upperMs = Infinity;

  constructor(known: Known) {
    for (const { newest } of known.all()) {
      if (newest.dump === undefined) continue;
      const { metadata } = newest.object;
      const resource = resourceOf(newest.object);
      this.kinds.add(resource);
      const key = `${resource} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
      this.shown.set(key, Number(metadata.resourceVersion ?? 0));
    }
  }

  look({
    atMs,
    status,
    verb,
    resource,
    apiGroup = '',
    namespace = '',
    name,
    ...write
  }: TimedWrite) {
    if (status >= 300 || name === undefined) return;
    const { revision = 0, subresource } = write;
    const kind = `${resource}.${apiGroup}`;
    const key = `${kind} ${namespace}/${name}`;
    const shown = this.shown.get(key) ?? 0;
    if (shown > 0) {
      if (revision > shown) this.upperMs = Math.min(this.upperMs, atMs);
      else if (revision > 0) this.lowerMs = Math.max(this.lowerMs, atMs);
    } else if (subresource === undefined && this.kinds.has(kind)) {
      if (verb === 'create') this.absent.set(key, atMs);
      if (verb === 'delete') {
        this.absent.delete(key);
        if (atMs < this.upperMs) this.lowerMs = Math.max(this.lowerMs, atMs);
      }
    }
  }

  /** The time; undefined: the log tells of nothing that the dump shows. */
  ms(): number | undefined {
    if (this.lowerMs === -Infinity) return undefined;
    const upperMs = [...this.absent.values()].reduce(
      (least, ms) => (ms > this.lowerMs ? Math.min(least, ms) : least),
      this.upperMs,
    );
    return Math.max(this.lowerMs, Math.min(this.lowerMs + settledMs, upperMs - 1));
  }
}

function resourceOf({ apiVersion = '', kind = '' }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${pluralOf(kind)}.${group}`;
}
