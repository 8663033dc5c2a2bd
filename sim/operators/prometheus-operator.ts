/**
 * The Prometheus operator: Prometheus as StatefulSets, configured by ServiceMonitors, PodMonitors and
 * PrometheusRules, and Alertmanagers, configured by AlertmanagerConfigs. Installed as its bundle does, in
 * the namespace default, with the webhooks of its documentation for rules.
 * Left out: PrometheusAgent, Probe, ScrapeConfig, ThanosRuler, which are stored as they are; TLS of
 * Alertmanagers, their limits, versions before 0.24, certificates and OAuth of receivers; scrape classes, remote storage, Thanos, TLS and the web server's settings,
 * credentials of scrapes but the pod's own token, and of Alertmanagers, the gates that are off by default (so monitors and rules have no status); a
 * Secret of additional scrape configurations is read at each pass, but no pass begins because it has
 * changed. The configuration is packed by gzip as upstream's is, but not compressed.
 * @upstream prometheus-operator/prometheus-operator v0.93
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import type { Operator } from './operator.js';
import { alertmanagerController } from './prometheus-operator/alertmanager/controller.js';
import { prometheusController } from './prometheus-operator/controller.js';
import { definitions } from './prometheus-operator/definitions.js';
import { prometheusHints } from './prometheus-operator/hints.js';
import { group } from './prometheus-operator/keys.js';
import { kubeletController } from './prometheus-operator/kubelet-controller.js';
import { prometheusPodLabels } from './prometheus-operator/pod-labels.js';
import { mutateRule, validateRule } from './prometheus-operator/rule-validator.js';

const namespace = 'default';
const account = 'prometheus-operator';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: 'prometheus-operator-admission-webhook' };
/** Manifests that bring the operator into a namespace of theirs give the usual name another subject. */
const role = `${namespace}-prometheus-operator`;

/** @upstream example/rbac/prometheus-operator/prometheus-operator-cluster-role.yaml, for the kinds that are here */
const rules: readonly PolicyRule[] = [
  {
    apiGroups: [group],
    resources: [
      'alertmanagers',
      'alertmanagers/finalizers',
      'alertmanagers/status',
      'alertmanagerconfigs',
      'prometheuses',
      'prometheuses/finalizers',
      'prometheuses/status',
      'servicemonitors',
      'servicemonitors/status',
      'podmonitors',
      'podmonitors/status',
      'prometheusrules',
      'prometheusrules/status',
    ],
    verbs: ['*'],
  },
  { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['*'] },
  { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['*'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'delete'] },
  {
    apiGroups: [''],
    resources: ['services', 'services/finalizers'],
    verbs: ['get', 'create', 'update', 'delete'],
  },
  { apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['patch', 'create'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['get'] },
  {
    apiGroups: [''],
    resources: ['endpoints'],
    verbs: ['get', 'create', 'update', 'delete'],
  },
];

const paths = {
  validate: '/admission-prometheusrules/validate',
  mutate: '/admission-prometheusrules/mutate',
} as const;

function webhooks(): readonly KubeObject[] {
  const operations = ['CREATE', 'UPDATE'];
  const ofRules = [
    { apiGroups: [group], apiVersions: ['v1'], resources: ['prometheusrules'], operations },
  ];
  return [
    webhookConfiguration('Validating', 'prometheus-operator-rulesvalidation', service, [
      { name: `prometheusrulevalidate.${group}`, path: paths.validate, rules: ofRules },
    ]),
    webhookConfiguration('Mutating', 'prometheus-operator-rulesmutation', service, [
      { name: `prometheusrulemutate.${group}`, path: paths.mutate, rules: ofRules },
    ]),
  ];
}

/** The operator. */
export const prometheusOperator: Operator = {
  name: 'prometheus-operator',
  models: 'prometheus-operator/prometheus-operator v0.93',
  isOnDemand: true,
  manifests: once(() => [
    ...definitions(),
    // The namespace is there.
    ...installation({ namespace, account, role, rules }).filter(({ kind }) => kind !== 'Namespace'),
    ...webhooks(),
  ]),
  process: {
    name: 'prometheus-operator',
    identity,
    controllers: [prometheusController, alertmanagerController, kubeletController],
  },
  webhooks: {
    service,
    byPath: { [paths.validate]: validateRule, [paths.mutate]: mutateRule },
  },
  podLabels: prometheusPodLabels,
  hints: prometheusHints,
};
