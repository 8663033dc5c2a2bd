/**
 * Smaller plans, the most hopeful first: less time, fewer events, fewer objects, fewer nodes, fewer replicas, no
 * interleaving, plainer times, plainer objects. A pure function: a path of indexes names a smaller plan.
 */
import type { KubeObject } from '../../sim/api/object.js';
import { operatorProcesses } from '../backends/operator-processes.js';
import { plainer } from './shrink-object.js';
import { nodeNames, type NodePool, type VoyageEvent, type VoyagePlan } from './plan.js';

/** The candidates, in order. Each is smaller by some measure, so that the way down ends. */
export function* smallerPlans(plan: VoyagePlan): Generator<VoyagePlan> {
  yield* shorter(plan);
  yield* calmer(plan);
  for (const events of fewer(plan.events)) yield { ...plan, events: inTime(plan.events, events) };
  for (const objects of fewer(plan.objects)) yield withoutStrays(plan, { ...plan, objects });
  for (const pools of fewerNodes(plan.cluster.pools))
    yield withoutStrays(plan, onNodes(plan, pools));
  for (const [index, object] of plan.objects.entries()) {
    for (const smaller of plainer(object))
      yield { ...plan, objects: plan.objects.with(index, smaller) };
  }
  yield* plainerTimes(plan);
  yield* plainerEvents(plan);
  yield* plainerCluster(plan);
}

function* calmer(plan: VoyagePlan): Generator<VoyagePlan> {
  const { seed } = plan;
  for (const smaller of new Set([0, 1, 2, 3])) if (smaller < seed) yield { ...plan, seed: smaller };
}

/** Without a half, a quarter, ... each single one: what delta debugging tries. */
function* fewer<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let size = items.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < items.length; from += size) {
      yield [...items.slice(0, from), ...items.slice(from + size)];
    }
  }
}

/** Those that stay happen when they happened: the time of those that went is added to the next. */
function inTime(all: readonly VoyageEvent[], kept: readonly VoyageEvent[]): readonly VoyageEvent[] {
  let passedMs = 0;
  const keeps = new Set(kept);
  const events: VoyageEvent[] = [];
  for (const event of all) {
    passedMs += event.afterMs;
    if (!keeps.has(event)) continue;
    events.push(passedMs === event.afterMs ? event : { ...event, afterMs: passedMs });
    passedMs = 0;
  }
  return events;
}

function* fewerNodes(pools: readonly NodePool[]): Generator<readonly NodePool[]> {
  if (pools.length > 1) yield* [...fewer(pools)].filter(some => some.length > 0);
  for (const [index, pool] of pools.entries()) {
    const { count, gpus } = pool;
    for (const smaller of smallerCounts(count, 1))
      yield pools.with(index, { ...pool, count: smaller });
    if (gpus === undefined) continue;
    const { gpus: _gpus, ...bare } = pool;
    yield pools.with(index, bare);
    for (const smaller of smallerCounts(gpus.count, 1)) {
      yield pools.with(index, { ...pool, gpus: { ...gpus, count: smaller } });
    }
  }
}

/** From the least: the first that still fails is taken. */
function smallerCounts(count: number, least: number): number[] {
  const halves = [least, Math.floor(count / 2), count - 1];
  return [...new Set(halves)].filter(smaller => smaller >= least && smaller < count);
}

/** The pools change, and with them the names of nodes: an event goes to a node of the same pool, if it can. */
function onNodes(plan: VoyagePlan, pools: readonly NodePool[]): VoyagePlan {
  const before = placesOf(plan.cluster.pools);
  const after = placesOf(pools);
  const renamed = new Map<string, string>();
  for (const [pool, names] of before) {
    const left = after.get(pool) ?? [];
    names.forEach((name, index) => {
      const to = left[Math.min(index, left.length - 1)];
      if (to !== undefined) renamed.set(name, to);
    });
  }
  const events = plan.events.map(event => aboutNode(event, name => renamed.get(name) ?? name));
  return { ...plan, cluster: { ...plan.cluster, pools }, events };
}

function placesOf(pools: readonly NodePool[]): Map<string, string[]> {
  const names = nodeNames(pools);
  const places = new Map<string, string[]>();
  let from = 0;
  for (const { name, count } of pools) {
    places.set(name, [...(places.get(name) ?? []), ...names.slice(from, from + count)]);
    from += count;
  }
  return places;
}

/** The event with another node's name, where it is about one. */
function aboutNode(event: VoyageEvent, rename: (name: string) => string): VoyageEvent {
  switch (event.kind) {
    case 'drain':
    case 'uncordon':
      return { ...event, node: rename(event.node) };
    case 'fault': {
      const { fault } = event;
      if ('node' in fault) return { ...event, fault: { ...fault, node: rename(fault.node) } };
      const [program, node] = 'process' in fault ? fault.process.split('/') : [];
      if (!('process' in fault) || program !== 'kubelet' || node === undefined) return event;
      return { ...event, fault: { ...fault, process: `kubelet/${rename(node)}` } };
    }
    default:
      return event;
  }
}

