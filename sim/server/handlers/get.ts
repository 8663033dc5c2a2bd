/** GET of one object. @upstream apiserver/pkg/endpoints/handlers/get.go */
import type { ApiAnswer } from '../../api/request.js';
import { notFound, plainError, type Failure } from '../../api/status.js';
import { failureAnswer } from '../answers.js';
import { isConverted, readied } from '../conversions.js';
import { respond } from '../respond.js';
import { keyIn, type Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { viewFor } from '../views.js';
import { versionProblem } from './list-options.js';
import { futureFailure } from './list.js';

/** Answers the object as it is now. */
export function* getObject(scope: Scope): Steps<ApiAnswer> {
  const { context, resource, name } = scope;
  const version = context.info.query === '' ? undefined : context.parameter('resourceVersion');
  const early = version === undefined ? undefined : yield* awaitVersion(scope, version);
  if (early !== undefined) return failureAnswer(context, early);
  const stored = resource.collection.get(keyIn(scope));
  if (stored === undefined) return failureAnswer(context, notFound(resource.kind, name));
  const problem = isConverted(resource)
    ? yield* readied(scope, [stored], { isFresh: true })
    : undefined;
  if (problem !== undefined) return failureAnswer(context, problem);
  return respond(scope, 200, viewFor(scope, stored));
}

/** A version from the future is waited for, but not for long. */
function* awaitVersion(scope: Scope, version: string): Steps<Failure | undefined> {
  if (version === '' || version === '0') return undefined;
  const problem = versionProblem(version);
  if (problem === undefined) return yield* futureFailure(scope, Number(version));
  return plainError(`resourceVersion: Invalid value: ${JSON.stringify(version)}: ${problem}`);
}
