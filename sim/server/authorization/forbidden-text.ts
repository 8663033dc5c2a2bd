/**
 * How a refusal by authorization is told.
 * @upstream apiserver/pkg/endpoints/handlers/responsewriters/errors.go
 */
import { goQuote } from '../../api/go-text.js';
import { forbidden, type Failure } from '../../api/status.js';
import type { AuthorizationAttributes, AuthorizationDecision } from './authorizer.js';

/** The 403 of a request that was not allowed. */
export function forbiddenByAuthorization(
  attributes: AuthorizationAttributes,
  reason: string,
): Failure {
  const text = cannotText(attributes) + (reason === '' ? '' : `: ${reason}`);
  if (!attributes.isResourceRequest) return forbidden(undefined, '', text);
  return forbidden(attributes, attributes.name, text);
}

/** What a refusal by an authorizer says besides: its error and its reason. */
export function reasonOf({ reason, error }: AuthorizationDecision): string {
  if (error === undefined) return reason;
  return reason === '' ? error : `${error}: ${reason}`;
}

function cannotText(attributes: AuthorizationAttributes): string {
  const { user, verb, isResourceRequest, path, namespace, group } = attributes;
  const who = `User ${goQuote(user.name)} cannot ${verb}`;
  if (!isResourceRequest) return `${who} path ${goQuote(path)}`;
  const { resource, subresource } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const what = `${who} resource ${goQuote(full)} in API group ${goQuote(group)}`;
  return namespace === ''
    ? `${what} at the cluster scope`
    : `${what} in the namespace ${goQuote(namespace)}`;
}
