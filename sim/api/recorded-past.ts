/**
 * What a recorded cluster drew by chance, so that a simulation that plays it again may draw the same: the
 * endings of generated names, uids, and which of several best nodes a pod got.
 */
import type { ObjectMeta } from './kinds/meta.js';
import type { KubeObject } from './object.js';

/** What was drawn. Each name and uid is handed out once, in the order in which they were recorded. */
export interface RecordedPast {
  /** A name for an object with a `generateName`; undefined: none is left. It is used up by `stored`. */
  name(resource: string, object: KubeObject): string | undefined;
  /** The uid of the next object of this name; undefined: it is drawn. */
  uid(resource: string, namespace: string, name: string): string | undefined;
  /** An object was stored: what was handed out for it is used up. */
  stored(resource: string, namespace: string, name: string): void;
  /** The node that a pod of this uid was bound to, or one of its name. */
  node(pod: ObjectMeta): string | undefined;
  /** When a controller of this account tried this key next, after a time; undefined: that is not recorded. */
  triedAt?(account: string, key: string, afterMs: number): number | undefined;
  /** The scheduler found a node for a pod whose recorded node is known. */
  placed?(pod: ObjectMeta, placement: PastPlacement): void;
}

/** How the recorded node of a pod stood when its time came. */
export interface PastPlacement {
  readonly recorded: string;
  /** The node that the pod gets. */
  readonly node: string;
  /** One of the best; one that fits, with a lower score; one that does not fit. */
  readonly fit: 'best' | 'feasible' | 'none';
  /** Why it does not fit, in the scheduler's words. */
  readonly why?: string;
}
