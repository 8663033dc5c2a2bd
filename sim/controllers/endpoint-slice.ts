/**
 * Keeps the EndpointSlices of services with a selector.
 * @upstream pkg/controller/endpointslice/endpointslice_controller.go
 */
import { nodes, pods, services, type Node, type Pod } from '../api/kinds/core.js';
import { endpointSlices, type EndpointSlice } from '../api/kinds/discovery.js';
import { isConditionTrue, isDeleting, keyOf } from '../api/meta.js';
import { hasLabels } from '../api/selectors.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { splitKey, watch } from '../client/requests.js';
import { zoneLabel } from './endpoint-slice/endpoint.js';
import { reconcileSlices } from './endpoint-slice/reconcile.js';
import { servicesToUpdate } from './endpoint-slice/services-of-pod.js';
import { isManaged, serviceNameLabel } from './endpoint-slice/slice.js';
import { TopologyCache } from './endpoint-slice/topology.js';
import { serviceKeyOf, SliceTracker } from './endpoint-slice/tracker.js';
import { TriggerTimes } from './endpoint-slice/trigger-times.js';

/** The controller of EndpointSlices. */
export const endpointSliceController: ControllerDefinition = {
  name: 'endpoint-slice-controller',
  queueName: 'endpoint_slice',
  identity: serviceAccount('kube-system', 'endpointslice-controller'),
  create: context => new EndpointSliceController(context),
};

/** After that many failures a service waits for its next change. */
const retriesMax = 15;
/** Changes of slices by others are gathered for so long. */
const foreignChangeDelayMs = 1000;
const byServiceIndex = 'endpoint-slice/service';

class EndpointSliceController implements Controller {
  readonly workers = 5;
  readonly retry = { baseMs: 1000, maxMs: 1_000_000, bucket: { perSecond: 10, burst: 100 } };
  private readonly tracker = new SliceTracker();
  private readonly triggerTimes = new TriggerTimes();
  private readonly topology = new TopologyCache();

  constructor(private readonly context: ControllerContext) {}

  readonly watches = [
    watch(services, { on: ({ object }) => this.context.queue.add(keyOf(object)) }),
    watch(pods, { on: change => this.onPod(change) }),
    watch(nodes, { on: change => this.onNode(change) }),
    watch(endpointSlices, {
      on: change => this.onSlice(change),
      indexes: { [byServiceIndex]: slice => [serviceKeyOf(slice)] },
    }),
  ];

  *reconcile(key: string, view: View): Reconciliation {
    const { namespace, name } = splitKey(key);
    const service = view.get(services, namespace, name);
    if (service === undefined) {
      this.triggerTimes.forget(key);
      this.tracker.forget(key);
      return undefined;
    }
    const { selector, type } = service.spec ?? {};
    if (type === 'ExternalName' || selector === undefined) return undefined;
    const selected = view
      .list(pods, namespace)
      .filter(pod => hasLabels(pod.metadata.labels, selector));
    const slices = view
      .byIndex(endpointSlices, byServiceIndex, key)
      .filter(slice => isManaged(slice) && !isDeleting(slice));
    if (this.tracker.isStale(key, slices)) {
      return this.again(key, 'EndpointSlice informer cache is out of date');
    }
    const triggerTime = this.triggerTimes.changedSince(service, selected);
    const { tracker, topology } = this;
    const { events } = this.context;
    const error = yield* reconcileSlices({
      view,
      service,
      pods: selected,
      slices,
      triggerTime,
      tracker,
      topology,
      events,
    });
    if (error === undefined) return undefined;
    const message = `Error updating Endpoint Slices for Service ${key}: ${error}`;
    const reason = 'FailedToUpdateEndpointSlices';
    events.record({ regarding: service, type: 'Warning', reason, message });
    return this.again(key, error);
  }

  private again(key: string, retry: string): Outcome {
    return this.context.queue.retries(key) < retriesMax ? { retry } : undefined;
  }

  private onPod(change: Change<Pod>): void {
    const { view, queue } = this.context;
    for (const key of servicesToUpdate(view, change)) queue.add(key);
  }

  private onNode(change: Change<Node>): void {
    if (change.type === 'updated' && !isOtherPlace(change.old, change.object)) return;
    const { view, queue } = this.context;
    this.topology.setNodes(view.list(nodes));
    for (const key of this.topology.overloaded()) queue.add(key);
  }

  private onSlice(change: Change<EndpointSlice>): void {
    const { type, object: slice, old } = change;
    if (type === 'deleted') {
      if (!isManaged(slice) || !this.tracker.isKnown(slice)) return;
      if (!this.tracker.wasExpectedToGo(slice)) this.wake(slice);
      return;
    }
    const label = (one: EndpointSlice) => one.metadata.labels?.[serviceNameLabel];
    if (old !== undefined && label(old) !== label(slice)) {
      this.wake(slice);
      this.wake(old);
    } else if (old !== undefined && isManaged(old) !== isManaged(slice)) this.wake(slice);
    else if (isManaged(slice) && this.tracker.isNews(slice)) this.wake(slice);
  }

  private wake(slice: EndpointSlice): void {
    if (slice.metadata.labels?.[serviceNameLabel] === undefined) return;
    this.context.queue.addAfter(serviceKeyOf(slice), foreignChangeDelayMs);
  }
}

function isOtherPlace(old: Node, node: Node): boolean {
  const isReady = (one: Node) => isConditionTrue(one.status?.conditions, 'Ready');
  const zone = (one: Node) => one.metadata.labels?.[zoneLabel];
  return isReady(old) !== isReady(node) || zone(old) !== zone(node);
}
