/**
 * What the admission webhook of the control plane says of a policy.
 * @upstream pkg/config/validation/validation.go
 */
import { goQuote } from '../../../api/go-text.js';
import { namespaceOf } from '../attachment.js';
import type { AuthorizationPolicy, PeerAuthentication, RequestAuthentication } from '../kinds.js';
import { selectorWarnings } from './attachment.js';
import { peerErrors, requestErrors } from './authentication.js';
import { authorizationErrors, authorizationWarnings } from './authorization.js';
import { hasShape, specShapes } from './shape.js';

/** A policy that the webhook is asked about. */
export type SecurityPolicy = PeerAuthentication | RequestAuthentication | AuthorizationPolicy;

/** What is said of a policy. */
export type PolicyValidation =
  | { readonly kind: 'valid'; readonly warnings: readonly string[] }
  | { readonly kind: 'invalid'; readonly errors: readonly string[] }
  /** The definition of the kind refuses it, before the webhook is asked. */
  | { readonly kind: 'misshapen' };

/** Says whether a policy is let pass. */
export function validatePolicy(policy: SecurityPolicy): PolicyValidation {
  const shape = specShapes[policy.kind];
  if (shape !== undefined && !hasShape(policy.spec ?? {}, shape)) return { kind: 'misshapen' };
  const dryRun = dryRunError(policy);
  const errors = dryRun === undefined ? errorsOf(policy) : [dryRun];
  if (errors.length > 0) return { kind: 'invalid', errors };
  return { kind: 'valid', warnings: warningsOf(policy) };
}

/** What the API server answers for the webhook: several errors are a list. */
export function deniedMessage(errors: readonly string[]): string {
  return `admission webhook "rev.validation.istio.io" denied the request: ${invalidMessage(errors)}`;
}

/** What the webhook answers. */
export function invalidMessage(errors: readonly string[]): string {
  const [only = ''] = errors;
  const list = errors.map(error => `\n\t* ${error}`).join('');
  const told = errors.length === 1 ? only : `${errors.length} errors occurred:${list}\n\n`;
  return `configuration is invalid: ${told}`;
}

function errorsOf(policy: SecurityPolicy): readonly string[] {
  switch (policy.kind) {
    case 'PeerAuthentication':
      return peerErrors(policy.spec ?? {});
    case 'RequestAuthentication':
      return requestErrors(policy.spec ?? {});
    case 'AuthorizationPolicy':
      return authorizationErrors(policy.spec ?? {});
  }
}

function warningsOf(policy: SecurityPolicy): readonly string[] {
  if (policy.kind === 'AuthorizationPolicy') return authorizationWarnings(policy.spec ?? {});
  return selectorWarnings(policy.spec?.selector);
}

const annotation = 'istio.io/dry-run';

/** Only what allows or denies can be tried. */
function dryRunError(policy: SecurityPolicy): string | undefined {
  const value = policy.metadata.annotations?.[annotation];
  if (value === undefined) return undefined;
  const [namespace, name] = [namespaceOf(policy.metadata), policy.metadata.name ?? ''];
  if (policy.kind !== 'AuthorizationPolicy') {
    const has = `${namespace}/${name} has unsupported annotation ${annotation}`;
    return `${has}, please remove the annotation`;
  }
  const { action = 'ALLOW' } = policy.spec ?? {};
  if (action !== 'ALLOW' && action !== 'DENY') {
    const only = `the annotation ${annotation} currently only supports action ALLOW/DENY`;
    return `${only}, found action ${action} in ${namespace}/${name}`;
  }
  if (/^(?:1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/u.test(value)) return undefined;
  const parsing = `strconv.ParseBool: parsing ${goQuote(value)}: invalid syntax`;
  return `${namespace}/${name} has annotation ${annotation} with invalid value (${value}): ${parsing}`;
}
