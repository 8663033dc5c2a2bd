/**
 * KEDA: workloads that scale by what triggers measure, to zero and from zero.
 * Triggers that are simulated: cpu, memory, cron, kubernetes-workload, prometheus, metrics-api. Left out:
 * the other scalers, which fail as where nobody answers them; formulas of scalingModifiers; push scalers;
 * the credential stores of clouds and Vault; cloud events, and the metrics that KEDA shows of itself.
 * @upstream kedacore/keda v2.20.2
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { kedaController } from './keda/controller.js';
import { definitions } from './keda/definitions.js';
import { externalMetricsVersion } from './keda/external-metrics.js';
import { kedaHints } from './keda/hints.js';
import { group, scaledJobs } from './keda/types.js';
import {
  validateAuthentication,
  validateScaledJob,
  validateScaledObject,
} from './keda/webhooks.js';
import type { Operator } from './operator.js';

const namespace = 'keda';
const account = 'keda-operator';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: 'keda-admission-webhooks' };
const rbac = 'rbac.authorization.k8s.io';

const read = ['get', 'list', 'watch'];
const change = [...read, 'patch', 'update'];
const kinds = ['clustertriggerauthentications', 'scaledjobs', 'scaledobjects'];

/** @upstream config/rbac/role.yaml, without those of events to clouds and of certificates. */
const rules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['configmaps', 'configmaps/status', 'external', 'pods', 'secrets', 'services'],
    verbs: read,
  },
  { apiGroups: [''], resources: ['limitranges', 'serviceaccounts'], verbs: ['list', 'watch'] },
  { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: ['*'], resources: ['*'], verbs: ['get'] },
  { apiGroups: ['*'], resources: ['*/scale'], verbs: change },
  {
    apiGroups: ['apps'],
    resources: ['deployments', 'replicasets', 'statefulsets'],
    verbs: ['list', 'watch'],
  },
  {
    apiGroups: ['autoscaling'],
    resources: ['horizontalpodautoscalers'],
    verbs: [...change, 'create', 'delete'],
  },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: [...change, 'create', 'delete'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
  {
    apiGroups: [group],
    resources: [
      ...[...kinds, 'triggerauthentications'].flatMap(kind => [kind, `${kind}/status`]),
      ...['scaledjobs/finalizers', 'scaledobjects/finalizers'],
    ],
    verbs: change,
  },
];

const paths = {
  scaledObject: '/validate-keda-sh-v1alpha1-scaledobject',
  scaledJob: '/validate-keda-sh-v1alpha1-scaledjob',
  authentication: '/validate-keda-sh-v1alpha1-triggerauthentication',
  clusterAuthentication: '/validate-keda-sh-v1alpha1-clustertriggerauthentication',
} as const;

function webhook(name: string, path: string, resource: string) {
  const rule = { apiGroups: [group], apiVersions: ['v1alpha1'], resources: [resource] };
  return {
    ...{ name, path, failurePolicy: 'Ignore' as const },
    rules: [{ ...rule, operations: ['CREATE', 'UPDATE'] }],
  };
}

function webhooks(): KubeObject {
  return webhookConfiguration('Validating', 'keda-admission', service, [
    webhook('vscaledobject.kb.io', paths.scaledObject, 'scaledobjects'),
    webhook('vscaledjob.kb.io', paths.scaledJob, 'scaledjobs'),
    webhook('vstriggerauthentication.kb.io', paths.authentication, 'triggerauthentications'),
    webhook(
      'vsclustertriggerauthentication.kb.io',
      paths.clusterAuthentication,
      'clustertriggerauthentications',
    ),
  ]);
}

/** Who may read the metrics: autoscalers. @upstream config/metrics-server/{role,role_binding}.yaml */
function readers(): readonly KubeObject[] {
  const reader = 'keda-external-metrics-reader';
  const apiVersion = `${rbac}/v1`;
  const all = { apiGroups: ['external.metrics.k8s.io'], resources: ['*'], verbs: ['*'] };
  const subject = { kind: 'ServiceAccount', name: 'horizontal-pod-autoscaler' };
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name: reader }, rules: [all] },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'keda-hpa-controller-external-metrics' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: reader },
      subjects: [{ ...subject, namespace: 'kube-system' }],
    },
  ];
}

/** The operator. */
export const keda: Operator = {
  name: 'keda',
  models: 'kedacore/keda v2.20.2 (cpu, memory, cron, kubernetes-workload, prometheus, metrics-api)',
  isOnDemand: true,
  manifests: once(() => [
    ...definitions(),
    ...installation({ namespace, account, rules }),
    ...readers(),
    webhooks(),
  ]),
  process: { name: 'keda', identity, controllers: [kedaController] },
  webhooks: {
    service,
    kinds: [scaledJobs],
    byPath: {
      [paths.scaledObject]: validateScaledObject,
      [paths.scaledJob]: validateScaledJob,
      [paths.authentication]: validateAuthentication,
      [paths.clusterAuthentication]: validateAuthentication,
    },
  },
  apis: [
    {
      groupVersion: externalMetricsVersion,
      service: { namespace, name: 'keda-metrics-apiserver' },
      resources: [
        {
          name: 'externalmetrics',
          singularName: '',
          namespaced: true,
          kind: 'ExternalMetricValueList',
          verbs: ['get'],
        },
      ],
    },
  ],
  hints: kedaHints,
};
