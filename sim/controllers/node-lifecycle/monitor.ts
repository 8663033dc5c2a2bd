/**
 * The round over all nodes: who is lost, who is back, and what becomes of their pods.
 * @upstream pkg/controller/nodelifecycle/node_lifecycle_controller.go monitorNodeHealth
 */
import { leases, type Lease } from '../../api/kinds/coordination.js';
import { nodes, pods, type Node, type NodeCondition, type Pod } from '../../api/kinds/core.js';
import { findCondition } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import { rfc3339 } from '../../api/time.js';
import type { ControllerContext, Reconciliation, View } from '../../client/contract.js';
import { call, get, pause, update } from '../../client/requests.js';
import { hasTaint, removeTaints, swapTaints, type TaintKey } from '../control/node-taints.js';
import type { Tainted } from './eviction-queue.js';
import { checkHealth, withLease, type HealthCheck, type NodeHealth } from './health.js';
import type { NodeLifecycleSettings } from './settings.js';
import { zoneKey, Zones } from './zones.js';

const unreachable: TaintKey = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
const notReady: TaintKey = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' };
const excludedLabel = 'node.kubernetes.io/exclude-disruption';
const leaseNamespace = 'kube-node-lease';
const attemptsMax = 5;
const retryMs = 20;
const failedRetryMs = 50;

/** The index of pods by the node that they are bound to. */
export const nodeIndex = 'node-lifecycle/node';

interface QuietNode {
  readonly node: Node;
  readonly zone: string;
  readonly ready: NodeCondition;
  /** Whether it counts among the nodes of its zone. */
  readonly isCounted: boolean;
}

type ConditionsByZone = Map<string, (NodeCondition | undefined)[]>;

/** The node as the controller's own events name it: by its uid, but at no version. */
function unversioned({ metadata: { name = '', uid = '' } }: Node): HasMetadata {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } };
}

function note(conditions: ConditionsByZone, zone: string, ready: NodeCondition | undefined): void {
  const known = conditions.get(zone);
  if (known === undefined) conditions.set(zone, [ready]);
  else known.push(ready);
}

/** What the controller knows of all nodes. */
export class NodeMonitor {
  readonly zones: Zones;
  private readonly health = new Map<string, NodeHealth>();
  private readonly known = new Map<string, Node>();
  /** The nodes that the last round saw, if it got to know all of them. */
  private registered: readonly Node[] | undefined;
  private readonly toRetry = new Set<string>();
  /** What the last round found of nodes about which nothing was to be done. */
  private readonly quiet = new Map<string, QuietNode>();
  /** The nodes of the last round, when nothing was to be done about any of them. */
  private atRest: readonly Node[] | undefined;

  constructor(
    private readonly context: Pick<ControllerContext, 'clock' | 'events'>,
    private readonly settings: NodeLifecycleSettings,
  ) {
    this.zones = new Zones(settings);
  }

  /** Whether the node was heard of and said that it is not ready. */
  isKnownUnready(name: string): boolean {
    const health = this.health.get(name);
    const ready = health && findCondition(health.conditions, 'Ready');
    return ready !== undefined && ready.status !== 'True';
  }

  /** One round. */
  *round(view: View): Reconciliation<void> {
    const all = view.list(nodes);
    const rested = this.atRest;
    this.atRest = undefined;
    if (rested && this.areStillAtRest(rested, all, view.list(leases, leaseNamespace))) {
      this.atRest = this.registered = all;
      return;
    }
    yield* this.register(all);
    let areQuiet = true;
    const conditions: ConditionsByZone = new Map();
    let options = Object.assign({ nowMs: this.now() }, this.settings);
    for (const cached of all) {
      if (options.nowMs !== this.now())
        options = Object.assign({ nowMs: this.now() }, this.settings);
      let node = cached;
      const name = node.metadata.name ?? '';
      const lease = view.get(leases, leaseNamespace, name);
      const quiet = this.quiet.get(name);
      if (quiet?.node === node && this.isStillAlive(name, lease, options)) {
        if (quiet.isCounted) note(conditions, quiet.zone, quiet.ready);
        continue;
      }
      this.quiet.delete(name);
      let check = checkHealth(node, lease, this.health.get(name), options);
      if (check.changed === undefined) this.health.set(name, check.health);
      else {
        const checked = yield* this.check(cached, view);
        if (checked === undefined) continue;
        ({ node, check } = checked);
      }
      const zone = zoneKey(node);
      const isCounted = node.metadata.labels?.[excludedLabel] === undefined;
      if (isCounted) note(conditions, zone, check.current);
      if (check.current === undefined) continue;
      if (this.isQuiet(node, check)) {
        this.zones.queue(zone)?.remove(name);
        this.toRetry.delete(name);
        this.quiet.set(name, { node, zone, ready: check.current, isCounted });
      } else {
        areQuiet = false;
        yield* this.follow(node, check, view);
      }
    }
    yield* this.handleDisruption(all, conditions);
    if (areQuiet && this.quiet.size === all.length && this.zones.areNormal) this.atRest = all;
  }

