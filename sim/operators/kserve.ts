/**
 * KServe: InferenceServices as Deployments, Services, autoscalers and an Ingress, or as Services of Knative,
 * InferenceGraphs as a router that runs, through which no requests are sent.
 * Approximated: credentials of storages are not looked up; OCI images as volumes, several storage
 * URIs, workers on several nodes, explainers, Istio's hosts, ModelMesh and the Gateway API are not made;
 * the ConfigMap is the shipped one, but for the mode Standard, the ingress class nginx and Istio's hosts,
 * which are switched off.
 * @upstream kserve/kserve v0.20.0
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { webhookConfiguration } from './admission/configuration.js';
import { configMap } from './kserve/configuration.js';
import { inferenceServiceController } from './kserve/controller.js';
import { defaultService } from './kserve/defaulter.js';
import { definitions } from './kserve/definitions.js';
import { inferenceGraphController } from './kserve/graph/controller.js';
import { validateGraph } from './kserve/graph/validator.js';
import { kserveHints } from './kserve/hints.js';
import { keys } from './kserve/keys.js';
import { mutatePod } from './kserve/pod-mutator.js';
import { shippedRuntimes, shippedStorageContainer } from './kserve/runtimes.js';
import { validateService } from './kserve/validator.js';
import type { Operator } from './operator.js';
import { inferenceServices } from './kserve/types.js';
import { inferenceGraphs } from './kserve/graph/types.js';

const namespace = 'kserve';
const account = 'kserve-controller-manager';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: 'kserve-webhook-server-service' };

const group = 'serving.kserve.io';
const all = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const read = ['get', 'list', 'watch'];

/** @upstream config/rbac/role.yaml, the part that is needed here. */
const rules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'get', 'update'] },
  { apiGroups: [''], resources: ['events', 'services'], verbs: all },
  { apiGroups: [''], resources: ['namespaces', 'pods'], verbs: read },
  { apiGroups: [''], resources: ['secrets', 'serviceaccounts'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: all },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: all },
  { apiGroups: ['keda.sh'], resources: ['scaledobjects', 'scaledobjects/finalizers'], verbs: all },
  {
    apiGroups: ['serving.knative.dev'],
    resources: ['services', 'services/finalizers'],
    verbs: all,
  },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: all },
  {
    apiGroups: [group],
    resources: [
      'clusterservingruntimes',
      'clusterservingruntimes/finalizers',
      'clusterstoragecontainers',
      'inferencegraphs',
      'inferencegraphs/finalizers',
      'inferenceservices',
      'inferenceservices/finalizers',
      'servingruntimes',
      'servingruntimes/finalizers',
    ],
    verbs: all,
  },
  {
    apiGroups: [group],
    resources: [
      'clusterservingruntimes/status',
      'inferencegraphs/status',
      'inferenceservices/status',
      'servingruntimes/status',
    ],
    verbs: ['get', 'patch', 'update'],
  },
];

const paths = {
  service: '/mutate-serving-kserve-io-v1beta1-inferenceservice',
  pods: '/mutate-pods',
  validate: '/validate-serving-kserve-io-v1beta1-inferenceservice',
  graph: '/validate-serving-kserve-io-v1alpha1-inferencegraph',
} as const;

const ofServices = {
  apiGroups: [group],
  apiVersions: ['v1beta1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['inferenceservices'],
};

const ofGraphs = { ...ofServices, apiVersions: ['v1alpha1'], resources: ['inferencegraphs'] };

function webhooks(): readonly KubeObject[] {
  const name = `inferenceservice.${group}`;
  const server = 'inferenceservice.kserve-webhook-server';
  return [
    webhookConfiguration('Mutating', name, service, [
      { name: `${server}.defaulter`, path: paths.service, rules: [ofServices] },
      {
        name: `${server}.pod-mutator`,
        path: paths.pods,
        reinvocationPolicy: 'IfNeeded',
        namespaceSelector: {
          matchExpressions: [{ key: 'control-plane', operator: 'DoesNotExist' }],
        },
        objectSelector: { matchExpressions: [{ key: keys.service, operator: 'Exists' }] },
        rules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
      },
    ]),
    webhookConfiguration('Validating', name, service, [
      { name: `${server}.validator`, path: paths.validate, rules: [ofServices] },
    ]),
    webhookConfiguration('Validating', `inferencegraph.${group}`, service, [
      {
        name: 'inferencegraph.kserve-webhook-server.validator',
        path: paths.graph,
        rules: [ofGraphs],
      },
    ]),
  ];
}

/** The operator. */
export const kserve: Operator = {
  name: 'kserve',
  models: 'kserve/kserve v0.20.0 (InferenceService; InferenceGraph in Standard mode)',
  manifests: once(() => [
    ...definitions(),
    ...installation({ namespace, account, rules }),
    configMap(),
    ...shippedRuntimes(),
    shippedStorageContainer(),
    ...webhooks(),
  ]),
  process: {
    name: 'kserve',
    identity,
    controllers: [inferenceServiceController(identity), inferenceGraphController(identity)],
  },
  webhooks: {
    service,
    kinds: [inferenceGraphs, inferenceServices],
    byPath: {
      [paths.service]: defaultService,
      [paths.pods]: mutatePod,
      [paths.validate]: validateService,
      [paths.graph]: validateGraph,
    },
  },
  hints: kserveHints,
};
