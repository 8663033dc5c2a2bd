/**
 * Argo Workflows: templates of pods, steps and graphs that run to an end.
 * A pod's program plays its part as anywhere; what it would print or write is only known of what the small
 * shell runs: for all others the pod's annotations `seatrial.dev/result` and `seatrial.dev/outputs` (a JSON
 * object of parameters and artifacts) say it, and without them it is empty. Images' own commands are not
 * looked up but by the configuration. Artifacts go from step to step through an object storage outside of the
 * cluster; what was there before is empty. Hosts outside of the cluster answer requests as annotations tell.
 * Left out: executor plug-ins, metrics, event bindings, artifact garbage collection, disruption budgets,
 * archives and offloading, locks in databases, labels from expressions, accounts of executors, tries on other
 * nodes, limits by labels of namespaces, and of times of creation what strftime has besides.
 * @upstream argoproj/argo-workflows v3.7.18
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import { serviceAccount } from '../client/contract.js';
import { cronController } from './argo-workflows/cron-controller.js';
import { workflowController } from './argo-workflows/controller.js';
import { definitions } from './argo-workflows/definitions.js';
import { gcController } from './argo-workflows/gc-controller.js';
import { workflowHints } from './argo-workflows/hints.js';
import { group } from './argo-workflows/keys.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import type { Operator } from './operator.js';

const name = 'argo-workflows';
const namespace = 'argo';
const account = 'argo';
const identity = serviceAccount(namespace, account);
const read = ['get', 'list', 'watch'];

/** @upstream manifests/cluster-install-no-crds/workflow-controller-rbac, without leases, disruption budgets and secrets */
const rules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['pods', 'pods/exec'],
    verbs: ['create', ...read, 'update', 'patch', 'delete'],
  },
  { apiGroups: [''], resources: ['configmaps', 'namespaces'], verbs: read },
  {
    apiGroups: [''],
    resources: ['persistentvolumeclaims', 'persistentvolumeclaims/finalizers'],
    verbs: ['create', 'update', 'delete', 'get'],
  },
  {
    apiGroups: [group],
    resources: [
      ...['workflows', 'workflows/finalizers', 'workflowtasksets'],
      ...['workflowtasksets/finalizers', 'workflowartifactgctasks'],
    ],
    verbs: [...read, 'update', 'patch', 'delete', 'create'],
  },
  {
    apiGroups: [group],
    resources: [
      ...['workflowtemplates', 'workflowtemplates/finalizers', 'clusterworkflowtemplates'],
      'clusterworkflowtemplates/finalizers',
    ],
    verbs: read,
  },
  {
    apiGroups: [group],
    resources: ['workflowtaskresults'],
    verbs: ['list', 'watch', 'deletecollection'],
  },
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get', 'list'] },
  {
    apiGroups: [group],
    resources: ['cronworkflows', 'cronworkflows/finalizers'],
    verbs: [...read, 'update', 'patch', 'delete'],
  },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
];

/** The operator. */
export const argoWorkflows: Operator = {
  name,
  models: 'argoproj/argo-workflows v3.7',
  isOnDemand: true,
  sharesGroup: true,
  manifests: once(() => [...definitions(), ...installation({ namespace, account, rules })]),
  process: {
    name,
    identity,
    rate: { perSecond: 20, burst: 30 },
    controllers: [workflowController, gcController, cronController],
  },
  hints: workflowHints,
};
