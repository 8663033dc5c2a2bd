/** Issues a token of a service account. @upstream pkg/registry/core/serviceaccount/storage/token.go */
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { isFailure, notFound, type Failure } from '../../api/status.js';
import { bodyAnswer, failureAnswer } from '../answers.js';
import { tokenRequestDefaults } from '../authentication/index.js';
import { readPlainObject } from '../body.js';
import { keyIn, type Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { writeOptions } from '../write-options.js';
import { placeFailure } from './replace.js';
import { ownedByManager, unstoredAdmission } from './unstored.js';

const requestKind = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
} as const;

/** Answers 201 and the TokenRequest with its token. */
export function* requestToken(scope: Scope): Steps<ApiAnswer> {
  const { context, media, audit } = scope;
  const issued = yield* issue(scope);
  if (isFailure(issued)) return failureAnswer(context, issued);
  audit?.responseObject(issued);
  return bodyAnswer(context, media, 201, issued);
}

function* issue(scope: Scope): Steps<KubeObject | Failure> {
  const { context, core, resource, name } = scope;
  const options = writeOptions(context, 'CreateOptions');
  if (isFailure(options)) return options;
  const read = readPlainObject(scope, requestKind, options);
  if (isFailure(read)) return read;
  scope.audit?.requestObject(read);
  const misplaced = placeFailure(scope, read);
  if (misplaced !== undefined) return misplaced;
  const unstored = { kind: requestKind, options };
  const admission = unstoredAdmission(scope, unstored);
  const sent = ownedByManager(scope, tokenRequestDefaults(read), unstored);
  const request = yield* admission.mutate(sent, name);
  if (isFailure(request)) return request;
  const account = resource.collection.get(keyIn(scope));
  if (account === undefined) return notFound(resource.kind, name);
  const refusal = yield* admission.validate(request, name);
  if (refusal !== undefined) return refusal;
  const issued = core.authentication.issueToken(account.object, request, {
    isDryRun: options.isDryRun,
    user: context.user,
    annotate: (key, value) => context.annotate(key, value),
  });
  return 'refusal' in issued ? issued.refusal : issued.object;
}
