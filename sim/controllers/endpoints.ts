/**
 * Keeps the old Endpoints objects of services with a selector.
 * @upstream pkg/controller/endpoint/endpoints_controller.go
 */
import { deepEqual } from '../api/equality.js';
import {
  endpoints,
  pods,
  services,
  type EndpointAddress,
  type Endpoints,
  type EndpointSubset,
  type Pod,
  type Service,
} from '../api/kinds/core.js';
import { isDeleting, keyOf } from '../api/meta.js';
import { hasLabels } from '../api/selectors.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, create, remove, splitKey, update, watch } from '../client/requests.js';
import { headlessLabel, headlessLabels } from './control/headless.js';
import { isNamespaceTerminating } from './control/pod-control.js';
import { isReady } from './control/pod-state.js';
import { addressTypesOf, hasHostname, isEndpoint, targetPort } from './endpoint-slice/endpoint.js';
import { servicesToUpdate } from './endpoint-slice/services-of-pod.js';
import { TriggerTimes } from './endpoint-slice/trigger-times.js';
import { repacked } from './endpoints/subsets.js';
import { isOverCapacity, truncated } from './endpoints/truncate.js';

/** The controller of Endpoints. */
export const endpointsController: ControllerDefinition = {
  name: 'endpoint-controller',
  queueName: 'endpoint',
  identity: serviceAccount('kube-system', 'endpoint-controller'),
  create: createController,
};

const retriesMax = 15;
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
const capacityAnnotation = 'endpoints.kubernetes.io/over-capacity';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

/** What the controller keeps between passes. */
interface EndpointsTools {
  readonly context: ControllerContext;
  readonly triggerTimes: TriggerTimes;
  /** Versions that were replaced: when the cache still has one, it is behind. */
  readonly replaced: Map<string, string>;
  /** The outcome of a pass that failed. */
  readonly again: (key: string, retry: string) => Outcome;
}

function createController(context: ControllerContext): Controller {
  const { queue } = context;
  const triggerTimes = new TriggerTimes();
  const replaced = new Map<string, string>();
  const again = (key: string, retry: string): Outcome => {
    return queue.retries(key) < retriesMax ? { retry } : undefined;
  };
  return {
    watches: [
      watch(services, { on: ({ object }) => queue.add(keyOf(object)) }),
      watch(pods, {
        on: change => {
          for (const key of servicesToUpdate(context.view, change)) queue.add(key);
        },
      }),
      watch(endpoints, {
        on: ({ type, object }) => {
          if (type === 'deleted') queue.add(keyOf(object));
        },
      }),
    ],
    workers: 5,
    start() {
      for (const one of context.view.list(endpoints)) {
        if (one.metadata.annotations?.[leaderAnnotation] === undefined) queue.add(keyOf(one));
      }
    },
    reconcile: (key, view) => sync(key, view, { context, triggerTimes, replaced, again }),
  };
}

function* sync(key: string, view: View, tools: EndpointsTools): Reconciliation {
  const { triggerTimes, replaced, again } = tools;
  const { namespace, name } = splitKey(key);
  const service = view.get(services, namespace, name);
  if (service === undefined) {
    triggerTimes.forget(key);
    replaced.delete(key);
    if (view.get(endpoints, namespace, name) === undefined) return undefined;
    const answer = yield* call(remove(endpoints, namespace, name));
    return answer.isOk || answer.status === 404 ? undefined : again(key, answer.message);
  }
  const { selector, type } = service.spec ?? {};
  if (type === 'ExternalName' || selector === undefined) return undefined;
  const selected = view
    .list(pods, namespace)
    .filter(pod => hasLabels(pod.metadata.labels, selector));
  const current = view.get(endpoints, namespace, name);
  if (current !== undefined && replaced.get(key) === current.metadata.resourceVersion) {
    return again(key, 'endpoints informer cache is out of date');
  }
  // Upstream asks before it knows that its cache is behind, and so may lose a time.
  const triggerTime = triggerTimes.changedSince(service, selected);
  const subsets = repacked(selected.flatMap(pod => subsetsOf(service, pod)));
  if (current !== undefined && isUpToDate(current, service, subsets)) return undefined;
  const wanted = wantedEndpoints(service, current, subsets, triggerTime);
  return yield* write(service, current, wanted, tools);
}

