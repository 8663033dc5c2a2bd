/**
 * Lists the kubelets as Endpoints of the service `kube-system/kubelet`, so that monitors find them. Their
 * slices are made by who mirrors Endpoints, as with the flags of the operator's bundle. Left out: its other
 * flags (name, selector of nodes, address priority).
 * @upstream prometheus-operator v0.93 pkg/kubelet/controller.go
 */
import { deepEqual } from '../../api/equality.js';
import {
  endpoints as endpointsKind,
  nodes,
  services,
  type Endpoints,
  type Node,
  type Service,
} from '../../api/kinds/core.js';
import {
  defaultRetryPolicy,
  type ControllerDefinition,
  type Reconciliation,
} from '../../client/contract.js';
import { call, create, get, list, update } from '../../client/requests.js';
import { ensure } from './ensure.js';

const place = { namespace: 'kube-system', name: 'kubelet' } as const;
const everyMs = 180_000;
const ports = [
  { name: 'https-metrics', port: 10_250 },
  { name: 'cadvisor', port: 4194 },
  { name: 'http-metrics', port: 10_255 },
] as const;
const labels = {
  'k8s-app': 'kubelet',
  'app.kubernetes.io/name': 'kubelet',
  'app.kubernetes.io/managed-by': 'prometheus-operator',
} as const;

/** The controller. */
export const kubeletController: ControllerDefinition = {
  name: 'kubelet-endpoints',
  create: ({ queue }) => ({
    watches: [],
    retry: defaultRetryPolicy,
    start: () => queue.add(place.name),
    reconcile: () => sync(),
  }),
};

/** It looks again after a while, whatever came of it. */
function* sync(): Reconciliation {
  const again = { requeueAfterMs: everyMs };
  const listed = yield* call(list(nodes));
  if (!listed.isOk) return again;
  yield* ensure(services, wantedService());
  yield* ensureEndpoints(wantedEndpoints(listed.object.items));
  return again;
}

function* ensureEndpoints(wanted: Endpoints): Reconciliation<void> {
  const found = yield* call(get(endpointsKind, place.namespace, place.name));
  if (!found.isOk) {
    if (found.status === 404) yield* call(create(endpointsKind, wanted));
    return;
  }
  const old = found.object;
  const merged = { ...old.metadata.labels, ...wanted.metadata.labels };
  const changed: Endpoints = {
    ...old,
    metadata: { ...old.metadata, labels: merged },
    ...(wanted.subsets !== undefined && { subsets: wanted.subsets }),
  };
  const isSame = deepEqual(addressesOf(old), addressesOf(changed));
  if (!isSame) yield* call(update(endpointsKind, changed));
}

const addressesOf = ({ subsets = [] }: Endpoints) =>
  subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip, nodeName }) => [ip, nodeName]));

function wantedService(): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...place, labels },
    spec: { type: 'ClusterIP', clusterIP: 'None', ports },
  };
}

function wantedEndpoints(all: readonly Node[]): Endpoints {
  const sorted = all.toSorted((a, b) =>
    (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1,
  );
  const found = sorted.flatMap(node => {
    const ip = addressOf(node);
    return ip === undefined ? [] : [{ node, ip, isKnown: isReadyKnown(node) }];
  });
  // Of two nodes of one address the one counts whose kubelet was heard of.
  const known = new Set(found.filter(({ isKnown }) => isKnown).map(({ ip }) => ip));
  const addresses = found
    .filter(({ ip, isKnown }) => isKnown || !known.has(ip))
    .map(({ node: { metadata }, ip }) => {
      const { name = '', uid = '' } = metadata;
      return { ip, nodeName: name, targetRef: { kind: 'Node', name, uid } };
    });
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...place, labels },
    subsets: [{ addresses, ports }],
  };
}

function addressOf({ status }: Node): string | undefined {
  const addresses = status?.addresses ?? [];
  return ['InternalIP', 'ExternalIP'].flatMap(wanted =>
    addresses.filter(({ type }) => type === wanted).map(({ address }) => address),
  )[0];
}

const isReadyKnown = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: told }) => type === 'Ready' && told !== 'Unknown') ===
  true;
