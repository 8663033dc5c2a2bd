/**
 * The network layer net-kourier: it tells an Ingress where its gateway is, once the gateway has a pod that
 * is ready. Left out: certificates, and that two Ingresses want one host.
 * @upstream knative-extensions/net-kourier pkg/reconciler/ingress/ingress.go
 */
import { endpoints } from '../../api/kinds/core.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Draft, Reconciler } from './draft.js';
import { gatewayNamespace, keys } from './keys.js';
import { knativeIngresses, type KnativeIngress, type KnativeIngressStatus } from './types.js';

/** The class of Ingresses that it takes. */
export const kourierClass = 'kourier.ingress.networking.knative.dev';
/** The gateway's Service for clients in the cluster. */
export const internalGateway = 'kourier-internal';

const outside = `kourier.${gatewayNamespace}.svc.cluster.local`;
const inside = `${internalGateway}.${gatewayNamespace}.svc.cluster.local`;

/** How Ingresses are reconciled. */
export const kourierReconciler: Reconciler<KnativeIngressStatus, KnativeIngress> = {
  kind: knativeIngresses,
  dependents: ['NetworkConfigured', 'LoadBalancerReady'],
  body: reconcileIngress,
};

/** Whether an Ingress is for this layer. */
export function isForKourier({ metadata }: KnativeIngress): boolean {
  return metadata.annotations?.[keys.ingressClass] === kourierClass;
}

// It asks nobody: a generator by the contract alone.
// eslint-disable-next-line require-yield
function* reconcileIngress(
  draft: Draft<KnativeIngressStatus, KnativeIngress>,
): Reconciliation<string | undefined> {
  const { conditions, view } = draft;
  conditions.setTrue('NetworkConfigured');
  const subsets = view.get(endpoints, gatewayNamespace, internalGateway)?.subsets ?? [];
  const isUp = subsets.some(({ addresses = [] }) => addresses.length > 0);
  if (!isUp) {
    const message = 'Waiting for load balancer to be ready';
    conditions.setUnknown('LoadBalancerReady', 'Uninitialized', message);
    return undefined;
  }
  draft.put({
    publicLoadBalancer: { ingress: [{ domainInternal: outside }] },
    privateLoadBalancer: { ingress: [{ domainInternal: inside }] },
  });
  conditions.setTrue('LoadBalancerReady');
  return undefined;
}
