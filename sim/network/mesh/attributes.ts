/**
 * The attributes that rules match, each with the test that one value of it makes.
 * @upstream pilot/pkg/security/authz/model/model.go, generator.go
 */
import { parseAddress, rangeOf, type Range } from '../policy/address.js';
import { claimKeys, claimTest, requestPrincipalTest } from './claims.js';
import type { Facts } from './facts.js';
import { pathOnly } from './path.js';
import { isPathTemplate, pathTemplate } from './path-template.js';
import {
  caselessTest,
  namespaceTest,
  principalTest,
  serviceAccountTest,
  textTest,
  trustDomainTest,
  type TextTest,
} from './text-match.js';
import { domainsByAlias, principalsByAlias } from './trust-domain.js';

/** Whether a request or a connection matches. */
export type Test = (facts: Facts) => boolean;

/** What a value means depends on where the policy stands, and on the mesh's names. */
export interface RuleContext {
  readonly namespace: string;
  readonly trustDomains: readonly string[];
  readonly protocol: 'http' | 'tcp';
}

/** An attribute: its values become tests; undefined: the value, or the protocol, allows none. */
export type Attribute = (value: string, context: RuleContext) => Test | undefined;

const onHttp =
  (attribute: Attribute): Attribute =>
  (value, context) =>
    context.protocol === 'tcp' ? undefined : attribute(value, context);

function ofIdentity(test: TextTest): Test {
  return ({ identity }) => identity !== undefined && test(identity);
}

function ofAny(tests: readonly Test[]): Test {
  return facts => tests.some(test => test(facts));
}

/** The addresses of a block; a single address is a block of one. */
function blockOf(value: string): Range | undefined {
  const slash = value.indexOf('/');
  const address = parseAddress(slash < 0 ? value : value.slice(0, slash));
  if (address === undefined) return undefined;
  return slash < 0 ? one => one === address : rangeOf(value);
}

function ofAddress(name: 'sourceIp' | 'remoteIp' | 'destinationIp'): Attribute {
  return value => {
    const block = blockOf(value);
    if (block === undefined) return undefined;
    return ({ [name]: address }) => address !== undefined && block(address);
  };
}

/** A header that is not there matches nothing; `*` is any that is there. */
function headerTest(name: string, value: string, test = textTest(value)): Test {
  const key = name.toLowerCase();
  return ({ http }) => {
    const header = http?.headers.get(key);
    return header !== undefined && (value === '*' || test(header));
  };
}

function pathTest(value: string): Test {
  const test = isPathTemplate(value) ? pathTemplate(value) : textTest(value);
  return ({ http }) => http !== undefined && test(pathOnly(http.path));
}

/** The attributes by the fields of sources and operations that ask for them. */
export const fieldAttributes = {
  principals: (value, { trustDomains }) =>
    ofAny(principalsByAlias(value, trustDomains).map(one => ofIdentity(principalTest(one)))),
  requestPrincipals: onHttp(value => requestPrincipalTest(value)),
  namespaces: value => ofIdentity(namespaceTest(value)),
  serviceAccounts: (value, { namespace }) => ofIdentity(serviceAccountTest(value, namespace)),
  trustDomains: (value, { trustDomains }) =>
    ofAny(domainsByAlias(value, trustDomains).map(one => ofIdentity(trustDomainTest(one)))),
  ipBlocks: ofAddress('sourceIp'),
  remoteIpBlocks: ofAddress('remoteIp'),
  hosts: onHttp(value => headerTest(':authority', value, caselessTest(value))),
  ports: value => {
    const port = /^\d+$/u.test(value) ? Number(value) : Infinity;
    return port > 65_535 ? undefined : ({ destinationPort }) => destinationPort === port;
  },
  methods: onHttp(value => headerTest(':method', value)),
  paths: onHttp(pathTest),
} satisfies Record<string, Attribute>;

const byKey: Readonly<Record<string, Attribute>> = {
  'source.ip': fieldAttributes.ipBlocks,
  'remote.ip': fieldAttributes.remoteIpBlocks,
  'source.namespace': fieldAttributes.namespaces,
  'source.serviceAccount': fieldAttributes.serviceAccounts,
  'source.principal': fieldAttributes.principals,
  'source.trustDomain': fieldAttributes.trustDomains,
  'request.auth.principal': fieldAttributes.requestPrincipals,
  'request.auth.audiences': onHttp(value => claimTest(['aud'], value)),
  'request.auth.presenter': onHttp(value => claimTest(['azp'], value)),
  'destination.ip': ofAddress('destinationIp'),
  'destination.port': fieldAttributes.ports,
  'connection.sni': value => {
    const test = textTest(value);
    return ({ sni = '' }) => test(sni);
  },
};

/** The attribute of a condition's key; undefined: there is none of that name. */
export function attributeOf(key: string): Attribute | undefined {
  const known = Object.hasOwn(byKey, key) ? byKey[key] : undefined;
  if (known !== undefined) return known;
  if (key.startsWith('request.headers')) return headerAttribute(key.slice(15));
  if (key.startsWith('request.auth.claims')) return claimAttribute(key.slice(19));
  // What Envoy's own filters leave behind: none of ours leaves anything.
  if (key.startsWith('experimental.envoy.filters.')) {
    return () => (key.includes('[') ? () => false : undefined);
  }
  return undefined;
}

function headerAttribute(name: string): Attribute {
  return onHttp(value => {
    if (!name.startsWith('[') || !name.endsWith(']')) return undefined;
    return headerTest(name.slice(1, -1), value);
  });
}

function claimAttribute(name: string): Attribute {
  const keys = claimKeys(name);
  return onHttp(value => keys && claimTest(keys, value));
}
