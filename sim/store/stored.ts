/** What the store keeps: versions of objects, and the events that made them. */
import type { KubeObject } from '../api/object.js';

/** One version of an object. `beside` is what the API server keeps with it: who owns its fields. */
export interface Stored<Beside = unknown> {
  /** `namespace/name`, or the name alone: the order of keys is etcd's. */
  readonly key: string;
  readonly object: KubeObject;
  readonly revision: number;
  readonly beside: Beside;
}

/** A write. Every revision is one write of one object. */
export interface StoreEvent<Beside = unknown> {
  readonly revision: number;
  readonly timeMs: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `pods`, `deployments.apps`. */
  readonly resource: string;
  readonly user: string;
  /** The version after the write; of a deletion, the last one under the revision of its deletion. */
  readonly current: Stored<Beside>;
  /** The version before; absent for ADDED. */
  readonly previous: Stored<Beside> | undefined;
}
