/** Checks of EndpointSlices. @upstream pkg/apis/discovery/validation/validation.go */
import { deepEqual } from '../../../api/equality.js';
import type {
  Endpoint,
  EndpointHints,
  EndpointPort,
  EndpointSlice,
} from '../../../api/kinds/discovery.js';
import { dns1123SubdomainErrors, labelValueErrors } from '../../../api/labels.js';
import {
  duplicate,
  invalid,
  notSupported,
  required,
  tooMany,
  type FieldError,
} from '../field-error.js';
import {
  checkImmutable,
  checkLabel,
  checkLabels,
  checkQualifiedName,
  checkSubdomain,
  tell,
  type Errors,
} from './checks.js';
import { checkEndpointIP, portProtocols } from './endpoints.js';
import { checkIP, checkLegacyIP, isIPv6 } from './ip.js';

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];
const portsMax = 20000;
const endpointsMax = 1000;
const addressesMax = 100;
const topologyMax = 16;
const hintsMax = 8;

/** What is wrong with an EndpointSlice; endpoints that an update leaves as they were pass. */
export function validateEndpointSlice(
  slice: EndpointSlice,
  old?: EndpointSlice,
): readonly FieldError[] {
  const errors: Errors = [];
  const { addressType = '' } = slice;
  if (addressType === '') errors.push(required('addressType'));
  else if (!addressTypes.includes(addressType)) {
    errors.push(notSupported('addressType', addressType, addressTypes));
  }
  checkPorts(slice.ports ?? [], errors);
  const found: Errors = [];
  checkEndpoints(slice.endpoints ?? [], addressType, found);
  const isKnown = found.length > 0 && old !== undefined;
  if (!isKnown || !deepEqual(slice.endpoints, old.endpoints)) errors.push(...found);
  if (old !== undefined) checkImmutable(addressType, old.addressType, 'addressType', errors);
  return errors;
}

function checkPorts(ports: readonly EndpointPort[], errors: Errors): void {
  if (ports.length > portsMax) {
    errors.push(tooMany('ports', ports.length, portsMax));
    return;
  }
  const names = new Set<string>();
  for (const [index, { name = '', protocol, appProtocol }] of ports.entries()) {
    const path = `ports[${index}]`;
    if (name !== '') checkLabel(name, `${path}.name`, errors);
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
    if (protocol === undefined) errors.push(required(`${path}.protocol`));
    else if (!portProtocols.includes(protocol)) {
      errors.push(notSupported(`${path}.protocol`, protocol, portProtocols));
    }
    if (appProtocol !== undefined) checkQualifiedName(appProtocol, `${path}.appProtocol`, errors);
  }
}

function checkEndpoints(endpoints: readonly Endpoint[], type: string, errors: Errors): void {
  if (endpoints.length > endpointsMax) {
    errors.push(tooMany('endpoints', endpoints.length, endpointsMax));
    return;
  }
  for (const [index, endpoint] of endpoints.entries()) {
    checkEndpoint(endpoint, type, `endpoints[${index}]`, errors);
  }
}

function checkEndpoint(endpoint: Endpoint, type: string, path: string, errors: Errors): void {
  const addresses = endpoint.addresses ?? [];
  const at = `${path}.addresses`;
  if (addresses.length === 0) errors.push(required(at, 'must contain at least 1 address'));
  else if (addresses.length > addressesMax) {
    errors.push(tooMany(at, addresses.length, addressesMax));
  }
  for (const [index, address] of addresses.entries()) {
    checkAddress(address, type, at, `${at}[${index}]`, errors);
  }
  const { nodeName, hostname, hints, deprecatedTopology: topology } = endpoint;
  if (nodeName !== undefined) checkSubdomain(nodeName, `${path}.nodeName`, errors);
  if (topology !== undefined) {
    const count = Object.keys(topology).length;
    const topologyPath = `${path}.deprecatedTopology`;
    if (count > topologyMax) errors.push(tooMany(topologyPath, count, topologyMax));
    checkLabels(topology, topologyPath, errors);
  }
  if (hostname !== undefined) checkLabel(hostname, `${path}.hostname`, errors);
  if (hints !== undefined) checkHints(hints, `${path}.hints`, errors);
}

function checkAddress(
  address: string,
  type: string,
  listPath: string,
  path: string,
  errors: Errors,
): void {
  if (type === 'FQDN') checkFullName(address, path, errors);
  if (type !== 'IPv4' && type !== 'IPv6') return;
  const isSix = type === 'IPv6';
  const isAddress = isSix ? checkIP(address, path, errors) : checkLegacyIP(address, path, errors);
  if (!isAddress) return;
  if (isIPv6(address) !== isSix) {
    errors.push(invalid(listPath, address, `must be an ${type} address`));
  }
  checkEndpointIP(address, path, errors);
}

/** @upstream apimachinery/pkg/util/validation IsFullyQualifiedDomainName */
function checkFullName(given: string, path: string, errors: Errors): void {
  const name = given.replace(/\.$/, '');
  if (name === '') {
    errors.push(required(path));
    return;
  }
  const texts = dns1123SubdomainErrors(name);
  if (texts.length > 0) tell(texts, name, path, errors);
  else if (name.split('.').length < 2) {
    errors.push(
      invalid(path, name, 'should be a domain with at least two segments separated by dots'),
    );
  } else {
    for (const label of name.split('.')) checkLabel(label, path, errors);
  }
}

function checkHints(hints: EndpointHints, path: string, errors: Errors): void {
  const zones = (hints.forZones ?? []).map(zone => zone.name);
  const nodes = (hints.forNodes ?? []).map(node => node.name);
  if (!checkNames(zones, labelValueErrors, `${path}.forZones`, errors)) return;
  checkNames(nodes, dns1123SubdomainErrors, `${path}.forNodes`, errors);
}

function checkNames(
  names: readonly string[],
  textsOf: (name: string) => readonly string[],
  path: string,
  errors: Errors,
): boolean {
  if (names.length > hintsMax) {
    errors.push(tooMany(path, names.length, hintsMax));
    return false;
  }
  const known = new Set<string>();
  for (const [index, name] of names.entries()) {
    const at = `${path}[${index}].name`;
    if (known.has(name)) errors.push(duplicate(at, name));
    known.add(name);
    tell(textsOf(name), name, at, errors);
  }
  return true;
}
