/**
 * What is said of the conditions of rules.
 * @upstream pkg/config/security/security.go (ValidateAttribute)
 */
import type { Condition } from '../kinds.js';
import { accountErrors, addressErrors, emptyErrors, portErrors, wildcardErrors } from './values.js';

/** The errors of a condition. */
export function conditionErrors({ key = '', values, notValues }: Condition): readonly string[] {
  if (key === '') return ['`key` must not be empty'];
  const [is, isNot] = [values ?? [], notValues ?? []];
  if (is.length === 0 && isNot.length === 0) {
    return [`at least one of \`values\` or \`notValues\` must be set for key ${key}`];
  }
  return [
    ...told(`invalid \`value\` for \`key\` ${key}`, attributeErrors(key, is)),
    ...told(`invalid \`notValue\` for \`key\` ${key}`, attributeErrors(key, isNot)),
  ];
}

/** Several errors are one, in the words of Go's multierror. */
function told(prefix: string, errors: readonly string[]): readonly string[] {
  if (errors.length === 0) return [];
  if (errors.length === 1) return [`${prefix}: ${errors.join('')}`];
  const list = errors.map(error => `\n\t* ${error}`).join('');
  return [`${prefix}: ${errors.length} errors occurred:${list}\n\n`];
}

const free = new Set([
  ...['source.namespace', 'source.principal', 'connection.sni'],
  ...['request.auth.principal', 'request.auth.audiences', 'request.auth.presenter'],
]);

function attributeErrors(key: string, values: readonly string[]): readonly string[] {
  const empty = emptyErrors(key)(values);
  if (empty.length > 0) return empty;
  if (free.has(key)) return [];
  if (/^(?:request\.headers|request\.auth\.claims|experimental\.envoy\.filters\.)/u.test(key)) {
    return bracketErrors(key);
  }
  switch (key) {
    case 'source.ip':
    case 'remote.ip':
    case 'destination.ip':
      return addressErrors(values);
    case 'source.serviceAccount':
      return accountErrors(key)(values);
    case 'source.trustDomain':
      return wildcardErrors(key)(values);
    case 'destination.port':
      return portErrors(values);
    default:
      return strangeErrors(key);
  }
}

function bracketErrors(key: string): readonly string[] {
  const open = key.indexOf('[');
  const isGood = key.endsWith(']') && open > 0 && open < key.length - 2;
  return isGood ? [] : [`bad key (${key}): should have format a[b]`];
}

/** Attributes of Istio's first policies have a place elsewhere now. */
function strangeErrors(key: string): readonly string[] {
  if (key === 'destination.namespace') {
    return [`attribute ${key} is replaced by the metadata.namespace`];
  }
  if (key.startsWith('destination.labels')) {
    return [`attribute ${key} is replaced by the workload selector`];
  }
  if (key === 'destination.name' || key === 'destination.user') {
    return [`deprecated attribute ${key}: only supported in v1alpha1`];
  }
  return [`unknown attribute: ${key}`];
}
