/**
 * Kubeflow's Spark operator: SparkApplications, which spark-submit turns into a driver, which makes
 * its executors itself. Installed as its chart does with `spark.jobNamespaces: ["", default]`: it
 * watches all namespaces, and makes the account spark-operator-spark in the namespace default.
 * Left out: SparkConnect, monitoring's config map, ingresses, the driver's disruption budget, batch
 * schedulers (off by default), resource quota enforcement (off by default), mode client. Its webhook
 * server is one process with its controller here, and shares its account.
 * @upstream kubeflow/spark-operator 43afb8bb (v2.5.2)
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import type { Operator } from './operator.js';
import { sparkApplicationController } from './spark-operator/controller.js';
import { defaultApplication } from './spark-operator/defaulter.js';
import { definitions } from './spark-operator/definitions.js';
import { sparkHints } from './spark-operator/hints.js';
import { group, keys } from './spark-operator/keys.js';
import { mutatePod } from './spark-operator/pod-defaulter.js';
import { scheduledController } from './spark-operator/scheduled.js';
import { validateApplication, validateScheduled } from './spark-operator/validator.js';

const namespace = 'spark-operator';
const account = 'spark-operator-controller';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: 'spark-operator-webhook-svc' };
const webhookName = 'spark-operator-webhook';
const writes = ['create', 'update', 'patch'];

/** @upstream charts/spark-operator-chart/templates/controller/_helpers.tpl policyRules */
const rules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'],
  },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch', ...writes] },
  {
    apiGroups: [''],
    resources: ['services'],
    verbs: ['get', 'list', 'watch', ...writes, 'delete'],
  },
  { apiGroups: [''], resources: ['events'], verbs: writes },
  {
    apiGroups: ['extensions', 'networking.k8s.io'],
    resources: ['ingresses'],
    verbs: ['get', 'create', 'update', 'delete'],
  },
  {
    apiGroups: [group],
    resources: ['sparkapplications'],
    verbs: ['get', 'list', 'watch', 'create', 'delete'],
  },
  {
    apiGroups: [group],
    resources: ['scheduledsparkapplications', 'sparkconnects'],
    verbs: ['get', 'list', 'watch'],
  },
  {
    apiGroups: [group],
    resources: [
      'sparkapplications/status',
      'sparkconnects/status',
      'scheduledsparkapplications/status',
    ],
    verbs: ['update'],
  },
  {
    apiGroups: [group],
    resources: [
      'sparkapplications/finalizers',
      'scheduledsparkapplications/finalizers',
      'sparkconnects/finalizers',
    ],
    verbs: ['update'],
  },
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    verbs: ['get'],
  },
];

/** What drivers run as. @upstream charts/spark-operator-chart/templates/spark */
function sparkAccount(): readonly KubeObject[] {
  const name = 'spark-operator-spark';
  const apiGroup = 'rbac.authorization.k8s.io';
  const metadata = { name, namespace: 'default' };
  const driverRules: readonly PolicyRule[] = [
    {
      apiGroups: [''],
      resources: ['pods', 'configmaps', 'persistentvolumeclaims', 'services'],
      verbs: ['get', 'list', 'watch', ...writes, 'delete', 'deletecollection'],
    },
  ];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: true },
    { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules: driverRules },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  ];
}

const paths = {
  pod: '/mutate--v1-pod',
  application: '/mutate-sparkoperator-k8s-io-v1beta2-sparkapplication',
  validate: '/validate-sparkoperator-k8s-io-v1beta2-sparkapplication',
  validateScheduled: '/validate-sparkoperator-k8s-io-v1beta2-scheduledsparkapplication',
} as const;

function webhooks(): readonly KubeObject[] {
  const of = (resource: string) => ({
    apiGroups: [group],
    apiVersions: ['v1beta2'],
    resources: [resource],
    operations: ['CREATE', 'UPDATE'],
  });
  const ofPods = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
  const name = (path: string) => `${path.slice(1)}.sparkoperator.k8s.io`;
  return [
    webhookConfiguration('Mutating', webhookName, service, [
      {
        name: name(paths.pod),
        path: paths.pod,
        objectSelector: { matchLabels: { [keys.launched]: 'true' } },
        rules: [{ ...ofPods, operations: ['CREATE'] }],
      },
      {
        name: name(paths.application),
        path: paths.application,
        rules: [of('sparkapplications')],
      },
    ]),
    webhookConfiguration('Validating', webhookName, service, [
      { name: name(paths.validate), path: paths.validate, rules: [of('sparkapplications')] },
      {
        name: name(paths.validateScheduled),
        path: paths.validateScheduled,
        rules: [of('scheduledsparkapplications')],
      },
    ]),
  ];
}

/** The operator. */
export const sparkOperator: Operator = {
  name: 'spark-operator',
  models: 'kubeflow/spark-operator v2.5.2',
  isOnDemand: true,
  manifests: once(() => [
    ...definitions(),
    ...installation({ namespace, account, rules }),
    ...sparkAccount(),
    ...webhooks(),
  ]),
  process: {
    name: 'spark-operator',
    identity,
    controllers: [sparkApplicationController, scheduledController],
  },
  webhooks: {
    service,
    byPath: {
      [paths.pod]: mutatePod,
      [paths.application]: defaultApplication,
      [paths.validate]: validateApplication,
      [paths.validateScheduled]: validateScheduled,
    },
  },
  hints: sparkHints,
};
