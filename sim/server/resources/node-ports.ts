/**
 * Node ports: given by the user, or drawn from the server's range.
 * @upstream pkg/registry/core/service/storage/alloc.go,
 *   pkg/registry/core/service/portallocator/operation.go
 */
import type { Service, ServicePort, ServiceSpec } from '../../api/kinds/core.js';
import { internalError, plainError } from '../../api/status.js';
import { invalid, type FieldError } from './field-error.js';
import { freePlace } from './free-place.js';
import type { StrategyContext, Unmet } from './strategy.js';

/** A spec with what it asked for, or why it cannot have it. */
export interface Allocated {
  readonly spec: ServiceSpec;
  readonly unmet?: Unmet;
}

/** What a dry run thinks of ports begins here: above the range, as upstream has it. */
const lastDryPort = 32768;

/** Gives the spec its node ports and its health check's port. */
export function withNodePorts(
  given: ServiceSpec,
  old: ServiceSpec | undefined,
  context: StrategyContext,
  taken: ReadonlySet<number>,
): Allocated {
  const ports = new PortAllocator(context, taken);
  let spec = given;
  if (hasNodePorts(spec)) {
    const listed = old === undefined ? newPorts(spec, ports) : changedPorts(spec, old, ports);
    if ('unmet' in listed) return { spec, unmet: listed.unmet };
    if (spec.ports !== undefined) spec = { ...spec, ports: listed.ports };
  }
  if (!needsHealthCheck(spec) || (old !== undefined && needsHealthCheck(old))) return { spec };
  return withHealthPort(spec, ports);
}

function hasNodePorts({ type }: ServiceSpec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

/** Whether the load balancer asks each node for the health of its own pods. */
export function needsHealthCheck(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** The node ports that services hold. */
export function heldPorts({ spec }: Service): readonly number[] {
  const all = [...(spec?.ports ?? []).map(port => port.nodePort), spec?.healthCheckNodePort];
  return all.filter(port => port !== undefined && port !== 0) as readonly number[];
}

type Listed = { readonly ports: readonly ServicePort[] } | { readonly unmet: Unmet };

function allocatesPorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return type === 'NodePort' || allocateLoadBalancerNodePorts !== false;
}

/** Ports of one number, as of TCP and UDP, share their node port at creation. @upstream initNodePorts */
function newPorts(spec: ServiceSpec, allocator: PortAllocator): Listed {
  const ports: ServicePort[] = [];
  const byNumber = new Map<number, number>();
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (!port.nodePort && !allocatesPorts(spec)) {
      ports.push(port);
      continue;
    }
    const shared = byNumber.get(port.port);
    const asked = shared === undefined ? askedFor(port.port, spec) : port.nodePort;
    if (asked !== undefined && asked !== 0 && asked !== shared) {
      const problem = allocator.reserve(asked);
      if (problem !== undefined) return { unmet: [portError(index, asked, problem)] };
    }
    const nodePort = asked || (shared ?? allocator.next());
    if (nodePort === undefined) return { unmet: noneLeft };
    if (shared === undefined) byNumber.set(port.port, nodePort);
    ports.push({ ...port, nodePort });
  }
  return { ports };
}

function askedFor(number: number, { ports = [] }: ServiceSpec): number | undefined {
  return ports.find(port => port.port === number && port.nodePort)?.nodePort;
}

/** @upstream updateNodePorts */
function changedPorts(spec: ServiceSpec, old: ServiceSpec, allocator: PortAllocator): Listed {
  const held = new Set((old.ports ?? []).map(port => port.nodePort ?? 0));
  const ports: ServicePort[] = [];
  const seen = new Set<string>();
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (!port.nodePort && !allocatesPorts(spec)) {
      ports.push(port);
      continue;
    }
    const asked = port.nodePort || undefined;
    if (asked !== undefined && !held.has(asked)) {
      const problem = allocator.reserve(asked);
      if (problem !== undefined) return { unmet: [portError(index, asked, problem)] };
      held.add(asked);
    }
    const nodePort = asked ?? allocator.next();
    if (nodePort === undefined) return { unmet: noneLeft };
    const shown = `{${port.protocol} ${nodePort}}`;
    if (seen.has(shown)) return { unmet: plainError(`duplicate nodePort: ${shown}`) };
    seen.add(shown);
    ports.push({ ...port, nodePort });
  }
  return { ports };
}

function withHealthPort(spec: ServiceSpec, allocator: PortAllocator): Allocated {
  const asked = spec.healthCheckNodePort;
  if (!asked) {
    const port = allocator.next();
    return port === undefined ? { spec } : { spec: { ...spec, healthCheckNodePort: port } };
  }
  const problem = allocator.reserve(asked);
  if (problem === undefined) return { spec };
  const text = `failed to allocate requested HealthCheck NodePort ${asked}: ${problem}`;
  return { spec, unmet: internalError(text) };
}

function portError(index: number, nodePort: number, problem: string): FieldError {
  return invalid(`spec.ports[${index}].nodePort`, nodePort, problem);
}

const takenText = 'provided port is already allocated';
const noneLeft = internalError('failed to allocate a nodePort: range is full');

/** One write's ports. A dry run takes none: it looks at no range, and counts on from what it was given. */
class PortAllocator {
  private readonly own = new Set<number>();

  constructor(
    private readonly context: StrategyContext,
    private readonly taken: ReadonlySet<number>,
  ) {}

  /** Why the port cannot be had. */
  reserve(nodePort: number): string | undefined {
    const { from, to } = this.context.settings.nodePorts;
    if (!this.context.isDryRun && (nodePort < from || nodePort > to)) {
      return `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
    }
    if (!this.isFree(nodePort)) return takenText;
    this.own.add(nodePort);
    return undefined;
  }

  /** Undefined when all are taken. */
  next(): number | undefined {
    const port = this.context.isDryRun ? this.nextDry() : this.drawn();
    if (port !== undefined) this.own.add(port);
    return port;
  }

  private nextDry(): number {
    return (this.own.size === 0 ? lastDryPort : Math.max(...this.own)) + 1;
  }

  private drawn(): number | undefined {
    const { random, settings } = this.context;
    const { from, to } = settings.nodePorts;
    const size = to - from + 1;
    const low = Math.min(Math.max(16, Math.floor(size / 32)), 128);
    const isFree = (offset: number) => this.isFree(from + offset);
    const offset =
      freePlace(random, { from: size > low * 2 ? low : 0, to: size }, isFree) ??
      freePlace(random, { from: 0, to: low }, isFree);
    return offset === undefined ? undefined : from + offset;
  }

  private isFree(port: number): boolean {
    return !this.taken.has(port) && !this.own.has(port);
  }
}
