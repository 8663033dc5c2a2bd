/** What `check` reads: the objects, and what lay in the folders besides. */
import type { Manifest } from '../input/manifests.js';
import type { Place } from '../input/errors.js';

/** The input of a check. */
export interface CheckInput {
  readonly manifests: readonly Manifest[];
  /** Files of a folder that are not YAML or hold no objects, with the reason. */
  readonly unread: readonly Unread[];
  /** What was done with the input that a reader should know: a kustomization was resolved. */
  readonly notes: readonly string[];
}

/** A file, or a document of one, that could not be taken. */
export interface Unread {
  readonly place: Place;
  readonly reason: string;
  /** A broken file or a chart would stop kubectl; a document that is no object belongs to another program. */
  readonly kind: 'broken' | 'chart' | 'no-object';
}
