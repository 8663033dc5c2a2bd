/**
 * The Endpoints `kubernetes`, which an API server writes of itself when it begins to serve at a socket. A
 * cluster without one has only the slice: nobody in it asks for the older form.
 * @upstream pkg/controlplane/reconcilers/lease.go, endpointsadapter.go
 */
import type { KubeObject } from '../../sim/api/object.js';
import type { Serve } from '../../sim/api/request.js';

const own = { certificate: { user: 'system:apiserver', groups: ['system:masters'] } };
const namespaced = 'namespaces/default';
const slicePath = `/apis/discovery.k8s.io/v1/${namespaced}/endpointslices/kubernetes`;

interface Slice {
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
  readonly ports?: readonly unknown[];
}

/** Writes the Endpoints that say what the slice says; one that is there stays. */
export function writeMasterEndpoints(serve: Serve): Promise<void> {
  return new Promise(resolve => {
    serve({ method: 'GET', path: slicePath }, own, ({ status, body }) => {
      if (status !== 200) return resolve();
      const request = { method: 'POST', path: `/api/v1/${namespaced}/endpoints` } as const;
      serve({ ...request, body: endpointsOf(body as Slice) }, own, () => resolve());
    });
  });
}

function endpointsOf({ endpoints = [], ports = [] }: Slice): KubeObject {
  const addresses = endpoints.flatMap(one => one.addresses).map(ip => ({ ip }));
  // Its slice is written by the API server itself: the mirror must leave it alone.
  const labels = { 'endpointslice.kubernetes.io/skip-mirror': 'true' };
  return {
    kind: 'Endpoints',
    apiVersion: 'v1',
    metadata: { name: 'kubernetes', namespace: 'default', labels },
    subsets: [{ addresses, ports }],
  };
}