  /**
   * Whether there are the same nodes as in the last round, all of which were ready and are, and were heard of
   * in time; notes when. All lists are in the order of the names, and most nodes have a lease.
   */
  private areStillAtRest(
    before: readonly Node[],
    all: readonly Node[],
    renewed: readonly Lease[],
  ): boolean {
    if (all.length !== before.length || renewed.length !== all.length) return false;
    const options = Object.assign({ nowMs: this.now() }, this.settings);
    for (let place = 0; place < all.length; place++) {
      const node = all[place] as Node;
      const { name = '' } = node.metadata;
      const lease = renewed[place];
      if (lease?.metadata.name !== name) return false;
      const isAlive =
        node === before[place]
          ? this.isStillAlive(name, lease, options)
          : this.isStillQuiet(node, lease, options);
      if (!isAlive) return false;
    }
    return true;
  }

  /** Whether a node that was quiet, and has told something, counts as it did and is quiet again; notes it. */
  private isStillQuiet(
    node: Node,
    lease: Lease,
    options: NodeLifecycleSettings & { readonly nowMs: number },
  ): boolean {
    const { name = '', labels } = node.metadata;
    const quiet = this.quiet.get(name);
    if (quiet === undefined) return false;
    const isCounted = labels?.[excludedLabel] === undefined;
    if (quiet.isCounted !== isCounted || quiet.zone !== zoneKey(node)) return false;
    const check = checkHealth(node, lease, this.health.get(name), options);
    const { current } = check;
    if (check.changed !== undefined || current === undefined || !this.isQuiet(node, check)) {
      return false;
    }
    this.health.set(name, check.health);
    this.quiet.set(name, { node, zone: quiet.zone, ready: current, isCounted });
    return true;
  }

  /** Whether the node was and is ready, and nothing says otherwise: as good as always. */
  private isQuiet(node: Node, { current, observed }: HealthCheck): boolean {
    return (
      current?.status === 'True' &&
      observed.status === 'True' &&
      !hasTaint(node, unreachable) &&
      !hasTaint(node, notReady)
    );
  }

  /** Whether a node that was quiet, and is the same object still, was heard of in time; notes when. */
  private isStillAlive(
    name: string,
    lease: Lease | undefined,
    options: NodeLifecycleSettings & { readonly nowMs: number },
  ): boolean {
    const known = this.health.get(name);
    if (known === undefined) return false;
    const health = withLease(known, lease, options.nowMs);
    if (options.nowMs > health.probeMs + options.graceMs) return false;
    if (health !== known) this.health.set(name, health);
    return true;
  }

  /** Taints the nodes that wait for it, as fast as their zones allow. */
  *taintWaiting(view: View): Reconciliation<void> {
    const now = () => this.now();
    for (const queue of this.zones.allQueues()) {
      yield* queue.letOut(now, name => this.taint(view, name));
    }
  }

