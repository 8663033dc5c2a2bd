/** The queue in virtual time, operation by operation. */
import type { Pod } from '../../../../sim/api/kinds/core.js';
import type { Plugin } from '../../../../sim/scheduler/framework.js';
import { schedulingGates } from '../../../../sim/scheduler/plugins/scheduling-gates.js';
import {
  action,
  type ClusterEvent,
  type QueueingHint,
} from '../../../../sim/scheduler/queue/cluster-event.js';
import { Hints } from '../../../../sim/scheduler/queue/hints.js';
import { Nominator } from '../../../../sim/scheduler/queue/nominator.js';
import type { QueuedPod } from '../../../../sim/scheduler/queue/queued-pod.js';
import { SchedulingQueue } from '../../../../sim/scheduler/queue/scheduling-queue.js';
import { firstDifference } from './difference.js';
import { worldOf } from './world.js';

interface Operation {
  readonly atMs: number;
  readonly op: string;
  readonly pod?: string;
  readonly priority?: number;
  readonly gates?: readonly string[] | boolean | number;
  readonly change?: string;
  readonly event?: string;
  readonly unschedulable?: readonly string[];
  readonly pending?: readonly string[];
  readonly popped?: string;
  readonly active: readonly string[];
  readonly backoff: Readonly<Record<string, number>>;
  readonly unschedulablePods: readonly string[];
  readonly gated?: readonly string[];
  readonly inFlight?: readonly string[];
}

/** A case of `queue`. */
export interface QueueCase {
  readonly id: string;
  readonly startMs: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly hints: Readonly<Record<string, Readonly<Record<string, QueueingHint>>>>;
  readonly operations: readonly Operation[];
}

const events: Readonly<Record<string, ClusterEvent>> = {
  NodeAdd: { resource: 'Node', actions: action.add },
  NodeLabelUpdate: { resource: 'Node', actions: action.updateNodeLabel },
  PersistentVolumeAdd: { resource: 'PersistentVolume', actions: action.add },
  AssignedPodDelete: { resource: 'AssignedPod', actions: action.delete },
  PodTolerationUpdate: { resource: 'Pod', actions: action.updatePodToleration },
};

/** Runs the operations; tells the first after which something differs. */
export function replayQueue(each: QueueCase): string | undefined {
  const run = new Run(each);
  for (const [index, operation] of each.operations.entries()) {
    const popped = run.apply(operation);
    const { atMs: _at, op, pod: _pod, ...rest } = operation;
    const { priority: _p, gates: _g, change: _c, event: _e, ...withRejectors } = rest;
    const { unschedulable: _u, pending: _q, ...expected } = withRejectors;
    const told = run.told(op === 'pop' ? { popped } : {}, expected);
    const difference = firstDifference(told, expected, `${index} ${op}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

class Run {
  private readonly queue: SchedulingQueue;
  private nowMs: number;
  private readonly pods = new Map<string, Pod>();
  private readonly flying = new Map<string, QueuedPod>();

  constructor(private readonly each: QueueCase) {
    this.nowMs = each.startMs;
    const { framework } = worldOf({});
    const gates = schedulingGates(undefined, framework);
    const plugins = Object.entries(each.hints).map(([name, table]): Plugin => ({
      name,
      events: Object.entries(table).map(([event, hint]) => ({
        event: known(event),
        hint: () => hint,
      })),
    }));
    this.queue = new SchedulingQueue({
      profiles: new Map([
        ['default-scheduler', { preEnqueue: [gates], hints: Hints.of([gates, ...plugins]) }],
      ]),
      isBefore: (a, b) =>
        a.priority > b.priority || (a.priority === b.priority && a.timestampMs < b.timestampMs),
      nominator: new Nominator(),
      now: () => this.nowMs,
      backoff: each,
    });
  }

  apply(operation: Operation): string | undefined {
    this.nowMs = this.each.startMs + operation.atMs;
    const { op, pod: name = '' } = operation;
    switch (op) {
      case 'add':
        this.queue.add(this.made(operation));
        break;
      case 'pop': {
        const popped = this.queue.pop();
        if (popped !== undefined) this.flying.set(popped.info.name, popped);
        return popped?.info.name ?? '';
      }
      case 'fail':
        this.fail(operation);
        break;
      case 'done':
        this.queue.done(name);
        break;
      case 'event':
        this.queue.move(known(operation.event ?? ''), {});
        break;
      case 'update':
        this.update(operation);
        break;
      case 'delete':
        this.queue.delete(this.pod(name));
        break;
      case 'activate':
        this.queue.activate(this.pod(name));
        break;
      case 'flushBackoff':
        this.queue.flushBackoff();
        break;
      case 'flushUnschedulable':
        this.queue.flushUnschedulable();
        break;
    }
    return undefined;
  }

  told(
    told: Record<string, unknown>,
    expected: { readonly gated?: unknown; readonly inFlight?: unknown },
  ): Record<string, unknown> {
    const { queue } = this;
    const waiting = [...queue.unschedulable.values()];
    const gated = sorted(waiting.filter(({ isGated }) => isGated));
    const inFlight = [...queue.inFlight.uids()].sort();
    return {
      ...told,
      active: sorted(queue.active.values()),
      backoff: Object.fromEntries(
        queue.backoff
          .values()
          .map(pod => [pod.info.name, queue.backoff.endMs(pod) - this.each.startMs]),
      ),
      unschedulablePods: sorted(waiting),
      ...((gated.length > 0 || expected.gated !== undefined) && { gated }),
      ...((inFlight.length > 0 || expected.inFlight !== undefined) && { inFlight }),
    };
  }

  private made({ pod: name = '', priority = 0, gates }: Operation): Pod {
    const isGated = gates !== undefined && gates !== false && gates !== 0;
    const pod: Pod = {
      metadata: { name, namespace: 'default', uid: name, resourceVersion: '1' },
      spec: {
        containers: [],
        priority,
        ...(isGated && { schedulingGates: [{ name: 'gate' }] }),
      },
    };
    this.pods.set(name, pod);
    return pod;
  }

  private fail({ pod: name = '', unschedulable = [], pending = [] }: Operation): void {
    const flying = this.flying.get(name);
    if (flying === undefined) throw new Error(`${name} is not in flight`);
    flying.reject(unschedulable, pending);
    this.queue.takeBack(flying);
  }

  private update({ pod: name = '', change }: Operation): void {
    const old = this.pod(name);
    const { schedulingGates: gates, tolerations = [], ...spec } = old.spec ?? { containers: [] };
    const pod: Pod = {
      ...old,
      metadata: {
        ...old.metadata,
        ...(change === 'annotation' && { annotations: { at: String(this.nowMs) } }),
      },
      spec: {
        ...spec,
        tolerations: change === 'toleration added' ? [...tolerations, {}] : tolerations,
        ...(change !== 'gates removed' && gates !== undefined && { schedulingGates: gates }),
      },
    };
    this.pods.set(name, pod);
    this.queue.update(old, pod);
  }

  private pod(name: string): Pod {
    const pod = this.pods.get(name);
    if (pod === undefined) throw new Error(`no pod ${name}`);
    return pod;
  }
}

function known(event: string): ClusterEvent {
  const found = events[event];
  if (found === undefined) throw new Error(`unknown event ${event}`);
  return found;
}

function sorted(pods: readonly QueuedPod[]): readonly string[] {
  return pods.map(({ info }) => info.name).sort();
}
