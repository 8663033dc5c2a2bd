/**
 * KubeRay: Ray clusters of a head and of groups of workers, which Ray's own autoscaler may scale, and
 * jobs that are submitted to them, and services whose clusters are replaced without a pause.
 * Left out: what stands behind feature gates that are off by default (RocksDB on a volume, mutual TLS,
 * network policies, the history server, the kubernetes-was scheduler; specs that ask for it are refused
 * as upstream refuses them), upgrades of services by steps over a gateway (they switch at once), batch schedulers but scheduler-plugins, OpenShift's routes, metrics.
 * v1alpha1 is served with the schema of v1. Of clusters that are annotated for it only a change of the
 * hash counts, whose digits are not upstream's.
 * @upstream ray-project/kuberay v1.7.0
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { gangRules, toldScheduler } from './gangs/gang-control.js';
import {
  pluginsName,
  schedulerPluginsBatch,
  type BatchScheduler,
} from './kuberay/batch-scheduler.js';
import { rayClusterController } from './kuberay/cluster-controller.js';
import { definitions } from './kuberay/definitions.js';
import { rayHints } from './kuberay/hints.js';
import { rayPodLabels } from './kuberay/pod-labels.js';
import { rayJobController } from './kuberay/job-controller.js';
import { rayServiceController } from './kuberay/service-controller.js';
import type { Operator } from './operator.js';

const namespace = 'kuberay-system';
const account = 'kuberay-operator';
const identity = serviceAccount(namespace, account);
const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', ...read, 'patch', 'update'];
const kinds = ['rayclusters', 'raycronjobs', 'rayjobs', 'rayservices'];

/** @upstream config/rbac/role.yaml, without what is left out. */
const rules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['persistentvolumeclaims', 'pods/status', 'services'],
    verbs: write,
  },
  { apiGroups: [''], resources: ['pods'], verbs: [...write, 'deletecollection'] },
  {
    apiGroups: [''],
    resources: ['pods/proxy', 'services/status'],
    verbs: ['get', 'patch', 'update'],
  },
  { apiGroups: [''], resources: ['pods/resize'], verbs: ['patch'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', ...read, 'update'] },
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['create', 'delete', ...read] },
  {
    apiGroups: [''],
    resources: ['services/proxy'],
    verbs: ['create', 'get', 'patch', 'update'],
  },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: write },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: ['extensions', 'networking.k8s.io'], resources: ['ingresses'], verbs: write },
  {
    apiGroups: ['gateway.networking.k8s.io'],
    resources: ['gateways', 'httproutes'],
    verbs: ['create', 'delete', ...read, 'update'],
  },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: read },
  { apiGroups: ['ray.io'], resources: kinds, verbs: write },
  { apiGroups: ['ray.io'], resources: kinds.map(kind => `${kind}/finalizers`), verbs: ['update'] },
  {
    apiGroups: ['ray.io'],
    resources: kinds.map(kind => `${kind}/status`),
    verbs: ['get', 'patch', 'update'],
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['rolebindings'],
    verbs: ['create', 'delete', ...read],
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['roles'],
    verbs: ['create', 'delete', ...read, 'update'],
  },
];

/** What the operator's own settings allow its client. */
const rate = { perSecond: 100, burst: 200 };

const deployment = { deployment: account, flag: 'batch-scheduler' };

/** The operator, and whom it hands its clusters to: by its flag --batch-scheduler. */
function withScheduler(scheduler?: BatchScheduler): Operator {
  const all = scheduler === undefined ? rules : [...rules, ...gangRules];
  return {
    name: 'kuberay',
    models: 'ray-project/kuberay v1.7.0 (RayCluster, RayJob, RayService)',
    isOnDemand: true,
    manifests: once(() => [...definitions(), ...installation({ namespace, account, rules: all })]),
    process: {
      ...{ name: 'kuberay', identity, rate },
      controllers: [
        rayClusterController(identity, scheduler),
        rayJobController(identity, scheduler),
        rayServiceController(identity),
      ],
    },
    asAsked: manifests =>
      toldScheduler(manifests, deployment) === pluginsName
        ? withScheduler(schedulerPluginsBatch)
        : undefined,
    podLabels: rayPodLabels,
    hints: object => [...rayHints(object), ...schedulerHints(object)],
  };
}

function schedulerHints(object: KubeObject): readonly string[] {
  const told = toldScheduler([object], deployment);
  if (told === undefined) return [];
  return told === pluginsName
    ? [
        '--batch-scheduler=scheduler-plugins: RayJobs never begin, the operator hands over RayClusters alone',
      ]
    : [
        `--batch-scheduler=${told} is not simulated: pods are bound one by one, and not all or none`,
      ];
}

/** The operator, without a batch scheduler. */
export const kuberay: Operator = withScheduler();
