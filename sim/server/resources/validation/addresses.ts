/** Checks of IPAddresses and ServiceCIDRs. @upstream pkg/apis/networking/validation/validation.go */
import type { IPAddress, ServiceCIDR } from '../../../api/kinds/networking.js';
import { deepEqual } from '../../../api/equality.js';
import { pathSegmentErrors } from '../../../api/labels.js';
import { invalid, required, type FieldError } from '../field-error.js';
import { checkSegment, checkSubdomain, immutableText, tell, type Errors } from './checks.js';
import { goValue } from './go-value.js';
import { checkCIDR, isIPv6 } from './ip.js';

/** What is wrong with an IPAddress: its name is the address. */
export function validateIPAddress({ spec }: IPAddress): readonly FieldError[] {
  const errors: Errors = [];
  const parent = spec?.parentRef;
  const path = 'spec.parentRef';
  if (!parent) {
    errors.push(required(path));
    return errors;
  }
  if (parent.group) checkSubdomain(parent.group, `${path}.group`, errors);
  checkSegment(parent.resource ?? '', `${path}.resource`, errors);
  checkSegment(parent.name ?? '', `${path}.name`, errors);
  const { namespace = '' } = parent;
  if (namespace) tell(pathSegmentErrors(namespace), namespace, `${path}.namespace`, errors);
  return errors;
}

/** What is wrong with an update of an IPAddress. */
export function validateIPAddressUpdate(address: IPAddress, old: IPAddress): readonly FieldError[] {
  const errors = [...validateIPAddress(address)];
  const parent = address.spec?.parentRef;
  if (deepEqual(parent, old.spec?.parentRef)) return errors;
  const value = parent ? goValue('networking/v1.ParentReference', parent) : null;
  return [...errors, invalid('spec.parentRef', value, immutableText)];
}

const path = 'spec.cidrs';

/** What is wrong with a ServiceCIDR. */
export function validateServiceCIDR({ spec }: ServiceCIDR): readonly FieldError[] {
  const errors: Errors = [];
  const ranges = spec?.cidrs ?? [];
  if (ranges.length === 0) errors.push(required(path, 'at least one CIDR required'));
  else if (ranges.length > 2) {
    const value = goValue('networking/v1.ServiceCIDRSpec', spec);
    errors.push(invalid(path, value, 'may only hold up to 2 values'));
  } else {
    const areSound = ranges.map((range, index) => checkCIDR(range, `${path}[${index}]`, errors));
    const [first = '', second] = ranges;
    const isSame = second !== undefined && isIPv6(first) === isIPv6(second);
    if (isSame && areSound.every(Boolean)) {
      const text =
        'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
      errors.push(invalid(path, ranges, text));
    }
  }
  return errors;
}

/** What is wrong with an update of a ServiceCIDR: a second range may come, nothing else changes. */
export function validateServiceCIDRUpdate(
  range: ServiceCIDR,
  old: ServiceCIDR,
): readonly FieldError[] {
  const [now, before] = [range.spec?.cidrs ?? [], old.spec?.cidrs ?? []];
  if (now.length !== before.length && (before.length !== 1 || now.length !== 2)) {
    return [invalid(path, range.spec?.cidrs ?? null, immutableText)];
  }
  const errors: Errors = [];
  for (const [index, text] of before.entries()) {
    if (text === now[index]) continue;
    errors.push(invalid(`${path}[${index}]`, now[index] ?? '', immutableText));
  }
  return now.length === before.length ? errors : [...errors, ...validateServiceCIDR(range)];
}
