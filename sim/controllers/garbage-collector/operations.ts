/**
 * What the garbage collector does to objects.
 * @upstream pkg/controller/garbagecollector/operations.go, patch.go
 */
import { deepEqual } from '../../api/equality.js';
import type { OwnerReference } from '../../api/kinds/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { Answer, Reconciliation } from '../../client/contract.js';
import { call, get, patch, pause, remove, type DeleteOptions } from '../../client/requests.js';
import type { ServedResource } from '../control/discovery.js';
import type { RestMapper } from '../control/rest-mapper.js';
import type { Identity } from './node.js';

/** How a deletion is passed on to dependents. */
export type Propagation = NonNullable<DeleteOptions['propagationPolicy']>;

/** What came of an attempt. */
export type Attempt = 'done' | 'absent' | 'invalid' | { readonly retry: string };

/** Reads and changes objects that are known by their identities. */
export class Operations {
  constructor(private readonly mapper: RestMapper) {}

  /** The resource of the identity's kind and version. */
  *resourceOf(identity: Identity): Reconciliation<ServedResource | { readonly error: string }> {
    const { apiVersion, kind } = identity;
    const slash = apiVersion.indexOf('/');
    const group = slash < 0 ? '' : apiVersion.slice(0, slash);
    const found = yield* this.mapper.mappingOf(group, apiVersion.slice(slash + 1), kind);
    if (!('error' in found)) return found;
    return { error: `unable to get REST mapping for ${apiVersion}/${kind}.` };
  }

  /** The object, `absent`, or why it could not be read. */
  *read(identity: Identity): Reconciliation<KubeObject | Exclude<Attempt, 'done'>> {
    const resource = yield* this.resourceOf(identity);
    if ('error' in resource) return { retry: resource.error };
    if (resource.isNamespaced && identity.namespace === '') return 'invalid';
    const namespace = resource.isNamespaced ? identity.namespace : '';
    const answer = yield* call(get(resource, namespace, identity.name));
    if (answer.isOk) return answer.object;
    return answer.status === 404 ? 'absent' : { retry: answer.message };
  }

  /** Deletes the very object, as long as its owners are those that were judged. */
  *delete(
    identity: Identity,
    latest: KubeObject,
    propagationPolicy: Propagation,
  ): Reconciliation<Attempt> {
    const resource = yield* this.resourceOf(identity);
    if ('error' in resource) return { retry: resource.error };
    const namespace = resource.isNamespaced ? identity.namespace : '';
    const { uid, name } = identity;
    const { resourceVersion, ownerReferences } = latest.metadata;
    const versioned = {
      propagationPolicy,
      preconditions: { uid, ...(resourceVersion !== undefined && { resourceVersion }) },
    };
    const answer = yield* call(remove(resource, namespace, name, versioned));
    if (answer.isOk || answer.reason !== 'Conflict') return attemptOf(answer);
    const live = yield* call(get(resource, namespace, name));
    if (!live.isOk) return live.status === 404 ? 'absent' : { retry: answer.message };
    const { metadata } = live.object;
    const isSame =
      metadata.uid === uid &&
      metadata.resourceVersion !== resourceVersion &&
      deepEqual(metadata.ownerReferences, ownerReferences);
    if (!isSame) return { retry: answer.message };
    const unversioned = { propagationPolicy, preconditions: { uid } };
    return attemptOf(yield* call(remove(resource, namespace, name, unversioned)));
  }

  /** Takes references to these owners off the object. */
  *dropOwners(identity: Identity, uids: readonly string[]): Reconciliation<Attempt> {
    const ownerReferences = uids.map(uid => ({ $patch: 'delete', uid }));
    return yield* this.patchOwners(identity, ownerReferences, live => {
      return live.filter(owner => !uids.includes(owner.uid));
    });
  }

  /** Lets the owners of the object go before it. */
  *unblockOwners(identity: Identity, owners: readonly OwnerReference[]): Reconciliation<Attempt> {
    const unblocked = owners
      .filter(owner => owner.blockOwnerDeletion === true)
      .map(owner => ({ ...owner, blockOwnerDeletion: false }));
    return yield* this.patchOwners(identity, unblocked, live => {
      return live.map(owner => ({ ...owner, blockOwnerDeletion: false }));
    });
  }

  /** Takes a finalizer off, past conflicts. */
  *removeFinalizer(identity: Identity, finalizer: string): Reconciliation<Attempt> {
    for (let attempt = 1; ; attempt++) {
      const live = yield* this.read(identity);
      if (live === 'absent') return 'done';
      if (live === 'invalid' || !('metadata' in live)) return live;
      const { finalizers = [], resourceVersion } = live.metadata;
      if (!finalizers.includes(finalizer)) return 'done';
      const others = finalizers.filter(one => one !== finalizer);
      const body = {
        metadata: { resourceVersion, finalizers: others.length === 0 ? null : others },
      };
      const answer = yield* this.patch(identity, 'merge', body);
      if (answer === undefined || answer.isOk) return 'done';
      if (answer.reason !== 'Conflict' || attempt === finalizerAttemptsMax) {
        return attemptOf(answer);
      }
      yield* pause(conflictPauseMs);
    }
  }

  /** By a strategic patch; custom resources, which know none, by a merge patch. */
  private *patchOwners(
    identity: Identity,
    ownerReferences: readonly unknown[],
    change: (live: readonly OwnerReference[]) => readonly OwnerReference[],
  ): Reconciliation<Attempt> {
    const { uid } = identity;
    const body = { metadata: { uid, ownerReferences } };
    const answer = yield* this.patch(identity, 'strategic', body);
    if (answer === undefined) return { retry: 'unable to get REST mapping' };
    if (answer.isOk || answer.status !== 415) return attemptOf(answer);
    const live = yield* this.read(identity);
    if (live === 'absent' || live === 'invalid' || !('metadata' in live)) return live;
    const { resourceVersion, ownerReferences: before = [] } = live.metadata;
    const merged = { metadata: { uid, resourceVersion, ownerReferences: change(before) } };
    const second = yield* this.patch(identity, 'merge', merged);
    return second === undefined ? { retry: 'unable to get REST mapping' } : attemptOf(second);
  }

  private *patch(
    identity: Identity,
    type: 'strategic' | 'merge',
    body: unknown,
  ): Reconciliation<Answer | undefined> {
    const resource = yield* this.resourceOf(identity);
    if ('error' in resource) return undefined;
    const namespace = resource.isNamespaced ? identity.namespace : '';
    return yield* call(patch(resource, { namespace, name: identity.name }, { type }, body));
  }
}

function attemptOf(answer: Answer): Attempt {
  if (answer.isOk) return 'done';
  return answer.status === 404 ? 'absent' : { retry: answer.message };
}

/** client-go's retry.DefaultBackoff has four steps from 10 ms. */
const finalizerAttemptsMax = 4;
const conflictPauseMs = 10;
