/** Checks of Endpoints. @upstream pkg/apis/core/validation/validation.go ValidateEndpoints */
import { deepEqual } from '../../../api/equality.js';
import type {
  EndpointAddress,
  EndpointPort,
  Endpoints,
  EndpointSubset,
} from '../../../api/kinds/core.js';
import { portNumberErrors } from '../../../api/labels.js';
import { invalid, notSupported, required, type FieldError } from '../field-error.js';
import { checkLabel, checkQualifiedName, checkSubdomain, tell, type Errors } from './checks.js';
import { checkLegacyIP, parseAddress, type Address } from './ip.js';

/** What is wrong with Endpoints; what an update leaves as it was passes. */
export function validateEndpoints(endpoints: Endpoints, old?: Endpoints): readonly FieldError[] {
  const errors: Errors = [];
  for (const [index, subset] of (endpoints.subsets ?? []).entries()) {
    checkSubset(subset, `subsets[${index}]`, errors);
  }
  const isKnown = old !== undefined && deepEqual(endpoints.subsets, old.subsets);
  return errors.length > 0 && isKnown ? [] : errors;
}

function checkSubset(subset: EndpointSubset, path: string, errors: Errors): void {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  if (addresses.length === 0 && notReadyAddresses.length === 0) {
    errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  }
  for (const [index, address] of addresses.entries()) {
    checkAddress(address, `${path}.addresses[${index}]`, errors);
  }
  for (const [index, address] of notReadyAddresses.entries()) {
    checkAddress(address, `${path}.notReadyAddresses[${index}]`, errors);
  }
  for (const [index, port] of ports.entries()) {
    checkEndpointPort(port, ports.length > 1, `${path}.ports[${index}]`, errors);
  }
}

function checkAddress(address: EndpointAddress, path: string, errors: Errors): void {
  const { ip, hostname, nodeName } = address;
  checkLegacyIP(ip, `${path}.ip`, errors);
  if (hostname) checkLabel(hostname, `${path}.hostname`, errors);
  if (nodeName !== undefined) checkSubdomain(nodeName, `${path}.nodeName`, errors);
  checkEndpointIP(ip, `${path}.ip`, errors);
}

/** An address that others may be sent to. */
export function checkEndpointIP(ip: string, path: string, errors: Errors): void {
  const parsed = parseAddress(ip);
  if (!parsed.isOk) {
    errors.push(invalid(path, ip, 'must be a valid IP address'));
    return;
  }
  for (const [matches, text] of ranges) {
    if (matches(parsed.value)) errors.push(invalid(path, ip, text(ip)));
  }
}

type Range = readonly [(address: Address) => boolean, (ip: string) => string];

const ranges: readonly Range[] = [
  [({ groups }) => groups.every(group => group === 0), ip => `may not be unspecified (${ip})`],
  [isLoopback, () => 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [isLinkLocal, () => 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [
    isLinkLocalMulticast,
    () => 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
  ],
];

function isLoopback({ groups }: Address): boolean {
  const [first = 0] = groups;
  if (groups.length === 2) return first >> 8 === 127;
  return groups.every((group, index) => group === (index === 7 ? 1 : 0));
}

function isLinkLocal({ groups }: Address): boolean {
  const [first = 0] = groups;
  return groups.length === 2 ? first === 0xa9fe : (first & 0xffc0) === 0xfe80;
}

function isLinkLocalMulticast({ groups }: Address): boolean {
  const [first = 0, second = 0] = groups;
  return groups.length === 2 ? first === 0xe000 && second >> 8 === 0 : (first & 0xff0f) === 0xff02;
}

/** The protocols that ports may speak. */
export const portProtocols = ['SCTP', 'TCP', 'UDP'];

function checkEndpointPort(
  port: EndpointPort,
  needsName: boolean,
  path: string,
  errors: Errors,
): void {
  const { name = '', protocol = '', appProtocol } = port;
  if (name !== '') checkLabel(name, `${path}.name`, errors);
  else if (needsName) errors.push(required(`${path}.name`));
  tell(portNumberErrors(port.port), port.port, `${path}.port`, errors);
  if (protocol === '') errors.push(required(`${path}.protocol`));
  else if (!portProtocols.includes(protocol)) {
    errors.push(notSupported(`${path}.protocol`, protocol, portProtocols));
  }
  if (appProtocol !== undefined) checkQualifiedName(appProtocol, `${path}.appProtocol`, errors);
}
