/**
 * The Dask operator: schedulers with workers, jobs on clusters of their own, and autoscalers that do
 * as the scheduler says.
 * Left out: plug-ins, batches of workers (`workerAllocation`, which is off by default) and external
 * addresses of schedulers, which only clients use.
 * @upstream dask/dask-kubernetes 1daa175 (2025.7), with kopf 1.38.0 and kr8s
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import { serviceAccount, type ProcessDefinition } from '../client/contract.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { autoscalerHandlers } from './dask/autoscaler-handlers.js';
import { clusterHandlers, serviceHandlers } from './dask/cluster-handlers.js';
import { definitions } from './dask/definitions.js';
import { daskHints } from './dask/hints.js';
import { jobHandlers, runnerHandlers } from './dask/job-handlers.js';
import { SchedulerClient } from './dask/scheduler.js';
import { workerGroupHandlers } from './dask/worker-group-handlers.js';
import { handled } from './kopf/contract.js';
import { kopfController } from './kopf/controller.js';
import type { ClusterReach, Operator } from './operator.js';

const namespace = 'dask-operator';
const account = 'dask-kubernetes-operator';
const identity = serviceAccount(namespace, account);
const group = 'kubernetes.dask.org';
const all = ['*'];

/** @upstream deployment/helm/dask-kubernetes-operator/templates/clusterrole.yaml */
const rules: readonly PolicyRule[] = [
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    verbs: ['list', 'watch'],
  },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['list', 'watch'] },
  {
    apiGroups: [group],
    resources: [
      'daskclusters',
      'daskworkergroups',
      'daskjobs',
      'daskjobs/status',
      'daskautoscalers',
      'daskworkergroups/scale',
    ],
    verbs: ['get', 'list', 'watch', 'patch', 'create', 'delete'],
  },
  {
    apiGroups: [''],
    resources: ['pods', 'pods/status', 'services', 'services/status'],
    verbs: all,
  },
  { apiGroups: ['apps'], resources: ['deployments', 'deployments/status'], verbs: all },
  { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: all },
];

/** Nobody holds the requests of kopf and kr8s back. */
const rate = { perSecond: 10_000, burst: 10_000 };

function processWith(reach: Pick<ClusterReach, 'send'>): ProcessDefinition {
  const scheduler = new SchedulerClient(reach);
  const kinds = [
    handled(clusterHandlers(scheduler)),
    handled(serviceHandlers),
    handled(workerGroupHandlers(scheduler)),
    handled(jobHandlers),
    handled(runnerHandlers),
    handled(autoscalerHandlers(scheduler)),
  ];
  const controllers = [kopfController('dask-kubernetes', identity, kinds)];
  return { name: 'dask-kubernetes', identity, rate, controllers };
}

/** The operator. */
export const daskKubernetes: Operator = {
  name: 'dask-kubernetes',
  models: 'dask/dask-kubernetes 1daa175',
  isOnDemand: true,
  manifests: once(() => [...definitions(), ...installation({ namespace, account, rules })]),
  process: processWith(nowhere()),
  processWith,
  hints: daskHints,
};

/** Where there is no network, nobody is there. */
function nowhere(): Pick<ClusterReach, 'send'> {
  return { send: (_to, _payload, done) => done({ isOk: false, error: 'unknown host' }) };
}
