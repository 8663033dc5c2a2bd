/**
 * Argo Rollouts: canary and blue-green roll-outs of ReplicaSets, and the analyses that judge them.
 * Left out: Experiments and plugins, notifications, the durations in the status, ping-pong Services, header
 * and mirror routes, traffic routers but Istio's, whose weights and subsets are set (the mesh's sidecars do
 * not route by them), providers of metrics but Prometheus and Jobs, adoption of ReplicaSets, resyncs.
 * @upstream argoproj/argo-rollouts 9f8d111 (after v1.10.0-rc1)
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import { serviceAccount } from '../client/contract.js';
import { rolloutController } from './argo-rollouts/controller.js';
import { definitions } from './argo-rollouts/definitions.js';
import { rolloutHints } from './argo-rollouts/hints.js';
import { group } from './argo-rollouts/keys.js';
import { runController } from './argo-rollouts/run-controller.js';
import { serviceController } from './argo-rollouts/service-cleaner.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import type { Operator } from './operator.js';

const name = 'argo-rollouts';
const identity = serviceAccount(name, name);
const read = ['get', 'list', 'watch'];
const change = [...read, 'update', 'patch'];
const all = ['create', ...change, 'delete'];

/** @upstream manifests/role/argo-rollouts-clusterrole.yaml, without leases, ingresses and what other routers have */
const rules: readonly PolicyRule[] = [
  {
    apiGroups: [group],
    resources: ['rollouts', 'rollouts/status', 'rollouts/finalizers'],
    verbs: change,
  },
  {
    apiGroups: [group],
    resources: ['analysisruns', 'analysisruns/finalizers', 'experiments', 'experiments/finalizers'],
    verbs: all,
  },
  {
    apiGroups: [group],
    resources: ['analysistemplates', 'clusteranalysistemplates'],
    verbs: read,
  },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: all },
  {
    apiGroups: ['', 'apps'],
    resources: ['deployments', 'podtemplates'],
    verbs: [...read, 'update'],
  },
  { apiGroups: [''], resources: ['services'], verbs: [...read, 'patch', 'create', 'delete'] },
  { apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: read },
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'update', 'watch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'update', 'patch'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: all },
  {
    apiGroups: ['networking.istio.io'],
    resources: ['virtualservices', 'destinationrules'],
    verbs: change,
  },
];

/** The operator. */
export const argoRollouts: Operator = {
  name,
  models: 'argoproj/argo-rollouts v1.10',
  isOnDemand: true,
  sharesGroup: true,
  manifests: once(() => [
    ...definitions(),
    ...installation({ namespace: name, account: name, rules }),
  ]),
  process: {
    name,
    identity,
    rate: { perSecond: 40, burst: 80 },
    controllers: [rolloutController, runController, serviceController],
  },
  hints: rolloutHints,
};
