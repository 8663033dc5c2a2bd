/**
 * DELETE of one object: at once, gracefully, or when its finalizers have gone.
 * @upstream apiserver/pkg/registry/generic/registry/store.go Delete, registry/rest/delete.go
 */
import { deepEqual } from '../../api/equality.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { conflict, isFailure, notFound, statusDetails, type Failure } from '../../api/status.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type { Stored } from '../../store/stored.js';
import { AdmissionRun } from '../admit.js';
import { bodyAnswer, failureAnswer } from '../answers.js';
import { dropCompanions } from '../companions.js';
import { isConverted, readied } from '../conversions.js';
import type { FieldOwners } from '../field-owners.js';
import { orderedMeta, withMeta, withResourceVersion } from '../object-meta.js';
import { respond } from '../respond.js';
import { keyIn, type Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { viewFor } from '../views.js';
import { deleteOptions, warnOfPropagation, type DeleteOptions } from './delete-options.js';

/** What became of a deletion. */
export interface Deleted {
  /** The object as it is kept, or as it was last. */
  readonly stored: Stored<FieldOwners>;
  readonly isGone: boolean;
}

/** Answers a Status, or the object while it stays and for kinds that always show it. */
export function* deleteObject(scope: Scope): Steps<ApiAnswer> {
  const { context } = scope;
  const options = deleteOptions(scope);
  if (isFailure(options)) return failureAnswer(context, options);
  warnOfPropagation(scope, options);
  const deleted = yield* deleteStored(scope, options);
  if (isFailure(deleted)) return failureAnswer(context, deleted);
  const isAccepted = !deleted.isGone && options.orphanDependents === false;
  const code = isAccepted ? 202 : 200;
  const showsObject =
    !deleted.isGone || scope.resource.storedStrategy.returnsDeletedObject === true;
  if (showsObject) return respond(scope, code, viewFor(scope, deleted.stored));
  const status = deletedStatus(scope, deleted.stored.object);
  scope.audit?.responseObject(status);
  return bodyAnswer(context, { ...scope.media, isPretty: scope.media.isPretty }, code, status);
}

function deletedStatus({ resource, name }: Scope, { metadata }: KubeObject) {
  const { group, resource: kind } = resource.kind;
  const details = statusDetails({ name, group, kind, uid: metadata.uid ?? '' });
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** Deletes the object that the scope names. Of a collection admission is told no names. */
export function* deleteStored(
  scope: Scope,
  options: DeleteOptions,
  toldName = scope.name,
): Steps<Deleted | Failure> {
  const { collection } = scope.resource;
  for (;;) {
    const live = collection.get(keyIn(scope));
    if (live === undefined) return notFound(scope.resource.kind, scope.name);
    const problem = preconditionFailure(scope, live.object, options);
    if (problem !== undefined) return problem;
    const unreadable = isConverted(scope.resource) ? yield* readied(scope, [live]) : undefined;
    if (unreadable !== undefined) return unreadable;
    const admission = new AdmissionRun({
      operation: 'DELETE',
      scope,
      isDryRun: options.isDryRun,
      options: options.object,
      oldObject: viewFor(scope, live),
      defaulted: object => object,
    });
    const refusal =
      (yield* admission.mutateNothing(toldName)) ??
      (yield* admission.validate(undefined, toldName));
    if (refusal !== undefined) return refusal;
    if (collection.get(live.key) !== live) continue;
    const deleted = settle(scope, live, options);
    const unshown = isConverted(scope.resource)
      ? yield* readied(scope, [deleted.stored])
      : undefined;
    return unshown ?? deleted;
  }
}

/** @upstream rest.BeforeDelete: the kind, not the resource, is named. */
function preconditionFailure(
  { resource }: Scope,
  { metadata }: KubeObject,
  options: DeleteOptions,
): Failure | undefined {
  const { group, kind } = resource.kind;
  const { name = '', uid = '', resourceVersion = '' } = metadata;
  const refuse = (text: string) => conflict({ group, resource: kind }, name, text);
  if (options.uid !== undefined && options.uid !== uid) {
    return refuse(
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    return refuse(
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
  return undefined;
}

/** What is left to be done with the object. */
type Plan =
  | { readonly kind: 'already' }
  | { readonly kind: 'now' }
  | { readonly kind: 'mark'; readonly metadata: ObjectMeta; readonly isLast: boolean };

function settle(scope: Scope, live: Stored<FieldOwners>, options: DeleteOptions): Deleted {
  const begun = scope.resource.storedStrategy.beginsDeletion?.(
    live.object,
    scope.core.strategyContext,
    finalizersAfter(scope, live.object.metadata, options),
  );
  if (begun !== undefined) return { stored: rewrite(scope, live, begun, options), isGone: false };
  if (scope.resource.storedStrategy.mayGo?.(live.object) === false) {
    return { stored: live, isGone: false };
  }
  const plan = planOf(scope, live.object, options);
  switch (plan.kind) {
    case 'already':
      return { stored: live, isGone: false };
    case 'now':
      return remove(scope, live, options);
    case 'mark': {
      const object = withMeta(live.object, orderedMeta(plan.metadata));
      if (!plan.isLast && deepEqual(object.metadata, live.object.metadata)) {
        return { stored: live, isGone: false };
      }
      const marked = rewrite(scope, live, object, options);
      return plan.isLast ? remove(scope, marked, options) : { stored: marked, isGone: false };
    }
  }
}

function planOf(scope: Scope, { metadata, ...rest }: KubeObject, options: DeleteOptions): Plan {
  const object = { metadata, ...rest } as KubeObject;
  const graceful = gracefulMeta(scope, object, options);
  if (graceful === 'pending') return { kind: 'already' };
  const finalizers = finalizersAfter(scope, metadata, options);
  const base = { ...(graceful ?? metadata), finalizers };
  if (graceful !== undefined) {
    const isLast = finalizers.length === 0 && graceful.deletionGracePeriodSeconds === 0;
    return { kind: 'mark', metadata: base, isLast };
  }
  if (finalizers.length === 0) return { kind: 'now' };
  return { kind: 'mark', metadata: markedMeta(scope, base), isLast: false };
}

/** Undefined: the kind knows no grace, or it has run out. `pending`: the deletion goes on as it is. */
function gracefulMeta(
  { core, resource }: Scope,
  object: KubeObject,
  { gracePeriodSeconds }: DeleteOptions,
): ObjectMeta | 'pending' | undefined {
  const { graceSeconds } = resource.storedStrategy;
  if (graceSeconds === undefined) return undefined;
  const { metadata } = object;
  const asked = gracePeriodSeconds !== undefined && gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds;
  const nowMs = core.clock.now();
  if (metadata.deletionTimestamp !== undefined) return shortened(metadata, asked, nowMs);
  const seconds = graceSeconds(object, asked);
  if (seconds === undefined) return undefined;
  const generation = metadata.generation ?? 0;
  const next = generation > 0 ? { generation: generation + 1 } : undefined;
  return Object.assign({}, metadata, next, {
    deletionTimestamp: rfc3339(nowMs + seconds * 1000),
    deletionGracePeriodSeconds: seconds,
  });
}

/** A deletion that goes on can only be shortened. */
function shortened(
  metadata: ObjectMeta,
  asked: number | undefined,
  nowMs: number,
): ObjectMeta | 'pending' | undefined {
  const current = metadata.deletionGracePeriodSeconds ?? 0;
  if (current === 0) return undefined;
  if (asked === undefined || asked >= current) return 'pending';
  const began = (timeMs(metadata.deletionTimestamp) ?? nowMs) - current * 1000;
  const dueMs = began + asked * 1000;
  const isPast = dueMs < nowMs;
  return {
    ...metadata,
    deletionTimestamp: rfc3339(isPast ? nowMs : dueMs),
    deletionGracePeriodSeconds: isPast && asked !== 0 ? 1 : asked,
  };
}

/** Finalizers keep the object, without grace. */
function markedMeta({ core }: Scope, metadata: ObjectMeta): ObjectMeta {
  const nowMs = core.clock.now();
  const { deletionTimestamp, generation = 0 } = metadata;
  const dueMs = timeMs(deletionTimestamp);
  const isFirst = deletionTimestamp === undefined;
  return {
    ...metadata,
    ...(isFirst && generation > 0 && { generation: generation + 1 }),
    ...((dueMs === undefined || dueMs > nowMs) && { deletionTimestamp: rfc3339(nowMs) }),
    deletionGracePeriodSeconds: 0,
  };
}

const orphan = 'orphan';
const foreground = 'foregroundDeletion';

/** The finalizers by which the garbage collector learns what to do with dependents. */
function finalizersAfter(
  { resource }: Scope,
  { finalizers = [] }: ObjectMeta,
  options: DeleteOptions,
): readonly string[] {
  const policy = policyOf(options, finalizers, resource.storedStrategy.defaultPropagation);
  const others = finalizers.filter(one => one !== orphan && one !== foreground);
  if (policy === 'Orphan') others.push(orphan);
  if (policy === 'Foreground') others.push(foreground);
  const isSame =
    others.length === new Set(finalizers).size && others.every(one => finalizers.includes(one));
  return isSame ? finalizers : others;
}

function policyOf(
  { orphanDependents, propagationPolicy }: DeleteOptions,
  finalizers: readonly string[],
  byDefault = 'Background',
): string {
  // Nothing depends on an event: whatever was asked for, it goes at once.
  if (byDefault === 'Unsupported') return 'Background';
  if (orphanDependents !== undefined) return orphanDependents ? 'Orphan' : 'Background';
  if (propagationPolicy !== undefined) return propagationPolicy;
  const set = finalizers.find(one => one === orphan || one === foreground);
  if (set !== undefined) return set === orphan ? 'Orphan' : 'Foreground';
  return byDefault;
}

function rewrite(
  { core, resource, context }: Scope,
  live: Stored<FieldOwners>,
  object: KubeObject,
  { isDryRun }: DeleteOptions,
): Stored<FieldOwners> {
  if (isDryRun) return { ...live, object };
  return core.store.put(resource.collection, {
    key: live.key,
    object: withResourceVersion(object, core.store.nextResourceVersion()),
    beside: live.beside,
    user: context.user.name,
  });
}

function remove(scope: Scope, live: Stored<FieldOwners>, { isDryRun }: DeleteOptions): Deleted {
  if (isDryRun) return { stored: live, isGone: true };
  const { core, resource, context } = scope;
  const last = {
    key: live.key,
    object: withResourceVersion(live.object, core.store.nextResourceVersion()),
    beside: live.beside,
    user: context.user.name,
  };
  core.store.remove(resource.collection, last);
  dropCompanions(scope, live.object);
  return { stored: { ...live, object: last.object }, isGone: true };
}