function* write(
  service: Service,
  current: Endpoints | undefined,
  wanted: Endpoints,
  { context, replaced, again }: EndpointsTools,
): Reconciliation {
  const key = keyOf(service);
  const request = current === undefined ? create(endpoints, wanted) : update(endpoints, wanted);
  const answer = yield* call(request);
  if (answer.isOk) {
    const old = current?.metadata.resourceVersion;
    const version = answer.object.metadata.resourceVersion;
    if (old !== undefined && old !== version) replaced.set(key, old);
    return undefined;
  }
  if (current === undefined && isNamespaceTerminating(answer)) return undefined;
  const [reason, verb] =
    current === undefined
      ? ['FailedToCreateEndpoint', 'create endpoint for service']
      : ['FailedToUpdateEndpoint', 'update endpoint'];
  const message = `Failed to ${verb} ${key}: ${answer.message}`;
  const regarding = { apiVersion: 'v1', kind: 'Endpoints', ...wanted };
  context.events.record({ regarding, type: 'Warning', reason, message });
  return again(key, answer.message);
}

/** By version of service and pod, for passes look at all pods again and again. */
const madeSubsets = new WeakMap<Service, WeakMap<Pod, readonly EndpointSubset[]>>();

/** A subset for each port of the service that the pod has. */
function subsetsOf(service: Service, pod: Pod): readonly EndpointSubset[] {
  let ofService = madeSubsets.get(service);
  if (ofService === undefined) madeSubsets.set(service, (ofService = new WeakMap()));
  let subsets = ofService.get(pod);
  if (subsets === undefined) ofService.set(pod, (subsets = newSubsets(service, pod)));
  return subsets;
}

function newSubsets(service: Service, pod: Pod): readonly EndpointSubset[] {
  const { ports = [], clusterIP, publishNotReadyAddresses = false } = service.spec ?? {};
  if (!isEndpoint(pod) || (isDeleting(pod) && !publishNotReadyAddresses)) return [];
  const address = addressOf(service, pod);
  if (address === undefined) return [];
  const isShown = publishNotReadyAddresses || isReady(pod);
  const addresses = isShown ? { addresses: [address] } : { notReadyAddresses: [address] };
  if (ports.length === 0) return clusterIP === 'None' ? [addresses] : [];
  return ports.flatMap(servicePort => {
    const port = targetPort(pod, servicePort);
    if (port === undefined) return [];
    const { name, protocol, appProtocol } = servicePort;
    return [Object.assign({}, addresses, { ports: [{ name, port, protocol, appProtocol }] })];
  });
}

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const [family] = addressTypesOf(service);
  const wantsIPv6 = family === 'IPv6';
  const ip = pod.status?.podIPs?.find(one => one.ip?.includes(':') === wantsIPv6)?.ip;
  if (ip === undefined) return undefined;
  const { name, namespace, uid } = pod.metadata;
  return {
    ip,
    ...(hasHostname(pod, service) && { hostname: pod.spec?.hostname }),
    nodeName: pod.spec?.nodeName,
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function isUpToDate(
  current: Endpoints,
  service: Service,
  subsets: readonly EndpointSubset[],
): boolean {
  const { labels = {}, annotations = {} } = current.metadata;
  const { [headlessLabel]: _, [managedByLabel]: manager, ...own } = labels;
  return (
    manager === 'endpoint-controller' &&
    deepEqual(own, service.metadata.labels ?? {}) &&
    annotations[capacityAnnotation] === undefined &&
    !isOverCapacity(current.subsets ?? []) &&
    deepEqual(current.subsets ?? [], subsets)
  );
}

const managedBy = { [managedByLabel]: 'endpoint-controller' };
const overCapacity = { [capacityAnnotation]: 'truncated' };

function wantedEndpoints(
  service: Service,
  current: Endpoints | undefined,
  subsets: readonly EndpointSubset[],
  triggerTime: string | undefined,
): Endpoints {
  const { name, namespace, labels } = service.metadata;
  const old = current?.metadata ?? { name, namespace };
  const {
    [triggerAnnotation]: _,
    [capacityAnnotation]: __,
    ...annotations
  } = old.annotations ?? {};
  const { [headlessLabel]: ___, ...ownLabels } = labels ?? {};
  const metadata = Object.assign({}, old, {
    labels: Object.assign({}, ownLabels, headlessLabels(service), managedBy),
    annotations: Object.assign(
      {},
      annotations,
      triggerTime === undefined ? undefined : { [triggerAnnotation]: triggerTime },
      isOverCapacity(subsets) ? overCapacity : undefined,
    ),
  });
  return Object.assign({}, current, {
    metadata,
    subsets: subsets.length > 0 ? truncated(subsets) : undefined,
  });
}
