/**
 * What a recorded cluster drew by chance, so that a simulation that plays it again may draw the same: the
 * endings of generated names, uids, and which of several best nodes a pod got.
 */

/** What was drawn. Each name and uid is handed out once, in the order in which they were recorded. */
export interface RecordedPast {
  /** A name for `generateName`; undefined: nothing is recorded any more. It is used up by `stored`. */
  name(resource: string, namespace: string, prefix: string): string | undefined;
  /** The uid of the next object of this name; undefined: it is drawn. */
  uid(resource: string, namespace: string, name: string): string | undefined;
  /** An object was stored: what was handed out for it is used up. */
  stored(resource: string, namespace: string, name: string): void;
  /** The node that a pod was bound to. */
  node(namespace: string, pod: string): string | undefined;
}
