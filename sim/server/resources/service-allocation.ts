/**
 * Cluster IPs and node ports: given by the user, or drawn from the server's ranges.
 * @upstream pkg/registry/core/service/storage/alloc.go
 */
import type { Service, ServicePort, ServiceSpec } from '../../api/kinds/core.js';
import { invalid, type FieldError } from './field-error.js';
import type { StrategyContext } from './strategy.js';
import { checkClusterIPs } from './validation/service-ips.js';

/** A service with all that it needs, or why it can't have it. */
export interface Allocation {
  readonly service: Service;
  readonly errors: readonly FieldError[];
}

/** Gives the service what its type needs, keeping what the old one had. */
export function allocate(
  service: Service,
  old: Service | undefined,
  context: StrategyContext,
): Allocation {
  const spec = service.spec;
  if (spec === undefined) return { service, errors: [] };
  const isAddressed = spec.type !== 'ExternalName' && !keepsDualStack(spec, old?.spec);
  const families = isAddressed ? withFamilies(spec, old?.spec) : { spec, errors: [] };
  if (families.errors.length > 0) return { service, errors: families.errors };
  const taken = takenBy(context, service);
  const addressed = withClusterIPs(families.spec, old?.spec, context, taken);
  if (addressed.errors.length > 0) return { service, errors: addressed.errors };
  const ported = withNodePorts(addressed.spec, old?.spec, context, taken);
  if (ported.errors.length > 0) return { service, errors: ported.errors };
  return { service: { ...service, spec: ported.spec }, errors: [] };
}

interface SpecOrErrors {
  readonly spec: ServiceSpec;
  readonly errors: readonly FieldError[];
}

interface Taken {
  readonly ips: ReadonlySet<string>;
  readonly ports: Set<number>;
}

