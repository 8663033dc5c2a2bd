/** The shape that every Kubernetes object shares. */
import type { ObjectMeta } from './kinds/meta.js';

/** Any object of the API: known by its metadata, free in the rest. Stored objects are never changed. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** What a typed object must have to travel as one of the API's. */
export interface HasMetadata {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/** A kind that the API serves, as a token that carries its TypeScript type. */
export interface Kind<T extends HasMetadata = KubeObject> {
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural that stands in paths, in lower case. */
  readonly resource: string;
  readonly isNamespaced: boolean;
  /**
   * What a typed client in Go makes of a spec that is not there, which the schema allows: the empty
   * struct. Informers hand it out in its place.
   */
  readonly emptySpec?: object;
  /** Never set: it only ties the token to its type. */
  readonly type?: T;
}

/** `v1`, `apps/v1`: what stands in an object's apiVersion. */
export function apiVersionOf(kind: Pick<Kind, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** Makes the token of a kind: for custom resources; the built-in ones stand in `kinds/`. */
export function kindOf<T extends HasMetadata = KubeObject>(
  apiVersion: string,
  kind: string,
  resource: string,
  scope: 'Namespaced' | 'Cluster' = 'Namespaced',
): Kind<T> {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind,
    resource,
    isNamespaced: scope === 'Namespaced',
  };
}

/** The kind whose objects need no spec: this is what a typed client makes of none. */
export function withEmptySpec<T extends HasMetadata>(kind: Kind<T>, emptySpec: object): Kind<T> {
  return { ...kind, emptySpec };
}
