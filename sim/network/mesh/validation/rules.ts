/**
 * What is said of the rules of an AuthorizationPolicy.
 * @upstream pkg/config/validation/validation.go (ValidateAuthorizationPolicy)
 */
import type { AuthorizationRule, Operation, Source } from '../kinds.js';
import { conditionErrors } from './conditions.js';
import {
  accountErrors,
  addressErrors,
  emptyErrors,
  portErrors,
  templateErrors,
  trustDomainErrors,
} from './values.js';

type Values = readonly string[];

/** The errors of a rule. */
export function ruleErrors(rule: AuthorizationRule, index: number): readonly string[] {
  const { from = [], to = [], when = [] } = rule;
  return [
    ...from.flatMap(({ source }) => sourceErrors(source, index)),
    ...to.flatMap(({ operation }) => operationErrors(operation, index)),
    ...when.flatMap(conditionErrors),
  ];
}

function isEmpty(fields: object): boolean {
  return Object.values(fields as Readonly<Record<string, Values>>).every(
    values => values.length === 0,
  );
}

function sizeOf(...lists: readonly (Values | undefined)[]): number {
  return lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
}

function sourceErrors(source: Source | undefined, index: number): readonly string[] {
  if (source === undefined) return [`\`from.source\` must not be nil, found at rule ${index}`];
  const { principals, notPrincipals, namespaces, notNamespaces } = source;
  const { serviceAccounts, notServiceAccounts } = source;
  const isTwice =
    sizeOf(principals, notPrincipals, namespaces, notNamespaces) > 0 &&
    sizeOf(serviceAccounts, notServiceAccounts) > 0;
  return [
    ...(isTwice
      ? [`cannot set serviceAccounts with namespaces or principals, found at rule ${index}`]
      : []),
    ...(isEmpty(source) ? [`\`from.source\` must not be empty, found at rule ${index}`] : []),
    ...[source.ipBlocks, source.notIpBlocks, source.remoteIpBlocks, source.notRemoteIpBlocks]
      .map(list => list ?? [])
      .flatMap(addressErrors),
    ...sourceChecks.flatMap(([field, check]) => check(source[field] ?? [])),
  ];
}

/** In the order in which they are reported. */
const sourceChecks = [
  ['principals', emptyErrors('Principals')],
  ['requestPrincipals', emptyErrors('RequestPrincipals')],
  ['namespaces', emptyErrors('Namespaces')],
  ['serviceAccounts', accountErrors('ServiceAccounts')],
  ['trustDomains', trustDomainErrors('TrustDomains')],
  ['ipBlocks', emptyErrors('IpBlocks')],
  ['remoteIpBlocks', emptyErrors('RemoteIpBlocks')],
  ['notPrincipals', emptyErrors('NotPrincipals')],
  ['notRequestPrincipals', emptyErrors('NotRequestPrincipals')],
  ['notNamespaces', emptyErrors('NotNamespaces')],
  ['notServiceAccounts', accountErrors('NotServiceAccounts')],
  ['notTrustDomains', trustDomainErrors('NotTrustDomains')],
  ['notIpBlocks', emptyErrors('NotIpBlocks')],
  ['notRemoteIpBlocks', emptyErrors('NotRemoteIpBlocks')],
] as const;

function operationErrors(operation: Operation | undefined, index: number): readonly string[] {
  if (operation === undefined) {
    return [`\`to.operation\` must not be nil, found at rule ${index}`];
  }
  return [
    ...(isEmpty(operation) ? [`\`to.operation\` must not be empty, found at rule ${index}`] : []),
    ...operationChecks.flatMap(([field, check]) => check(operation[field] ?? [])),
  ];
}

/** In the order in which they are reported. */
const operationChecks = [
  ['ports', portErrors],
  ['notPorts', portErrors],
  ['ports', emptyErrors('Ports')],
  ['methods', emptyErrors('Methods')],
  ['paths', emptyErrors('Paths')],
  ['hosts', emptyErrors('Hosts')],
  ['notPorts', emptyErrors('NotPorts')],
  ['notMethods', emptyErrors('NotMethods')],
  ['notPaths', emptyErrors('NotPaths')],
  ['notHosts', emptyErrors('NotHosts')],
  ['paths', templateErrors('Paths')],
  ['notPaths', templateErrors('NotPaths')],
] as const;

/** Fields of sources that hold for bytes as well as for HTTP. */
const sourceFieldsOfTcp = [
  ...(['principals', 'notPrincipals', 'ipBlocks', 'notIpBlocks'] as const),
  ...(['namespaces', 'notNamespaces', 'remoteIpBlocks', 'notRemoteIpBlocks'] as const),
  ...(['serviceAccounts', 'notServiceAccounts'] as const),
];

/** Whether a DENY rule denies all bytes, since it asks for nothing but HTTP. */
export function deniesAllTcp({ from = [], to = [] }: AuthorizationRule): boolean {
  const sources = from.flatMap(({ source }) => source ?? []);
  const operations = to.flatMap(({ operation }) => operation ?? []);
  if (operations.length > 0) {
    return operations.every(({ ports, notPorts }) => sizeOf(ports, notPorts) === 0);
  }
  return (
    sources.length > 0 &&
    sources.every(source => sizeOf(...sourceFieldsOfTcp.map(field => source[field])) === 0)
  );
}
