/**
 * Cluster IPs and node ports: given by the user, or drawn from the server's ranges.
 * @upstream pkg/registry/core/service/storage/alloc.go
 */
import type { Service, ServiceSpec } from '../../api/kinds/core.js';
import { ipAddresses, serviceCIDRs, type ServiceCIDR } from '../../api/kinds/networking.js';
import { pathSegmentErrors } from '../../api/labels.js';
import { isConditionTrue, isDeleting } from '../../api/meta.js';
import { givesAddress } from '../../api/service-ranges.js';
import { invalid as invalidObject } from '../../api/status.js';
import { invalid, required, type FieldError } from './field-error.js';
import { freePlace } from './free-place.js';
import { heldPorts, withNodePorts } from './node-ports.js';
import type { StrategyContext, Unmet } from './strategy.js';
import { checkClusterIPs } from './validation/service-ips.js';

/** A service with all that it needs, or why it can't have it. */
export interface Allocation {
  readonly service: Service;
  readonly unmet?: Unmet;
}

/** Gives the service what its type needs, keeping what the old one had. */
export function allocate(
  service: Service,
  old: Service | undefined,
  context: StrategyContext,
): Allocation {
  const spec = service.spec;
  if (spec === undefined) return { service };
  const isAddressed = spec.type !== 'ExternalName' && !keepsDualStack(spec, old?.spec);
  const families = isAddressed ? withFamilies(spec, old?.spec) : { spec, errors: [] };
  if (families.errors.length > 0) return { service, unmet: families.errors };
  const taken = takenBy(context, old);
  const named = { spec: families.spec, name: service.metadata.name ?? '' };
  const addressed = withClusterIPs(named, old?.spec, context, taken);
  if (addressed.errors.length > 0) return { service, unmet: addressed.errors };
  const ported = withNodePorts(addressed.spec, old?.spec, context, taken.ports);
  if (ported.unmet !== undefined) return { service, unmet: ported.unmet };
  return { service: { ...service, spec: ported.spec } };
}

interface SpecOrErrors {
  readonly spec: ServiceSpec;
  readonly errors: readonly FieldError[];
}

interface Taken {
  readonly ips: ReadonlySet<string>;
  readonly ports: ReadonlySet<number>;
}

/** What services hold, but for the one that changes. */
function takenBy(context: StrategyContext, except: Service | undefined): Taken {
  const ips = new Set<string>();
  const ports = new Set<number>();
  const { name, namespace } = except?.metadata ?? {};
  for (const { metadata } of context.list(ipAddresses)) ips.add(metadata.name ?? '');
  for (const other of context.list({ group: '', resource: 'services' }) as readonly Service[]) {
    if (other.metadata.name === name && other.metadata.namespace === namespace) continue;
    for (const ip of other.spec?.clusterIPs ?? []) ips.add(ip);
    for (const port of heldPorts(other)) ports.add(port);
  }
  return { ips, ports };
}

function keepsDualStack(spec: ServiceSpec, old: ServiceSpec | undefined): boolean {
  if (old === undefined || spec.ipFamilyPolicy !== 'PreferDualStack') return false;
  return (
    old.type === spec.type &&
    (old.ipFamilyPolicy === undefined || old.ipFamilyPolicy === 'PreferDualStack') &&
    isSameList(old.clusterIPs, spec.clusterIPs) &&
    isSameList(old.ipFamilies, spec.ipFamilies)
  );
}

