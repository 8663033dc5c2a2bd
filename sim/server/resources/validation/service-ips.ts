/** Checks of the addresses of a Service. @upstream pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields */
import type { ServiceSpec } from '../../../api/kinds/core.js';
import { duplicate, invalid, notSupported, required } from '../field-error.js';
import type { Errors } from './checks.js';
import { checkLegacyIP, isIPv6 } from './ip.js';

const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** Whether the service has no address of its own. */
export function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None';
}

/** clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy agree. */
export function checkClusterIPs(
  spec: ServiceSpec,
  old: ServiceSpec | undefined,
  errors: Errors,
): void {
  if (spec.type === 'ExternalName') return;
  const ips = spec.clusterIPs ?? [];
  const path = 'spec.clusterIPs';
  checkFirst(spec, path, errors);
  checkFamilies(spec, errors);
  if (!checkEach(spec, old, path, errors)) return;
  if (ips.length > 1 && new Set(ips.map(isIPv6)).size < 2) {
    errors.push(invalid(path, ips, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return;
  for (const [index, ip] of ips.entries()) {
    const family = spec.ipFamilies?.[index];
    if (family === undefined || (family === 'IPv6') === isIPv6(ip)) continue;
    const text = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    errors.push(invalid(`${path}[${index}]`, ip, text));
  }
}

function checkFirst(spec: ServiceSpec, path: string, errors: Errors): void {
  const ips = spec.clusterIPs ?? [];
  if (spec.clusterIP) {
    if (ips.length === 0) errors.push(required(path));
    else if (ips[0] !== spec.clusterIP) {
      errors.push(invalid(path, ips, 'first value must match `clusterIP`'));
    }
  } else if (ips.length > 0) {
    errors.push(invalid(path, ips, 'must be empty when `clusterIP` is not specified'));
  }
}

function checkFamilies(spec: ServiceSpec, errors: Errors): void {
  const seen = new Set<string>();
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    const path = `spec.ipFamilies[${index}]`;
    if (!families.includes(family)) errors.push(notSupported(path, family, families));
    if (seen.has(family)) errors.push(duplicate(path, family));
    seen.add(family);
  }
  const policy = spec.ipFamilyPolicy;
  if (policy !== undefined && !policies.includes(policy)) {
    errors.push(notSupported('spec.ipFamilyPolicy', policy, policies));
  }
}

/** Whether each is an address. */
function checkEach(
  spec: ServiceSpec,
  old: ServiceSpec | undefined,
  path: string,
  errors: Errors,
): boolean {
  const ips = spec.clusterIPs ?? [];
  let areSound = true;
  for (const [index, ip] of ips.entries()) {
    if (index === 0 && ip === 'None') {
      if (ips.length === 1) continue;
      errors.push(invalid(path, ips, "'None' must be the first and only value"));
      areSound = false;
    } else if (!checkLegacyIP(ip, `${path}[${index}]`, errors, old?.clusterIPs)) {
      areSound = false;
    }
  }
  if (ips.length > 2) errors.push(invalid(path, ips, 'may only hold up to 2 values'));
  return areSound;
}
