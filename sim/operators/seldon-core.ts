/**
 * Seldon Core 1: SeldonDeployments as Deployments, Services, autoscalers and budgets, with the executor
 * beside the first pods of each graph.
 * Of v1.17.1 itself the CRD, the samples and our notes were at hand, and early sources of the operator; what
 * these leave open is as its documentation and its users show it: the chart's values, the arguments of the
 * executor after its protocol, by which label a budget selects.
 * Left out: explainers, Ambassador, Istio (both are off, as with the chart's istio.enabled and
 * ambassador.enabled false), Kafka and RabbitMQ, gRPC, certificates, request loggers.
 * @upstream SeldonIO/seldon-core v1.17.1
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import type { Operator } from './operator.js';
import { configMap, namespace } from './seldon/configuration.js';
import { seldonDeploymentController } from './seldon/controller.js';
import { seldonDefinition } from './seldon/definition.js';
import { seldonHints } from './seldon/hints.js';
import { validateSeldonDeployment } from './seldon/validator.js';
import { seldonDeployments } from './seldon/types.js';

const account = 'seldon-manager';
const group = 'machinelearning.seldon.io';
const service = { namespace, name: 'seldon-webhook-service' };
const path = '/validate-machinelearning-seldon-io-v1-seldondeployment';

const all = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const change = ['get', 'patch', 'update'];

function rule(apiGroup: string, resources: readonly string[], verbs = all): PolicyRule {
  return { apiGroups: [apiGroup], resources, verbs };
}

/** @upstream helm-charts/seldon-core-operator/templates/clusterrole_seldon-manager-role.yaml, the part that is needed. */
const rules: readonly PolicyRule[] = [
  rule('', ['configmaps'], ['get', 'list', 'watch']),
  rule('', ['events'], ['create', 'patch']),
  rule('', ['namespaces'], ['get', 'list', 'watch']),
  rule('', ['services']),
  rule('', ['services/status'], change),
  rule('apps', ['deployments']),
  rule('apps', ['deployments/status'], change),
  rule('autoscaling', ['horizontalpodautoscalers']),
  rule('autoscaling', ['horizontalpodautoscalers/status'], change),
  rule('keda.sh', ['scaledobjects', 'scaledobjects/finalizers', 'scaledobjects/status']),
  rule('policy', ['poddisruptionbudgets']),
  rule('policy', ['poddisruptionbudgets/status'], change),
  rule(group, ['seldondeployments']),
  rule(group, ['seldondeployments/finalizers', 'seldondeployments/status'], change),
];

/** The operator. */
export const seldonCore: Operator = {
  name: 'seldon-core',
  models: 'SeldonIO/seldon-core v1.17.1 (SeldonDeployment)',
  isOnDemand: true,
  manifests: once(() => [
    seldonDefinition(),
    ...installation({ namespace, account, rules }),
    configMap(),
    webhookConfiguration(
      'Validating',
      `seldon-validating-webhook-configuration-${namespace}`,
      service,
      [
        {
          name: 'v1.vseldondeployment.kb.io',
          path,
          rules: [
            {
              apiGroups: [group],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['seldondeployments'],
            },
          ],
        },
      ],
    ),
  ]),
  process: {
    name: 'seldon-controller-manager',
    identity: serviceAccount(namespace, account),
    controllers: [seldonDeploymentController],
  },
  webhooks: { service, kinds: [seldonDeployments], byPath: { [path]: validateSeldonDeployment } },
  hints: seldonHints,
};
