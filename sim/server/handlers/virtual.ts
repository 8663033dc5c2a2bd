/**
 * POST of a review: answered, never stored.
 * @upstream pkg/registry/authorization, pkg/registry/authentication
 */
import type { Kind, KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { isFailure, type Failure } from '../../api/status.js';
import { virtualResources as authenticationReviews } from '../authentication/index.js';
import { virtualResources as authorizationReviews } from '../authorization/index.js';
import { failureAnswer } from '../answers.js';
import { readObject } from '../body.js';
import { withMeta } from '../object-meta.js';
import { respond } from '../respond.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import type { VirtualResource } from '../virtual-resource.js';
import { writeOptions } from '../write-options.js';
import { placeFailure } from './replace.js';
import { ownedByManager, unstoredAdmission } from './unstored.js';

const all = [...authenticationReviews, ...authorizationReviews];

/** The review of this kind, if it is one. */
export function virtualResourceOf({ group, resource }: Kind): VirtualResource | undefined {
  return all.find(({ kind }) => kind.group === group && kind.resource === resource);
}

/** Answers 201 and the review with its status. */
export function createVirtual(virtual: VirtualResource): (scope: Scope) => Steps<ApiAnswer> {
  return scope => answered(scope, virtual);
}

function* answered(scope: Scope, virtual: VirtualResource): Steps<ApiAnswer> {
  const reviewed = yield* review(scope, virtual);
  return isFailure(reviewed)
    ? failureAnswer(scope.context, reviewed)
    : respond(scope, 201, reviewed);
}

function* review(scope: Scope, virtual: VirtualResource): Steps<KubeObject | Failure> {
  const { core, context, resource } = scope;
  const options = writeOptions(context, 'CreateOptions');
  if (isFailure(options)) return options;
  const read = readObject(scope, options);
  if (isFailure(read)) return read;
  scope.audit?.requestObject(read);
  const misplaced = placeFailure(scope, read);
  if (misplaced !== undefined) return misplaced;
  const unstored = { kind: resource.kind, options };
  const admission = unstoredAdmission(scope, unstored);
  const sent = ownedByManager(scope, inNamespace(scope, read), unstored);
  const object = yield* admission.mutate(sent, '');
  if (isFailure(object)) return object;
  const { access, authentication, authorizer } = core;
  const seen = { access, authentication, authorizer, request: context };
  const reviewed = virtual.create(object, seen);
  if ('refusal' in reviewed) return reviewed.refusal;
  return (yield* admission.validate(object, '')) ?? reviewed.object;
}

function inNamespace({ resource, namespace }: Scope, object: KubeObject): KubeObject {
  return resource.kind.isNamespaced ? withMeta(object, { ...object.metadata, namespace }) : object;
}
