/** PUT: replaces an object or a part of it. @upstream apiserver/pkg/endpoints/handlers/update.go */
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { badRequest, isFailure, type Failure } from '../../api/status.js';
import { failureAnswer } from '../answers.js';
import { readObject } from '../body.js';
import { uniqueOwners } from '../owners.js';
import { respond } from '../respond.js';
import type { UpdateStrategy } from '../resources/strategy.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { writeOptions } from '../write-options.js';
import { wrongNamespace } from './create.js';
import { changeObject, type Changed } from './update.js';

/** Answers 200 (or 201, when it was created) and the object. */
export function* replaceObject(scope: Scope, strategy: UpdateStrategy): Steps<ApiAnswer> {
  const changed = yield* replaceFromBody(scope, strategy);
  if (isFailure(changed)) return failureAnswer(scope.context, changed);
  return respond(scope, changed.isNew ? 201 : 200, changed.object);
}

function* replaceFromBody(scope: Scope, strategy: UpdateStrategy): Steps<Changed | Failure> {
  const options = writeOptions(scope.context, 'UpdateOptions');
  if (isFailure(options)) return options;
  const read = readObject(scope, options);
  if (isFailure(read)) return read;
  scope.audit?.requestObject(read);
  const problem = placeFailure(scope, read) ?? nameFailure(scope, read);
  if (problem !== undefined) return problem;
  const object = uniqueOwners(scope.context, read, { isAfterAdmission: false });
  return yield* changeObject(scope, {
    options,
    produce: () => ({ object }),
    strategy,
    countsGeneration: scope.subresource === '',
    uid: object.metadata.uid,
  });
}

/** 400 of an object that is of another namespace than the request. */
export function placeFailure({ resource, namespace }: Scope, { metadata }: KubeObject) {
  const own = metadata.namespace ?? '';
  if (!resource.kind.isNamespaced || own === '' || own === namespace) return undefined;
  return wrongNamespace();
}

/** 400 of an object that has another name than the request, or none. */
export function nameFailure({ name }: Scope, { metadata }: KubeObject): Failure | undefined {
  const own = metadata.name ?? '';
  if (own === name) return undefined;
  if (own === '') {
    return badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  return badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
}
