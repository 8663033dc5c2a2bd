/** Adopts what matches and nobody controls, releases what matches no longer. @upstream pkg/controller/controller_ref_manager.go */
import { controllerOf, isDeleting, ownerReference } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Answer, Reconciliation } from '../../client/contract.js';
import { call, get, patch } from '../../client/requests.js';

/** Who claims, and what. */
export interface Claim<O extends HasMetadata, T extends HasMetadata> {
  readonly owner: O;
  readonly ownerKind: Kind<O>;
  readonly kind: Kind<T>;
  readonly candidates: readonly T[];
  readonly matches: (object: T) => boolean;
  /** Hears of each adopted object as it was written. */
  readonly adopted?: (object: T) => void;
  /** Finalizers that come with an adoption and go with a release. */
  readonly finalizers?: readonly string[];
}

/** What the owner controls now, and the first error, if there was one. */
export interface Claimed<T> {
  readonly objects: readonly T[];
  readonly error?: string;
}

/** Brings the candidates' controller references in line with the owner's selector. */
export function* claim<O extends HasMetadata, T extends HasMetadata>(
  claim: Claim<O, T>,
): Reconciliation<Claimed<T>> {
  const { owner, candidates, matches } = claim;
  const objects: T[] = [];
  let error: string | undefined;
  let recheck: { readonly refusal: string | undefined } | undefined;
  for (const object of candidates) {
    const controller = controllerOf(object);
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (matches(object)) objects.push(object);
      else if (!isDeleting(owner)) error ??= failureOf(yield* release(claim, object), [404, 422]);
      continue;
    }
    if (isDeleting(owner) || isDeleting(object) || !matches(object)) continue;
    recheck ??= { refusal: yield* refusalToAdopt(claim) };
    if (recheck.refusal !== undefined) {
      error ??= recheck.refusal;
      continue;
    }
    const answer = yield* adopt(claim, object);
    if (answer.isOk) {
      objects.push(object);
      claim.adopted?.(answer.object);
    } else error ??= failureOf(answer, [404]);
  }
  return error === undefined ? { objects } : { objects, error };
}

/** Reads the owner past the cache: one that is being deleted, or has been, adopts nothing. */
function* refusalToAdopt<O extends HasMetadata, T extends HasMetadata>({
  owner,
  ownerKind,
}: Claim<O, T>): Reconciliation<string | undefined> {
  const { namespace = '', name = '', uid } = owner.metadata;
  const fresh = yield* call(get(ownerKind, namespace, name));
  if (!fresh.isOk) return `can't recheck DeletionTimestamp: ${fresh.message}`;
  if (fresh.object.metadata.uid !== uid) return `${ownerKind.kind} ${namespace}/${name} is gone`;
  return isDeleting(fresh.object) ? `${namespace}/${name} has just been deleted` : undefined;
}

function adopt<O extends HasMetadata, T extends HasMetadata>(
  { owner, ownerKind, kind, finalizers }: Claim<O, T>,
  object: T,
): Reconciliation<Answer<T>> {
  const metadata = {
    uid: object.metadata.uid,
    ownerReferences: [ownerReference(owner, ownerKind)],
    ...(finalizers && { finalizers }),
  };
  return call(patch(kind, placeOf(object), { type: 'strategic' }, { metadata }));
}

function release<O extends HasMetadata, T extends HasMetadata>(
  { owner, kind, finalizers }: Claim<O, T>,
  object: T,
): Reconciliation<Answer<T>> {
  const metadata = {
    uid: object.metadata.uid,
    ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }],
    ...(finalizers && { '$deleteFromPrimitiveList/finalizers': finalizers }),
  };
  return call(patch(kind, placeOf(object), { type: 'strategic' }, { metadata }));
}

function placeOf(object: HasMetadata): { readonly namespace: string; readonly name: string } {
  const { namespace = '', name = '' } = object.metadata;
  return { namespace, name };
}

/** Gone, or already another's: nothing that a retry would change. */
function failureOf(answer: Answer<unknown>, ignored: readonly number[]): string | undefined {
  return answer.isOk || ignored.includes(answer.status) ? undefined : answer.message;
}
