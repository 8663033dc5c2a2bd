/**
 * scheduler-plugins as a second scheduler, as its chart installs it: gangs by PodGroups, elastic quotas, and
 * the controllers that tell of both. The plug-ins run in our kube-scheduler of 1.36, where upstream links that
 * of 1.34. Left out: all plug-ins that the chart does not enable (Trimaran, NetworkOverhead, SySched,
 * PreemptionToleration, PodState, NodeMetadata, ...), and NodeResourceTopologyMatch, which does nothing where
 * there are no NodeResourceTopologies. A pod that another scheduler binds counts for a group only once this one
 * starts anew.
 * @upstream kubernetes-sigs/scheduler-plugins v0.34.7
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import type { Operator } from './operator.js';
import { mountedText, readConfiguration, shippedText } from './scheduler-plugins/configuration.js';
import { elasticQuotaController } from './scheduler-plugins/elastic-quota-controller.js';
import { schedulerPluginsHints } from './scheduler-plugins/hints.js';
import {
  configurationFile,
  controllerName,
  namespace,
  schedulerName,
} from './scheduler-plugins/keys.js';
import { podGroupController } from './scheduler-plugins/pod-group-controller.js';
import { schedulerProcess } from './scheduler-plugins/scheduler.js';
import { elasticQuotaDefinition, podGroupDefinition } from './scheduler-plugins/schemas.js';
import { group } from './scheduler-plugins/types.js';

const read = ['get', 'list', 'watch'];
const all = [...read, 'create', 'delete', 'update', 'patch'];

function rule(
  apiGroups: readonly string[],
  resources: readonly string[],
  verbs: readonly string[],
): PolicyRule {
  return { apiGroups, resources, verbs };
}

const own = rule(
  [group],
  ['podgroups', 'elasticquotas', 'podgroups/status', 'elasticquotas/status'],
  all,
);

/** @upstream manifests/install/charts/as-a-second-scheduler/templates/rbac.yaml */
const schedulerRules: readonly PolicyRule[] = [
  rule([''], ['namespaces'], read),
  rule(['', 'events.k8s.io'], ['events'], ['create', 'patch', 'update']),
  rule(['coordination.k8s.io'], ['leases'], ['create']),
  rule([''], ['nodes'], [...read, 'patch']),
  rule([''], ['pods'], ['delete', ...read, 'update']),
  rule([''], ['bindings', 'pods/binding'], ['create']),
  rule([''], ['pods/status'], ['patch', 'update']),
  rule([''], ['replicationcontrollers', 'services'], read),
  rule(['apps', 'extensions'], ['replicasets'], read),
  rule(['apps'], ['statefulsets'], read),
  rule(['policy'], ['poddisruptionbudgets'], read),
  rule([''], ['persistentvolumeclaims', 'persistentvolumes'], [...read, 'patch', 'update']),
  rule(['authentication.k8s.io'], ['tokenreviews'], ['create']),
  rule(['authorization.k8s.io'], ['subjectaccessreviews'], ['create']),
  rule(['resource.k8s.io'], ['deviceclasses', 'resourceclaims', 'resourceslices'], read),
  rule(
    ['storage.k8s.io'],
    ['csinodes', 'storageclasses', 'csidrivers', 'csistoragecapacities', 'volumeattachments'],
    read,
  ),
  own,
];

const controllerRules: readonly PolicyRule[] = [
  rule([''], ['pods'], read),
  rule([''], ['events'], ['create', 'patch', 'update']),
  rule(['coordination.k8s.io'], ['leases'], ['create', 'get', 'update']),
  rule([''], ['nodes'], [...read, 'patch']),
  own,
];

const accounts = { [schedulerName]: schedulerRules, [controllerName]: controllerRules };

function manifestsWith(text: string): readonly KubeObject[] {
  const { configMap, key } = configurationFile;
  const metadata = { name: configMap, namespace };
  return [
    ...[podGroupDefinition(), elasticQuotaDefinition()],
    ...Object.entries(accounts).flatMap(([account, rules], index) =>
      installation({ namespace, account, rules }).slice(index === 0 ? 0 : 1),
    ),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [key]: text } },
  ];
}

/** The operator whose scheduler is started with this file. */
function startedWith(text: string): Operator {
  return {
    name: 'scheduler-plugins',
    models: 'kubernetes-sigs/scheduler-plugins v0.34.7',
    isOnDemand: true,
    manifests: once(() => manifestsWith(text)),
    process: {
      name: controllerName,
      identity: serviceAccount(namespace, controllerName),
      rate: { perSecond: 5, burst: 10 },
      controllers: [podGroupController, elasticQuotaController],
    },
    others: [schedulerProcess(text)],
    asAsked: objects => {
      const [asked] = objects.flatMap(object => mountedText(object) ?? []);
      return asked !== undefined && readConfiguration(asked).isOk ? startedWith(asked) : undefined;
    },
    hints: schedulerPluginsHints,
  };
}

/** The operator, with the chart's own values. */
export const schedulerPlugins: Operator = startedWith(shippedText);