/** Without the events that are about nodes, operators and objects that are no longer there. */
function withoutStrays(before: VoyagePlan, after: VoyagePlan): VoyagePlan {
  const nodes = new Set(nodeNames(after.cluster.pools));
  const { operators = [] } = after.cluster;
  const ended = new Set<string | undefined>(
    before.cluster.operators?.filter(name => !operators.includes(name)).flatMap(operatorProcesses),
  );
  if (after.cluster.autoscaler === undefined) ended.add('cluster-autoscaler');
  const known = new Set(before.objects.map(keyOf));
  const left = new Set(after.objects.map(keyOf));
  const applied = after.events.flatMap(event =>
    event.kind === 'apply' ? [keyOf(event.object)] : [],
  );
  for (const key of applied) left.add(key);
  const kept = after.events.filter(event => {
    let hasNode = true;
    aboutNode(event, name => {
      hasNode &&= nodes.has(name);
      return name;
    });
    if (!hasNode || ended.has(processOf(event))) return false;
    if (!('target' in event)) return true;
    const { kind, namespace, name } = event.target;
    const key = `${kind} ${namespace ?? ''}/${name}`;
    return left.has(key) || !known.has(key);
  });
  return { ...after, events: inTime(after.events, kept) };
}

/** The program that an event goes to; undefined when it goes to none. */
function processOf(event: VoyageEvent): string | undefined {
  return event.kind === 'fault' && 'process' in event.fault ? event.fault.process : undefined;
}

function keyOf({ kind = '', metadata: { namespace = '', name = '' } }: KubeObject): string {
  return `${kind} ${namespace}/${name}`;
}

const plainMs = [0, 1_000, 10_000, 60_000];

/** First of all: each voyage that is tried after it takes less time. */
function* shorter(plan: VoyagePlan): Generator<VoyagePlan> {
  for (const settleMs of [10_000, 60_000, 120_000, 300_000]) {
    if (settleMs < plan.settleMs) yield { ...plan, settleMs };
  }
}

function* plainerTimes(plan: VoyagePlan): Generator<VoyagePlan> {
  for (const [index, event] of plan.events.entries()) {
    for (const afterMs of plainMs) {
      if (afterMs < event.afterMs) yield withEvent(plan, index, { ...event, afterMs });
    }
  }
}

function withEvent(plan: VoyagePlan, index: number, event: VoyageEvent): VoyagePlan {
  return { ...plan, events: plan.events.with(index, event) };
}

function* plainerEvents(plan: VoyagePlan): Generator<VoyagePlan> {
  for (const [index, event] of plan.events.entries()) {
    const put = (smaller: VoyageEvent): VoyagePlan => withEvent(plan, index, smaller);
    if (event.kind === 'burst') {
      for (const count of smallerCounts(event.count, 1)) yield put({ ...event, count });
    } else if (event.kind === 'scale') {
      for (const replicas of smallerCounts(event.replicas, 0)) yield put({ ...event, replicas });
    } else if (event.kind === 'apply') {
      for (const object of plainer(event.object)) yield put({ ...event, object });
    } else if (event.kind === 'fault' && 'forMs' in event.fault) {
      for (const forMs of plainMs) {
        if (forMs > 0 && forMs < event.fault.forMs) {
          yield put({ ...event, fault: { ...event.fault, forMs } });
        }
      }
    }
  }
}

/** Without the autoscaler, with fewer groups, groups that stay smaller, machines that all come. */
function* plainerGroups(plan: VoyagePlan): Generator<VoyagePlan> {
  const { autoscaler, ...without } = plan.cluster;
  if (autoscaler === undefined) return;
  yield withoutStrays(plan, { ...plan, cluster: without });
  const { nodeGroups } = autoscaler;
  const put = (groups: typeof nodeGroups): VoyagePlan => ({
    ...plan,
    cluster: { ...without, autoscaler: { ...autoscaler, nodeGroups: groups } },
  });
  if (nodeGroups.length > 1) {
    for (const groups of fewer(nodeGroups)) if (groups.length > 0) yield put(groups);
  }
  for (const [index, group] of nodeGroups.entries()) {
    const { provisioning, ...bare } = group;
    const least = Math.max(1, group.min ?? 0, group.size ?? 0);
    for (const max of smallerCounts(group.max, least)) {
      yield put(nodeGroups.with(index, { ...group, max }));
    }
    if (provisioning !== undefined) yield put(nodeGroups.with(index, bare));
  }
}

function* plainerCluster(plan: VoyagePlan): Generator<VoyagePlan> {
  const { cluster } = plan;
  yield* plainerGroups(plan);
  for (const operators of fewer(cluster.operators ?? [])) {
    yield withoutStrays(plan, { ...plan, cluster: { ...cluster, operators } });
  }
  if (cluster.hasMetrics === true) yield { ...plan, cluster: { ...cluster, hasMetrics: false } };
  if (cluster.hasGangs === true) yield { ...plan, cluster: { ...cluster, hasGangs: false } };
  for (const [index, pool] of cluster.pools.entries()) {
    const { taints, labels, ...bare } = pool;
    if (taints === undefined && labels === undefined) continue;
    yield { ...plan, cluster: { ...cluster, pools: cluster.pools.with(index, bare) } };
  }
}
