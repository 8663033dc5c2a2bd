/** Checks of NetworkPolicies. @upstream pkg/apis/networking/validation/validation.go ValidateNetworkPolicySpec */
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '../../../api/kinds/networking.js';
import { portNameErrors, portNumberErrors } from '../../../api/labels.js';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-error.js';
import { checkSelector, tell, type Errors } from './checks.js';
import { checkLegacyCIDR, networkText, parseNetwork } from './ip.js';

/** What is wrong with a NetworkPolicy. */
export function validateNetworkPolicy(policy: NetworkPolicy, old?: NetworkPolicy) {
  const errors: Errors = [];
  const known = old?.spec === undefined ? [] : rangesOf(old.spec);
  checkSpec(policy.spec ?? {}, known, errors);
  return errors as readonly FieldError[];
}

function rangesOf({ ingress = [], egress = [] }: NetworkPolicySpec): readonly string[] {
  const peers = [
    ...ingress.flatMap(rule => rule.from ?? []),
    ...egress.flatMap(rule => rule.to ?? []),
  ];
  return peers.flatMap(({ ipBlock }) =>
    ipBlock === undefined ? [] : [ipBlock.cidr, ...(ipBlock.except ?? [])],
  );
}

const types = ['Ingress', 'Egress'];

function checkSpec(spec: NetworkPolicySpec, known: readonly string[], errors: Errors): void {
  checkSelector(spec.podSelector, 'spec.podSelector', errors);
  for (const [index, { ports, from }] of (spec.ingress ?? []).entries()) {
    const path = `spec.ingress[${index}]`;
    checkPorts(ports ?? [], `${path}.ports`, errors);
    checkPeers(from ?? [], known, `${path}.from`, errors);
  }
  for (const [index, { ports, to }] of (spec.egress ?? []).entries()) {
    const path = `spec.egress[${index}]`;
    checkPorts(ports ?? [], `${path}.ports`, errors);
    checkPeers(to ?? [], known, `${path}.to`, errors);
  }
  const policyTypes = spec.policyTypes ?? [];
  if (policyTypes.length > types.length) {
    const text = 'may not specify more than two policyTypes';
    errors.push(invalid('spec.policyTypes', policyTypes, text));
    return;
  }
  for (const [index, type] of policyTypes.entries()) {
    if (!types.includes(type)) errors.push(notSupported(`spec.policyTypes[${index}]`, type, types));
  }
}

const protocols = ['TCP', 'UDP', 'SCTP'];

function checkPorts(ports: readonly NetworkPolicyPort[], path: string, errors: Errors): void {
  for (const [index, each] of ports.entries()) {
    const at = `${path}[${index}]`;
    const { protocol, port, endPort } = each;
    if (protocol !== undefined && !protocols.includes(protocol)) {
      errors.push(notSupported(`${at}.protocol`, protocol, protocols));
    }
    if (typeof port === 'number') checkNumber(port, endPort, at, errors);
    else {
      if (endPort !== undefined) {
        const what = port === undefined ? 'not specified' : 'non-numeric';
        const text = `may not be specified when \`port\` is ${what}`;
        errors.push(invalid(`${at}.endPort`, endPort, text));
      }
      if (port !== undefined) tell(portNameErrors(port), port, `${at}.port`, errors);
    }
  }
}

function checkNumber(
  port: number,
  endPort: number | undefined,
  path: string,
  errors: Errors,
): void {
  tell(portNumberErrors(port), port, `${path}.port`, errors);
  if (endPort === undefined) return;
  // Upstream shows the first port here.
  if (endPort < port) {
    errors.push(invalid(`${path}.endPort`, port, 'must be greater than or equal to `port`'));
  }
  tell(portNumberErrors(endPort), endPort, `${path}.endPort`, errors);
}

function checkPeers(
  peers: readonly NetworkPolicyPeer[],
  known: readonly string[],
  path: string,
  errors: Errors,
): void {
  for (const [index, peer] of peers.entries()) {
    const at = `${path}[${index}]`;
    const { podSelector, namespaceSelector, ipBlock } = peer;
    checkSelector(podSelector, `${at}.podSelector`, errors);
    checkSelector(namespaceSelector, `${at}.namespaceSelector`, errors);
    if (ipBlock !== undefined) checkBlock(ipBlock, known, `${at}.ipBlock`, errors);
    const count = [podSelector, namespaceSelector, ipBlock].filter(Boolean).length;
    if (count === 0) errors.push(required(at, 'must specify a peer'));
    else if (count > 1 && ipBlock !== undefined) {
      errors.push(forbidden(at, 'may not specify both ipBlock and another peer'));
    }
  }
}

/** As it is written: upstream compares the lengths of two families, too. */
function prefixLength(cidr: string): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1));
}

function checkBlock(
  { cidr, except = [] }: IPBlock,
  known: readonly string[],
  path: string,
  errors: Errors,
): void {
  if (!cidr) {
    errors.push(required(`${path}.cidr`));
    return;
  }
  checkLegacyCIDR(cidr, `${path}.cidr`, errors, known);
  const network = parseNetwork(cidr);
  if (network === undefined) return;
  for (const [index, text] of except.entries()) {
    const at = `${path}.except[${index}]`;
    checkLegacyCIDR(text, at, errors, known);
    const part = parseNetwork(text);
    if (part === undefined) continue;
    const isSameSize = part.address.groups.length === network.address.groups.length;
    const isWithin =
      isSameSize &&
      networkText({ address: part.address, bits: network.bits }) === networkText(network);
    if (isWithin && prefixLength(cidr) < prefixLength(text)) continue;
    errors.push(invalid(at, text, 'must be a strict subset of `cidr`'));
  }
}
