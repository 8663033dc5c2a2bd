/** POST of a review: answered, never stored. */
import type { Kind } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { isFailure } from '../../api/status.js';
import { virtualResources as authenticationReviews } from '../authentication/index.js';
import { virtualResources as authorizationReviews } from '../authorization/index.js';
import { failureAnswer } from '../answers.js';
import { readObject } from '../body.js';
import { respond } from '../respond.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import type { VirtualResource } from '../virtual-resource.js';
import { writeOptions } from '../write-options.js';
import { placeFailure } from './replace.js';

const all = [...authenticationReviews, ...authorizationReviews];

/** The review of this kind, if it is one. */
export function virtualResourceOf({ group, resource }: Kind): VirtualResource | undefined {
  return all.find(({ kind }) => kind.group === group && kind.resource === resource);
}

/** Answers 201 and the review with its status. */
export function createVirtual(virtual: VirtualResource): (scope: Scope) => Steps<ApiAnswer> {
  return function* (scope) {
    const { core, context } = scope;
    const options = writeOptions(context, 'CreateOptions');
    if (isFailure(options)) return failureAnswer(context, options);
    const object = readObject(scope, options);
    if (isFailure(object)) return failureAnswer(context, object);
    scope.audit?.requestObject(object);
    const misplaced = placeFailure(scope, object);
    if (misplaced !== undefined) return failureAnswer(context, misplaced);
    const { access, authentication, authorizer } = core;
    const reviewed = virtual.create(object, {
      access,
      authentication,
      authorizer,
      request: context,
    });
    if ('refusal' in reviewed) return failureAnswer(context, reviewed.refusal);
    return respond(scope, 201, reviewed.object);
  };
}
