/** GET of one object. @upstream apiserver/pkg/endpoints/handlers/get.go */
import type { ApiAnswer } from '../../api/request.js';
import { notFound } from '../../api/status.js';
import { failureAnswer } from '../answers.js';
import { respond } from '../respond.js';
import { keyIn, type Scope } from '../scope.js';
import { viewFor } from '../views.js';

/** Answers the object as it is now. */
export function getObject(scope: Scope): ApiAnswer {
  const stored = scope.resource.collection.get(keyIn(scope));
  if (stored === undefined) {
    return failureAnswer(scope.context, notFound(scope.resource.kind, scope.name));
  }
  return respond(scope, 200, viewFor(scope, stored));
}
