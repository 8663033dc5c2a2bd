/** The requests that a component makes, as functions that spell the paths. */
import { controllerOf } from '../api/meta.js';
import { apiVersionOf, type HasMetadata, type Kind, type KubeObject } from '../api/object.js';
import type { Answer, Change, Pause, Queue, Reconciliation, Request, Watch } from './contract.js';

/** Yields one request and gives its answer the type of the request. */
export function* call<T>(request: Request<T>): Reconciliation<Answer<T>> {
  return (yield request) as Answer<T>;
}

/** Waits within a reconciliation. */
export function* pause(pauseMs: number): Reconciliation<void> {
  const wait: Pause = { pauseMs };
  yield wait;
}

/** Describes a watch; it exists to infer the type of the kind. */
export function watch<T extends HasMetadata>(
  kind: Kind<T>,
  options: Omit<Watch<T>, 'kind'> & { readonly on?: (change: Change<T>) => void } = {},
): Watch {
  return { kind, ...options } as unknown as Watch;
}

/** For watches of what objects of a kind own: looks at the owner again. */
export function addOwner(
  queue: Pick<Queue, 'add'>,
  kind: Pick<Kind, 'kind'>,
): (change: { readonly object: HasMetadata }) => void {
  return ({ object }) => {
    const owner = controllerOf(object);
    if (owner?.kind === kind.kind) queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
  };
}

/** The path of a collection or, with a name, of an object and its subresource. */
export function pathOf(
  kind: Pick<Kind, 'group' | 'version' | 'resource' | 'isNamespaced'>,
  namespace: string,
  name?: string,
  subresource?: string,
): string {
  const root = kind.group === '' ? '/api' : '/apis';
  const scope = kind.isNamespaced && namespace !== '' ? `/namespaces/${namespace}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  const sub = subresource === undefined ? '' : `/${subresource}`;
  return `${root}/${apiVersionOf(kind)}${scope}/${kind.resource}${object}${sub}`;
}

/** Reads an object from the API server itself, past the cache. */
export function get<T extends HasMetadata>(
  kind: Kind<T>,
  namespace: string,
  name: string,
  subresource?: string,
): Request<T> {
  return { method: 'GET', path: pathOf(kind, namespace, name, subresource) };
}

/** Lists past the cache. */
export function list<T extends HasMetadata>(
  kind: Kind<T>,
  namespace = '',
  query: Readonly<Record<string, string>> = {},
): Request<{
  readonly items: readonly T[];
  readonly metadata: { readonly resourceVersion: string };
}> {
  return { method: 'GET', path: pathOf(kind, namespace) + queryText(query) };
}

/** Creates; apiVersion and kind are filled in. */
export function create<T extends HasMetadata>(kind: Kind<T>, object: T): Request<T> {
  const namespace = object.metadata.namespace ?? '';
  return { method: 'POST', path: pathOf(kind, namespace), body: withType(kind, object) };
}

/** Replaces the object, or its subresource (`status`, `scale`, ...). */
export function update<T extends HasMetadata>(
  kind: Kind<T>,
  object: T,
  subresource?: string,
): Request<T> {
  const { namespace = '', name = '' } = object.metadata;
  const path = pathOf(kind, namespace, name, subresource);
  return { method: 'PUT', path, body: withType(kind, object) };
}

/** Creates below an object: `binding`, `eviction`, `token`. */
export function createSubresource(
  kind: Pick<Kind, 'group' | 'version' | 'resource' | 'isNamespaced'>,
  of: { readonly namespace: string; readonly name: string; readonly subresource: string },
  body: unknown,
): Request {
  return { method: 'POST', path: pathOf(kind, of.namespace, of.name, of.subresource), body };
}

/** How a patch is to be understood. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

const patchContentTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** Patches the object or its subresource. For `apply` give fieldManager (and force) in `query`. */
export function patch<T extends HasMetadata>(
  kind: Kind<T>,
  of: { readonly namespace: string; readonly name: string; readonly subresource?: string },
  how: { readonly type: PatchType; readonly query?: Readonly<Record<string, string>> },
  body: unknown,
): Request<T> {
  return {
    method: 'PATCH',
    path: pathOf(kind, of.namespace, of.name, of.subresource) + queryText(how.query ?? {}),
    headers: { 'content-type': patchContentTypes[how.type], accept: 'application/json' },
    body,
  };
}

/** What a delete may ask for. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** Deletes; named so because `delete` is a word of the language. */
export function remove<T extends HasMetadata>(
  kind: Kind<T>,
  namespace: string,
  name: string,
  options: DeleteOptions = {},
): Request<KubeObject> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
  return { method: 'DELETE', path: pathOf(kind, namespace, name), body };
}

/** `namespace/name`, or the name alone for cluster-scoped objects. */
export function keyOf(object: HasMetadata): string {
  const { namespace = '', name = '' } = object.metadata;
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** The parts of a key; namespace '' when there is none. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: slash < 0 ? '' : key.slice(0, slash), name: key.slice(slash + 1) };
}

function withType<T extends HasMetadata>(kind: Kind<T>, object: T): T {
  if (object.apiVersion !== undefined && object.kind !== undefined) return object;
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object };
}

function queryText(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}