  /** When the next node may be tainted; undefined when none waits or may. */
  nextTaintInMs(): number | undefined {
    const waits = this.zones.allQueues().map(queue => queue.nextInMs(this.now()));
    const known = waits.filter(wait => wait !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  private now(): number {
    return this.context.clock.now();
  }

  private *register(all: readonly Node[]): Reconciliation<void> {
    // A list is another one as soon as one of its nodes is.
    if (all === this.registered) return;
    this.registered = undefined;
    for (const node of all) {
      const name = node.metadata.name ?? '';
      const isNew = !this.known.has(name);
      if (isNew || !this.zones.has(zoneKey(node))) this.zones.begin(zoneKey(node), this.now());
      if (!isNew) continue;
      this.tellOfNode(node, 'RegisteredNode', `Registered Node ${name} in Controller`);
      this.known.set(name, node);
      yield* this.markReachable(node);
    }
    this.registered = all;
    if (this.known.size === all.length) return;
    const present = new Set(all.map(node => node.metadata.name));
    for (const [name, node] of this.known) {
      if (present.has(name)) continue;
      this.tellOfNode(node, 'RemovingNode', `Removing Node ${name} from Controller`);
      this.known.delete(name);
      this.quiet.delete(name);
    }
  }

  private tellOfNode(node: Node, reason: string, event: string): void {
    const message = `Node ${node.metadata.name} event: ${event}`;
    this.context.events.record({ regarding: unversioned(node), type: 'Normal', reason, message });
  }

  /** The node's health, written if it changed; undefined when that failed. */
  private *check(
    cached: Node,
    view: View,
  ): Reconciliation<{ readonly node: Node; readonly check: HealthCheck } | undefined> {
    const name = cached.metadata.name ?? '';
    let node = cached;
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const lease = view.get(leases, leaseNamespace, name);
      const options = Object.assign({ nowMs: this.now() }, this.settings);
      const check = checkHealth(node, lease, this.health.get(name), options);
      if (check.changed === undefined) {
        this.health.set(name, check.health);
        return { node, check };
      }
      const answer = yield* call(update(nodes, check.changed, 'status'));
      if (answer.isOk) {
        this.health.set(name, check.health);
        return { node: check.changed, check };
      }
      const fresh = yield* call(get(nodes, '', name));
      if (!fresh.isOk) return undefined;
      node = fresh.object;
      yield* pause(retryMs);
    }
    return undefined;
  }

  /** Sees to the taints and pods of a node whose health is known. */
  private *follow(node: Node, check: HealthCheck, view: View): Reconciliation<void> {
    const name = node.metadata.name ?? '';
    const status = check.current?.status;
    const wasReady = check.observed.status === 'True';
    yield* this.taintByReadiness(node, status);
    const isLost = status !== 'True' && wasReady;
    if (isLost) {
      const message = `Node ${name} status is now: NodeNotReady`;
      const reason = 'NodeNotReady';
      this.context.events.record({ regarding: unversioned(node), type: 'Normal', reason, message });
    }
    if (isLost || (this.toRetry.has(name) && !wasReady)) {
      const areMarked = yield* this.markPodsNotReady(view.byIndex(pods, nodeIndex, name));
      if (!areMarked) {
        this.toRetry.add(name);
        return;
      }
    }
    this.toRetry.delete(name);
  }

  private *taintByReadiness(node: Node, status: string | undefined): Reconciliation<void> {
    if (status === 'True') return yield* this.markReachable(node);
    const [wanted, opposite] =
      status === 'False' ? [notReady, unreachable] : [unreachable, notReady];
    if (hasTaint(node, opposite)) {
      yield* swapTaints(node, { add: [wanted], remove: [opposite] }, this.now());
      return;
    }
    const name = node.metadata.name ?? '';
    const queue = this.zones.queue(zoneKey(node));
    if (!hasTaint(node, wanted)) queue?.remove(name);
    queue?.add(name, this.now());
  }

  private *taint(view: View, name: string): Reconciliation<Tainted> {
    const node = view.get(nodes, '', name);
    if (node === undefined) return 'done';
    const ready = findCondition(node.status?.conditions, 'Ready');
    if (ready === undefined) return { againAfterMs: failedRetryMs };
    if (ready.status === 'True') return 'done';
    const [wanted, opposite] =
      ready.status === 'False' ? [notReady, unreachable] : [unreachable, notReady];
    const isDone = yield* swapTaints(node, { add: [wanted], remove: [opposite] }, this.now());
    return isDone ? 'done' : { againAfterMs: 0 };
  }

  private *markReachable(node: Node): Reconciliation<void> {
    yield* removeTaints(node, [unreachable]);
    yield* removeTaints(node, [notReady]);
    this.zones.queue(zoneKey(node))?.remove(node.metadata.name ?? '');
  }

  /** Says of pods that they are not ready; false when one could not be written. */
  *markPodsNotReady(affected: readonly Pod[]): Reconciliation<boolean> {
    let areMarked = true;
    for (const pod of affected) {
      const ready = findCondition(pod.status?.conditions, 'Ready');
      if (ready === undefined || ready.status === 'False') continue;
      const lastTransitionTime = rfc3339(this.now());
      const conditions = (pod.status?.conditions ?? []).map(condition => {
        return condition === ready ? { ...ready, status: 'False', lastTransitionTime } : condition;
      });
      const status = { ...pod.status, conditions };
      const answer = yield* call(update(pods, { ...pod, status }, 'status'));
      if (!answer.isOk && answer.status === 404) continue;
      if (!answer.isOk) areMarked = false;
      const message = 'Node is not ready';
      const reason = 'NodeNotReady';
      this.context.events.record({ regarding: pod, type: 'Warning', reason, message });
    }
    return areMarked;
  }

  private *handleDisruption(
    all: readonly Node[],
    conditions: ReadonlyMap<string, readonly (NodeCondition | undefined)[]>,
  ): Reconciliation<void> {
    const disruption = this.zones.update(conditions, this.now());
    if (disruption === 'begun everywhere') {
      for (const node of all) yield* this.markReachable(node);
    } else if (disruption === 'over somewhere') {
      const probeMs = this.now();
      for (const [name, health] of this.health) this.health.set(name, { ...health, probeMs });
    }
  }
}