function takenBy(context: StrategyContext, except: Service): Taken {
  const ips = new Set<string>();
  const ports = new Set<number>();
  const { name, namespace } = except.metadata;
  for (const other of context.list({ group: '', resource: 'services' }) as readonly Service[]) {
    if (other.metadata.name === name && other.metadata.namespace === namespace) continue;
    for (const ip of other.spec?.clusterIPs ?? []) ips.add(ip);
    for (const port of other.spec?.ports ?? []) if (port.nodePort) ports.add(port.nodePort);
    if (other.spec?.healthCheckNodePort) ports.add(other.spec.healthCheckNodePort);
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
  if (!spec.ipFamilyPolicy) {
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
  spec: ServiceSpec,
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
    const problem = addressProblem(asked, context, taken);
    if (problem === undefined) return { spec: { ...spec, clusterIP: asked }, errors: [] };
    const text = `failed to allocate IP ${asked}: ${problem}`;
    return { spec, errors: [invalid('spec.clusterIPs', given, text)] };
  }
  const ip = freeAddress(context, taken);
  if (ip === undefined) {
    const text = 'failed to allocate IP: range is full';
    return { spec, errors: [invalid('spec.clusterIPs', given, text)] };
  }
  return { spec: Object.assign({}, spec, { clusterIP: ip, clusterIPs: [ip] }), errors: [] };
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

function addressProblem(
  address: string,
  context: StrategyContext,
  taken: Taken,
): string | undefined {
  const { first, size } = rangeOf(context.settings.serviceRange);
  const offset = addressNumber(address) - first;
  if (offset < 0 || offset >= size || !(offset === offset)) {
    return 'the provided network does not match the current range';
  }
  if (offset === 0 || offset === size - 1) {
    const range = context.settings.serviceRange;
    return `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${range}`;
  }
  return taken.ips.has(address) ? 'provided IP is already allocated' : undefined;
}

/** A random address of the upper part of the range; of the lower only when that is full. */
function freeAddress(context: StrategyContext, taken: Taken): string | undefined {
  const { first, size } = rangeOf(context.settings.serviceRange);
  const low = Math.min(Math.max(16, Math.floor(size / 16)), 256);
  return (
    drawn(context, { from: low, to: size - 1 }, offset => !isTaken(first + offset, taken)) ??
    drawn(context, { from: 1, to: low }, offset => !isTaken(first + offset, taken))
  )?.toAddress(first);
}

function isTaken(address: number, taken: Taken): boolean {
  return taken.ips.has(addressText(address));
}

interface Drawn {
  readonly offset: number;
  toAddress(first: number): string;
}

/** Starts at a random place of [from, to) and goes round until one is free. */
function drawn(
  context: StrategyContext,
  range: { readonly from: number; readonly to: number },
  isFree: (offset: number) => boolean,
): Drawn | undefined {
  const span = range.to - range.from;
  if (span <= 0) return undefined;
  const start = context.random.integer(span);
  for (let step = 0; step < span; step++) {
    const offset = range.from + ((start + step) % span);
    if (isFree(offset)) return { offset, toAddress: first => addressText(first + offset) };
  }
  return undefined;
}

function withNodePorts(
  given: ServiceSpec,
  old: ServiceSpec | undefined,
  context: StrategyContext,
  taken: Taken,
): SpecOrErrors {
  let spec = given;
  const errors: FieldError[] = [];
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    const held = new Set((old?.ports ?? []).map(port => port.nodePort ?? 0));
    const allocator = new PortAllocator(context, taken, held);
    const ports = (spec.ports ?? []).map((port, index) =>
      allocator.port(port, index, spec, old !== undefined, errors),
    );
    if (spec.ports !== undefined) spec = { ...spec, ports };
  }
  const needsCheck = needsHealthCheck(spec);
  if (needsCheck && !spec.healthCheckNodePort && (old === undefined || !needsHealthCheck(old))) {
    const port = new PortAllocator(context, taken, new Set()).next();
    if (port !== undefined) spec = { ...spec, healthCheckNodePort: port };
  }
  return { spec, errors };
}

/** Whether the load balancer asks each node for the health of its own pods. */
export function needsHealthCheck(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

class PortAllocator {
  private readonly byServicePort = new Map<number, number>();

  constructor(
    private readonly context: StrategyContext,
    private readonly taken: Taken,
    private readonly held: ReadonlySet<number>,
  ) {}

  port(
    port: ServicePort,
    index: number,
    spec: ServiceSpec,
    isUpdate: boolean,
    errors: FieldError[],
  ): ServicePort {
    const allocates =
      spec.type === 'NodePort' || (spec.allocateLoadBalancerNodePorts ?? true) === true;
    if (!port.nodePort && !allocates) return port;
    if (port.nodePort) {
      const isOurs = this.byServicePort.get(port.port) === port.nodePort;
      if (!isOurs && !this.held.has(port.nodePort)) this.reserve(port.nodePort, index, errors);
      if (!isUpdate) this.byServicePort.set(port.port, port.nodePort);
      return port;
    }
    // Ports of one number, as of TCP and UDP, share their node port at creation.
    const shared = isUpdate ? undefined : this.shared(port.port, spec, index, errors);
    const nodePort = shared ?? this.next();
    if (nodePort === undefined) return port;
    if (!isUpdate) this.byServicePort.set(port.port, nodePort);
    return { ...port, nodePort };
  }

  next(): number | undefined {
    const { from, to } = this.context.settings.nodePorts;
    const size = to - from + 1;
    const low = Math.min(Math.max(16, Math.floor(size / 32)), 128);
    const isFree = (offset: number) => !this.taken.ports.has(from + offset);
    const found =
      drawn(this.context, { from: size > low * 2 ? low : 0, to: size }, isFree) ??
      drawn(this.context, { from: 0, to: low }, isFree);
    if (found === undefined) return undefined;
    this.taken.ports.add(from + found.offset);
    return from + found.offset;
  }

  private shared(
    number: number,
    spec: ServiceSpec,
    index: number,
    errors: FieldError[],
  ): number | undefined {
    const known = this.byServicePort.get(number);
    if (known !== undefined) return known;
    const asked = (spec.ports ?? []).find(port => port.port === number && port.nodePort)?.nodePort;
    if (asked === undefined) return undefined;
    this.reserve(asked, index, errors);
    return asked;
  }

  private reserve(nodePort: number, index: number, errors: FieldError[]): void {
    const { from, to } = this.context.settings.nodePorts;
    const path = `spec.ports[${index}].nodePort`;
    if (nodePort < from || nodePort > to) {
      const text = `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
      errors.push(invalid(path, nodePort, text));
    } else if (this.taken.ports.has(nodePort)) {
      errors.push(invalid(path, nodePort, 'provided port is already allocated'));
    } else this.taken.ports.add(nodePort);
  }
}
