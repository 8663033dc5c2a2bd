/**
 * The Gateway API, and a controller of one class of gateways that says what Envoy Gateway or Istio
 * would say. It deploys no proxy: the gateway's pods are the user's own, and read the routes.
 * @upstream kubernetes-sigs/gateway-api v1.2, standard channel
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import { serviceAccount } from '../client/contract.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { gatewayControllers } from './gateway-api/controller.js';
import { gatewayDefinitions } from './gateway-api/definitions.js';
import { gatewayGroup } from './gateway-api/types.js';
import type { Operator } from './operator.js';

const namespace = 'gateway-system';
const account = 'gateway-controller';
const identity = serviceAccount(namespace, account);

const rules: readonly PolicyRule[] = [
  {
    apiGroups: [gatewayGroup],
    resources: ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants'],
    verbs: ['get', 'list', 'watch'],
  },
  {
    apiGroups: [gatewayGroup],
    resources: ['gatewayclasses/status', 'gateways/status', 'httproutes/status'],
    verbs: ['update', 'patch'],
  },
  { apiGroups: [''], resources: ['services', 'namespaces'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
];

/** The operator. */
export const gatewayApi: Operator = {
  name: 'gateway-api',
  models: 'kubernetes-sigs/gateway-api v1.2 (HTTPRoute), one controller',
  manifests: once(() => [...gatewayDefinitions(), ...installation({ namespace, account, rules })]),
  process: { name: 'gateway-api', identity, controllers: gatewayControllers(identity) },
};