/** Whether two lists hold the same, a missing one being empty. */
export function isSameList(
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): boolean {
  const [a, b] = [left ?? [], right ?? []];
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function isHeadlessWithoutSelector(spec: ServiceSpec): boolean {
  return spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
}

/** The cluster has one family, IPv4. */
function withFamilies(given: ServiceSpec, old: ServiceSpec | undefined): SpecOrErrors {
  let spec = given;
  if (spec.ipFamilyPolicy === undefined) {
    const fallback = isHeadlessWithoutSelector(spec) ? 'RequireDualStack' : 'SingleStack';
    spec = Object.assign({}, spec, { ipFamilyPolicy: old?.ipFamilyPolicy ?? fallback });
  }
  const related: FieldError[] = [];
  checkClusterIPs(spec, old, related);
  if (related.length > 0) return { spec, errors: related };
  if (old !== undefined && spec.ipFamilyPolicy === 'SingleStack') spec = singleStack(spec, old);
  const errors = old === undefined ? [] : releaseErrors(spec, old);
  if (spec.ipFamilyPolicy === 'SingleStack') errors.push(...singleStackErrors(spec));
  const families = [...(spec.ipFamilies ?? [])];
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === 'None') break;
    if (index < families.length) continue;
    if (ip.includes(':')) {
      const path = `spec.clusterIPs[${index}]`;
      errors.push(invalid(path, spec.clusterIPs, 'IPv6 is not configured on this cluster'));
    } else families.push('IPv4');
  }
  if (errors.length > 0) return { spec, errors };
  if (isHeadlessWithoutSelector(spec)) {
    if (families.length === 0) families.push('IPv4');
    if (families.length < 2 && spec.ipFamilyPolicy !== 'SingleStack') {
      families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
    }
    return { spec: Object.assign({}, spec, { ipFamilies: families }), errors };
  }
  return configuredFamilies(spec, families);
}

function configuredFamilies(spec: ServiceSpec, families: string[]): SpecOrErrors {
  const errors: FieldError[] = [];
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    const text = 'this cluster is not configured for dual-stack services';
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, text));
  }
  for (const [index, family] of families.entries()) {
    if (family === 'IPv4') continue;
    errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  }
  if (families.length === 0) families.push('IPv4');
  return { spec: Object.assign({}, spec, { ipFamilies: families }), errors };
}

function singleStack(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  let result = spec;
  if (isSameList(old.clusterIPs, spec.clusterIPs) && (spec.clusterIPs ?? []).length > 1) {
    result = { ...result, clusterIPs: (spec.clusterIPs ?? []).slice(0, 1) };
  }
  if (isSameList(old.ipFamilies, spec.ipFamilies) && (spec.ipFamilies ?? []).length > 1) {
    result = { ...result, ipFamilies: (spec.ipFamilies ?? []).slice(0, 1) };
  }
  return result;
}

function releaseErrors(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.ipFamilyPolicy === 'SingleStack') return [];
  const errors: FieldError[] = [];
  const path = 'spec.ipFamilyPolicy';
  const policy = spec.ipFamilyPolicy;
  const isReduced = (now: readonly string[] | undefined, before: readonly string[] | undefined) =>
    (now ?? []).length > 0 && (now ?? []).length < (before ?? []).length;
  if (isReduced(spec.clusterIPs, old.clusterIPs)) {
    const text = "must be 'SingleStack' to release the secondary cluster IP";
    errors.push(invalid(path, policy, text));
  }
  if (isReduced(spec.ipFamilies, old.ipFamilies)) {
    const text = "must be 'SingleStack' to release the secondary IP family";
    errors.push(invalid(path, policy, text));
  }
  return errors;
}

function singleStackErrors(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const head = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
  if ((spec.clusterIPs ?? []).length === 2) {
    const text = `${head} cluster IPs are specified`;
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, text));
  }
  if ((spec.ipFamilies ?? []).length === 2) {
    const text = `${head} IP families are specified`;
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, text));
  }
  return errors;
}

