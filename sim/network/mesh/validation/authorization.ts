/**
 * What is said of an AuthorizationPolicy.
 * @upstream pkg/config/validation/validation.go (ValidateAuthorizationPolicy)
 */
import type { AuthorizationPolicySpec, AuthorizationRule } from '../kinds.js';
import { attachmentErrors, selectorWarnings } from './attachment.js';
import { deniesAllTcp, ruleErrors } from './rules.js';

/** The errors of a policy, in order. */
export function authorizationErrors(spec: AuthorizationPolicySpec): readonly string[] {
  const { action = 'ALLOW', provider, rules = [] } = spec;
  return [
    ...attachmentErrors(spec),
    ...(action === 'CUSTOM' ? customErrors(spec) : []),
    ...(provider !== undefined && action !== 'CUSTOM'
      ? [`\`provider\` must not be with non CUSTOM action, found ${action}`]
      : []),
    ...(action === 'DENY' && rules.length === 0 ? [meaningless('DENY')] : []),
    ...rules.flatMap(ruleErrors),
  ];
}

function meaningless(action: string): string {
  return (
    `${action} action without \`rules\` is meaningless as it will never be triggered, ` +
    'add an empty rule `{}` if you want it be triggered for every request'
  );
}

/** The external authorizer is asked before anybody is known. */
function customErrors({ provider, rules = [] }: AuthorizationPolicySpec): readonly string[] {
  if (rules.length === 0) return [meaningless('CUSTOM')];
  const missing = (provider?.name ?? '') === '' ? ['`provider.name` must not be empty'] : [];
  return [
    ...missing,
    ...rules
      .flatMap(unsupported)
      .map(name => `${name} is currently not supported with CUSTOM action`),
  ];
}

const unsupportedFields = [
  ...(['namespaces', 'notNamespaces', 'serviceAccounts', 'notServiceAccounts'] as const),
  ...(['trustDomains', 'notTrustDomains', 'principals', 'notPrincipals'] as const),
  ...(['requestPrincipals', 'notRequestPrincipals'] as const),
];

const unsupportedKeys = new Set([
  ...['source.namespace', 'source.serviceAccount', 'source.trustDomain', 'source.principal'],
]);

function unsupported({ from = [], when = [] }: AuthorizationRule): readonly string[] {
  return [
    ...from.flatMap(({ source = {} }) =>
      unsupportedFields
        .filter(field => (source[field] ?? []).length > 0)
        .map(field => `From.${field.slice(0, 1).toUpperCase()}${field.slice(1)}`),
    ),
    ...when
      .map(({ key = '' }) => key)
      .filter(key => unsupportedKeys.has(key) || key.startsWith('request.auth.')),
  ];
}

/** What a policy is let pass with. */
export function authorizationWarnings(spec: AuthorizationPolicySpec): readonly string[] {
  const { action, rules = [] } = spec;
  const wide = action === 'DENY' ? rules.filter(deniesAllTcp) : [];
  return [
    ...selectorWarnings(spec.selector),
    ...wide.map(
      () =>
        'configured AuthorizationPolicy will deny all traffic to TCP ports under its scope ' +
        'due to the use of only HTTP attributes in a DENY rule; ' +
        'it is recommended to explicitly specify the port',
    ),
  ];
}
