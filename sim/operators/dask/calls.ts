/** Requests as kr8s makes them: what is refused is an exception. @upstream kr8s-org/kr8s kr8s/_objects.py */
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, list, patch, pause, remove } from '../../client/requests.js';
import type { Failure } from '../kopf/contract.js';

/** What a step gives, or how it failed. */
export type Step<T> = { readonly value: T } | { readonly failure: Failure };

/** An exception that nobody catches. */
export function exception(message: string): { readonly failure: Failure } {
  return { failure: { kind: 'exception', message } };
}

/** A field that the program takes for granted is not there. */
export function keyError(field: string): { readonly failure: Failure } {
  return exception(`'${field}'`);
}

/** Whether an object has no spec, for which the CRDs do not ask. */
export function withoutSpec(object: HasMetadata): boolean {
  return (object as { readonly spec?: unknown }).spec === undefined;
}

/** How long something is looked for that is not there. */
const patienceMs = 2_000;
const pauseMaxMs = 1_000;

/** The object of this name; it is waited for a little. */
export function* found<T extends HasMetadata>(
  kind: Kind<T>,
  namespace: string,
  name: string,
): Reconciliation<Step<T>> {
  let waitedMs = 0;
  for (let pauseMs = 100; waitedMs < patienceMs; pauseMs = Math.min(pauseMs * 2, pauseMaxMs)) {
    const answer = yield* call(get(kind, namespace, name));
    if (answer.isOk) return { value: answer.object };
    if (answer.status !== 404) return exception(answer.message);
    yield* pause(pauseMs);
    waitedMs += pauseMs;
  }
  return exception(`Could not find ${kind.kind} ${name} in namespace ${namespace}.`);
}

/** All objects with the labels, in the API server's order. */
export function* listed<T extends HasMetadata>(
  kind: Kind<T>,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Reconciliation<Step<readonly T[]>> {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const answer = yield* call(list(kind, namespace, { labelSelector }));
  return answer.isOk ? { value: answer.object.items } : exception(answer.message);
}

/** Creates the object unless one of its name is there. */
export function* ensured<T extends HasMetadata>(
  kind: Kind<T>,
  object: T,
): Reconciliation<Failure | undefined> {
  const { namespace = '', name = '' } = object.metadata;
  const answer = yield* call(get(kind, namespace, name));
  return answer.isOk ? undefined : yield* created(kind, object);
}

/** Creates the object. */
export function* created<T extends HasMetadata>(
  kind: Kind<T>,
  object: T,
): Reconciliation<Failure | undefined> {
  const answer = yield* call(create(kind, object));
  return answer.isOk ? undefined : { kind: 'exception', message: answer.message };
}

/** Merges fields into the object, or into its subresource. */
export function* merged<T extends HasMetadata>(
  kind: Kind<T>,
  of: { readonly namespace: string; readonly name: string; readonly subresource?: string },
  fields: unknown,
): Reconciliation<Failure | undefined> {
  const answer = yield* call(patch(kind, of, { type: 'merge' }, fields));
  if (answer.isOk) return undefined;
  const missing = `Object ${of.name} does not exist in ${of.namespace}`;
  return { kind: 'exception', message: answer.status === 404 ? missing : answer.message };
}

/** Deletes the object. */
export function* deleted<T extends HasMetadata>(
  kind: Kind<T>,
  namespace: string,
  name: string,
): Reconciliation<Failure | undefined> {
  const answer = yield* call(remove(kind, namespace, name));
  if (answer.isOk) return undefined;
  const missing = `Object ${name} does not exist in ${namespace}`;
  return { kind: 'exception', message: answer.status === 404 ? missing : answer.message };
}

/** Makes the owner the object's only owner. */
export function* adoptedBy<T extends HasMetadata>(
  kind: Kind<T>,
  object: T,
  owner: HasMetadata & { readonly of: Pick<Kind, 'group' | 'version' | 'kind'> },
): Reconciliation<Failure | undefined> {
  const { namespace = '', name = '' } = object.metadata;
  const { of, metadata } = owner;
  const reference = {
    ...{ controller: true, blockOwnerDeletion: true },
    ...{ apiVersion: `${of.group}/${of.version}`, kind: of.kind },
    ...{ name: metadata.name ?? '', uid: metadata.uid ?? '' },
  };
  return yield* merged(kind, { namespace, name }, { metadata: { ownerReferences: [reference] } });
}