function withClusterIPs(
  { spec, name }: { readonly spec: ServiceSpec; readonly name: string },
  old: ServiceSpec | undefined,
  context: StrategyContext,
  taken: Taken,
): SpecOrErrors {
  if (spec.type === 'ExternalName' || spec.clusterIPs?.[0] === 'None') return { spec, errors: [] };
  // An update allocates only when the old one had no address of its own.
  if (old !== undefined && old.type !== 'ExternalName') return { spec, errors: [] };
  const given = spec.clusterIPs ?? [];
  const asked = given[0];
  if (asked !== undefined && asked !== '') {
    const problem =
      addressProblem(asked, context, taken) ?? parentProblem(name, { ip: asked, context });
    if (problem === undefined) return { spec: { ...spec, clusterIP: asked }, errors: [] };
    const text = `failed to allocate IP ${asked}: ${problem}`;
    return { spec, errors: [invalid('spec.clusterIPs', given, text)] };
  }
  const ip = freeAddress(context, taken);
  if (ip === undefined) {
    const text = 'failed to allocate IP: range is full';
    return { spec, errors: [invalid('spec.clusterIPs', given, text)] };
  }
  const problem = parentProblem(name, { ip, context });
  if (problem !== undefined) {
    const text = `failed to allocate IP: ${problem}`;
    return { spec, errors: [invalid('spec.clusterIPs', asked === undefined ? [''] : given, text)] };
  }
  return { spec: Object.assign({}, spec, { clusterIP: ip, clusterIPs: [ip] }), errors: [] };
}

/**
 * What is wrong with the IPAddress that would note whose the address is, made before the service is looked at.
 * @upstream pkg/apis/networking/validation/validation.go validateIPAddressParentReference
 */
function parentProblem(
  name: string,
  { ip, context }: { readonly ip: string; readonly context: StrategyContext },
): string | undefined {
  if (context.isDryRun) return undefined;
  const path = 'spec.parentRef.name';
  const errors =
    name === '' ? [required(path)] : pathSegmentErrors(name).map(text => invalid(path, name, text));
  if (errors.length === 0) return undefined;
  return invalidObject({ group: ipAddresses.group, kind: ipAddresses.kind }, ip, errors).message;
}

interface Range {
  readonly first: number;
  readonly size: number;
}

function rangeOf(cidr: string): Range {
  const [address = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  const base = addressNumber(address);
  return { first: base - (base % size), size };
}

function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressText(address: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** The server's own range, and those that ServiceCIDRs add once they are ready. One family: IPv4. */
function rangesOf(context: StrategyContext): readonly string[] {
  const own = context.settings.serviceRange;
  const added = (context.list(serviceCIDRs) as readonly ServiceCIDR[])
    .filter(range => isConditionTrue(range.status?.conditions, 'Ready') && !isDeleting(range))
    .flatMap(({ spec }) => spec?.cidrs ?? [])
    .filter(range => !range.includes(':') && range !== own);
  return [own, ...new Set(added)];
}

function addressProblem(
  address: string,
  context: StrategyContext,
  taken: Taken,
): string | undefined {
  if (context.isDryRun) {
    // A dry run asks any one range.
    const range = context.settings.serviceRange;
    if (givesAddress(range, address)) return undefined;
    return `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${range}`;
  }
  if (!rangesOf(context).some(range => givesAddress(range, address))) {
    return 'the provided network does not match the current range';
  }
  return taken.ips.has(address) ? 'provided IP is already allocated' : undefined;
}

/** A random address of the upper part of a range; of the lower only when that is full. */
function freeAddress(context: StrategyContext, taken: Taken): string | undefined {
  // A dry run shows the address of the network, as upstream's does.
  if (context.isDryRun) return addressText(rangeOf(context.settings.serviceRange).first);
  for (const range of rangesOf(context)) {
    const { first, size } = rangeOf(range);
    const low = Math.min(Math.max(16, Math.floor(size / 16)), 256);
    const isFree = (offset: number) => !taken.ips.has(addressText(first + offset));
    const offset =
      freePlace(context.random, { from: low, to: size - 1 }, isFree) ??
      freePlace(context.random, { from: 1, to: Math.min(low, size - 1) }, isFree);
    if (offset !== undefined) return addressText(first + offset);
  }
  return undefined;
}
