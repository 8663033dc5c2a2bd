/**
 * Keeps account of what was asked of the groups and what came of it. A provider here has as many machines
 * as were asked for, so sizes that do not fit are never to be mended, and machines fail by not registering.
 *
 * @upstream clusterstate/clusterstate.go
 */
import type { Node } from '../../api/kinds/core.js';
import { printDuration } from '../../api/duration.js';
import type { NodeGroup } from '../node-group.js';
import type { AutoscalerOptions } from '../options.js';
import { Backoffs, type GrowthFailure } from './backoff.js';
import { nodesOf, registeredCounts, type NodeCounts } from './group-nodes.js';

/** An event about the autoscaler itself. */
export interface LoopEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What a group was asked for and has not given yet. */
interface Request {
  readonly increase: number;
  readonly sinceMs: number;
}

/** What is remembered of groups and machines from one look to the next. */
export class ClusterState {
  private readonly backoffs: Backoffs;
  private readonly requests = new Map<string, Request>();
  /** Since when machines are known that are no nodes yet. */
  private missing = new Map<string, number>();
  private byGroup = new Map<string, NodeCounts>();
  private all: NodeCounts = registeredCounts([], 0);

  constructor(private readonly options: AutoscalerOptions) {
    this.backoffs = new Backoffs(options);
  }

  /** Looks at the cluster as it is now, and returns what there is to tell of it. */
  update(groups: readonly NodeGroup[], nodes: readonly Node[], nowMs: number): LoopEvent[] {
    const registered = new Set(nodes.map(({ metadata }) => metadata.name ?? ''));
    const machines = groups.flatMap(group => group.nodes);
    const missing = machines.filter(name => !registered.has(name));
    this.missing = new Map(missing.map(name => [name, this.missing.get(name) ?? nowMs]));
    this.byGroup = new Map(groups.map(group => [group.name, this.countsOf(group, nodes, nowMs)]));
    this.all = this.withMissing(registeredCounts(nodes, nowMs), missing, nowMs);
    this.backoffs.dropOld(nowMs);
    return groups.flatMap(group => this.updateRequest(group, nowMs) ?? []);
  }

  /** A group was asked to grow: what it was asked for before has its time anew. */
  asked(group: string, increase: number, nowMs: number): void {
    const before = this.requests.get(group)?.increase ?? 0;
    this.requests.set(group, { increase: before + increase, sinceMs: nowMs });
  }

  /** Machines that have not registered in time, and that the group may lose. */
  overdue(group: NodeGroup, nowMs: number): readonly string[] {
    const late = group.nodes.filter(name => this.isLate(name, nowMs));
    return late.slice(0, Math.max(0, group.targetSize - group.min));
  }

  /** The group with what is known of it. */
  known(group: NodeGroup, nowMs: number): NodeGroup {
    const { ready, unready } = this.counts(group.name);
    // Those that were let go of a moment ago are machines no more.
    const late = group.nodes.filter(name => this.isLate(name, nowMs)).length;
    const upcoming = Math.max(0, group.targetSize - ready - unready - late);
    const isBackedOff = this.failureOf(group.name, nowMs) !== undefined;
    return Object.assign({}, group, { upcoming, isBackedOff });
  }

  counts(group: string): NodeCounts {
    return this.byGroup.get(group) ?? registeredCounts([], 0);
  }

  /** Of all nodes of the cluster. */
  get total(): NodeCounts {
    return this.all;
  }

  failureOf(group: string, nowMs: number): GrowthFailure | undefined {
    return this.backoffs.failureOf(group, nowMs);
  }

  isGrowing({ name, targetSize }: NodeGroup): boolean {
    return this.requests.has(name) && this.isAwaiting(name, targetSize);
  }

  /** @upstream IsClusterHealthy */
  get isHealthy(): boolean {
    const { okTotalUnreadyCount, maxTotalUnreadyPercentage } = this.options;
    const { unready, registered } = this.all;
    return (
      unready <= okTotalUnreadyCount || unready <= (maxTotalUnreadyPercentage / 100) * registered
    );
  }

  private countsOf(group: NodeGroup, nodes: readonly Node[], nowMs: number): NodeCounts {
    return this.withMissing(registeredCounts(nodesOf(group, nodes), nowMs), group.nodes, nowMs);
  }

  private withMissing(counts: NodeCounts, machines: readonly string[], nowMs: number): NodeCounts {
    const missing = machines.filter(name => this.missing.has(name));
    const longUnregistered = missing.filter(name => this.isLate(name, nowMs)).length;
    const unregistered = missing.length - longUnregistered;
    return Object.assign({}, counts, { unregistered, longUnregistered });
  }

  private isLate(machine: string, nowMs: number): boolean {
    const sinceMs = this.missing.get(machine);
    return sinceMs !== undefined && sinceMs + this.options.maxNodeProvisionTimeMs < nowMs;
  }

  private isAwaiting(group: string, targetSize: number): boolean {
    const { registered, notStarted } = this.counts(group);
    return targetSize > registered - notStarted;
  }

  /** @upstream updateScaleRequests */
  private updateRequest({ name, targetSize }: NodeGroup, nowMs: number): LoopEvent | undefined {
    const request = this.requests.get(name);
    if (request === undefined) return undefined;
    if (!this.isAwaiting(name, targetSize)) {
      this.requests.delete(name);
      this.backoffs.succeeded(name);
      return undefined;
    }
    if (request.sinceMs + this.options.maxNodeProvisionTimeMs >= nowMs) return undefined;
    this.requests.delete(name);
    const after = printDuration((nowMs - request.sinceMs) * 1e6);
    const errorMessage = `Scale-up timed out for node group ${name} after ${after}`;
    this.backoffs.failed(name, { errorCode: 'timeout', errorMessage }, nowMs);
    return {
      type: 'Warning',
      reason: 'ScaleUpTimedOut',
      message: `Nodes added to group ${name} failed to register within ${after}`,
    };
  }
}
