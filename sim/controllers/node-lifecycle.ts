/**
 * Watches over the nodes: taints those that are not heard of, or that say that something is wrong.
 * @upstream pkg/controller/nodelifecycle/node_lifecycle_controller.go
 */
import { leases } from '../api/kinds/coordination.js';
import { nodes, pods } from '../api/kinds/core.js';
import { keyOf } from '../api/meta.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { splitKey, watch } from '../client/requests.js';
import { NodeMonitor, nodeIndex } from './node-lifecycle/monitor.js';
import { copyBetaLabels, taintByConditions } from './node-lifecycle/no-schedule.js';
import {
  defaultNodeLifecycleSettings,
  type NodeLifecycleSettings,
} from './node-lifecycle/settings.js';

/** The node life cycle controller with other flags than the defaults. */
export function nodeLifecycleControllerWith(
  changed: Partial<NodeLifecycleSettings>,
): ControllerDefinition {
  const settings = { ...defaultNodeLifecycleSettings, ...changed };
  return {
    name: 'node-lifecycle-controller',
    queueName: { 'node/': 'node_lifecycle_controller', 'pod/': 'node_lifecycle_controller_pods' },
    eventSource: 'node-controller',
    identity: serviceAccount('kube-system', 'node-controller'),
    create: context => createController(context, settings),
  };
}

/** The node life cycle controller. */
export const nodeLifecycleController: ControllerDefinition = nodeLifecycleControllerWith({});

/** How often upstream looks for nodes that may be tainted. */
const taintPeriodMs = 100;
const monitorKey = 'monitor';
const taintKey = 'taint';

/** What a pass works with. */
interface LifecycleTools {
  readonly context: ControllerContext;
  readonly settings: NodeLifecycleSettings;
  readonly monitor: NodeMonitor;
}

function createController(context: ControllerContext, settings: NodeLifecycleSettings): Controller {
  const { queue } = context;
  const monitor = new NodeMonitor(context, settings);
  return {
    watches: [
      watch(nodes, {
        on: ({ type, object }) => {
          if (type !== 'deleted') queue.add(`node/${object.metadata.name}`);
        },
      }),
      watch(leases, { namespace: 'kube-node-lease' }),
      watch(pods, {
        indexes: { [nodeIndex]: pod => (pod.spec?.nodeName ? [pod.spec.nodeName] : []) },
        on: ({ type, object, old }) => {
          const nodeName = object.spec?.nodeName;
          if (type === 'deleted' || !nodeName || old?.spec?.nodeName === nodeName) return;
          if (monitor.isKnownUnready(nodeName)) queue.add(`pod/${keyOf(object)}`);
        },
      }),
    ],
    workers: 8,
    start() {
      queue.add(monitorKey);
    },
    reconcile: key => sync(key, { context, settings, monitor }),
  };
}

function* sync(key: string, { context, settings, monitor }: LifecycleTools): Reconciliation {
  const { clock, queue, view } = context;
  if (key === monitorKey) {
    yield* monitor.round(view);
    if (monitor.nextTaintInMs() !== undefined) queue.addAfter(taintKey, taintPeriodMs);
    return { requeueAfterMs: settings.monitorPeriodMs };
  }
  if (key === taintKey) {
    yield* monitor.taintWaiting(view);
    const nextMs = monitor.nextTaintInMs();
    if (nextMs === undefined) return undefined;
    return { requeueAfterMs: Math.max(taintPeriodMs, nextMs) };
  }
  const { namespace: what, name: rest } = splitKey(key);
  if (what === 'node') {
    const node = view.get(nodes, '', rest);
    if (node === undefined) return undefined;
    yield* taintByConditions(node, clock.now());
    yield* copyBetaLabels(node);
    return undefined;
  }
  const { namespace, name } = splitKey(rest);
  const pod = view.get(pods, namespace, name);
  const nodeName = pod?.spec?.nodeName;
  if (pod === undefined || nodeName === undefined) return undefined;
  if (!monitor.isKnownUnready(nodeName)) return undefined;
  if (view.get(nodes, '', nodeName) === undefined) return { retry: 'the node is not known' };
  const isMarked = yield* monitor.markPodsNotReady([pod]);
  return isMarked ? undefined : { retry: 'the pod could not be marked' };
}
