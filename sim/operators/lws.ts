/**
 * LeaderWorkerSet: groups of pods, each with a leader and its workers, that start, restart and are
 * updated as one. Left out: DisaggregatedSets, the variables of TPUs, gang scheduling by Volcano (off by
 * default), the webhook that judges pods (it allows them all).
 * @upstream kubernetes-sigs/lws v0.10.0
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { leaderWorkerSetController } from './lws/controller.js';
import { defaultLeaderWorkerSet } from './lws/defaulter.js';
import { leaderWorkerSetDefinition } from './lws/definition.js';
import { leaderWorkerSetHints } from './lws/hints.js';
import { keys } from './lws/keys.js';
import { leaderLabels } from './lws/objects.js';
import { groupPodController } from './lws/pod-controller.js';
import { markGroupPod } from './lws/pod-defaulter.js';
import { leaderWorkerSets } from './lws/types.js';
import { validateLeaderWorkerSet } from './lws/validator.js';
import type { Operator } from './operator.js';

const namespace = 'lws-system';
const account = 'lws-controller-manager';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: 'lws-webhook-service' };
const group = 'leaderworkerset.x-k8s.io';
const read = ['get', 'list', 'watch'];
const all = ['create', 'delete', 'patch', 'update', ...read];
const status = ['get', 'patch', 'update'];

/** @upstream config/rbac/role.yaml, without secrets, webhooks' configurations and DisaggregatedSets. */
const rules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['patch', 'update', ...read] },
  { apiGroups: [''], resources: ['pods', 'services'], verbs: all },
  { apiGroups: [''], resources: ['pods/finalizers'], verbs: ['update'] },
  {
    apiGroups: ['', 'events.k8s.io'],
    resources: ['events'],
    verbs: ['create', 'patch', 'update', ...read],
  },
  { apiGroups: ['apps'], resources: ['controllerrevisions', 'statefulsets'], verbs: all },
  {
    apiGroups: ['apps'],
    resources: ['controllerrevisions/finalizers', 'statefulsets/finalizers'],
    verbs: ['update'],
  },
  {
    apiGroups: ['apps'],
    resources: ['controllerrevisions/status', 'statefulsets/status'],
    verbs: status,
  },
  { apiGroups: [group], resources: ['leaderworkersets'], verbs: all },
  { apiGroups: [group], resources: ['leaderworkersets/finalizers'], verbs: ['update'] },
  { apiGroups: [group], resources: ['leaderworkersets/status'], verbs: status },
];

const paths = {
  mutate: '/mutate-leaderworkerset-x-k8s-io-v1-leaderworkerset',
  pod: '/mutate--v1-pod',
  validate: '/validate-leaderworkerset-x-k8s-io-v1-leaderworkerset',
} as const;

function webhooks(): readonly KubeObject[] {
  const ofSets = {
    ...{ apiGroups: [group], apiVersions: ['v1'], resources: ['leaderworkersets'] },
    operations: ['CREATE', 'UPDATE'],
  };
  const ofPods = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
  return [
    webhookConfiguration('Mutating', 'lws-mutating-webhook-configuration', service, [
      { name: 'mleaderworkerset.kb.io', path: paths.mutate, rules: [ofSets] },
      {
        name: 'mpod.kb.io',
        path: paths.pod,
        objectSelector: { matchExpressions: [{ key: keys.setName, operator: 'Exists' }] },
        rules: [{ ...ofPods, operations: ['CREATE'] }],
      },
    ]),
    webhookConfiguration('Validating', 'lws-validating-webhook-configuration', service, [
      { name: 'vleaderworkerset.kb.io', path: paths.validate, rules: [ofSets] },
    ]),
  ];
}

/** What the operator's own settings allow its client. */
const rate = { perSecond: 500, burst: 500 };

/** The operator. */
export const lws: Operator = {
  name: 'lws',
  models: 'kubernetes-sigs/lws v0.10.0 (LeaderWorkerSet)',
  isOnDemand: true,
  manifests: once(() => [
    leaderWorkerSetDefinition(),
    ...installation({ namespace, account, rules }),
    ...webhooks(),
  ]),
  process: {
    ...{ name: 'lws', identity, rate },
    controllers: [leaderWorkerSetController, groupPodController],
  },
  webhooks: {
    service,
    byPath: {
      [paths.mutate]: defaultLeaderWorkerSet,
      [paths.pod]: markGroupPod,
      [paths.validate]: validateLeaderWorkerSet,
    },
    kinds: [leaderWorkerSets],
  },
  podLabels: object => {
    const leader = leaderLabels(object);
    return [leader, { [keys.setName]: leader[keys.setName] ?? '' }];
  },
  hints: leaderWorkerSetHints,
};
