/** The CRDs. @upstream prometheus-operator v0.93 example/prometheus-operator-crd */
import type { KubeObject } from '../../api/object.js';
import { definition, type DefinitionParts } from '../crd/definition.js';
import {
  alertmanagerConfigSchema,
  alertmanagerSchema,
  alertmanagerStatusSchema,
} from './alertmanager/schemas.js';
import { group } from './keys.js';
import {
  bindingsSchema,
  podMonitorSchema,
  prometheusRuleSchema,
  prometheusSchema,
  prometheusStatusSchema,
  serviceMonitorSchema,
} from './schemas.js';

const columnsOf = (replicas: string) => [
  { name: 'Version', type: 'string', jsonPath: '.spec.version' },
  { name: replicas, type: 'integer', jsonPath: '.spec.replicas' },
  { name: 'Ready', type: 'integer', jsonPath: '.status.availableReplicas' },
  {
    name: 'Reconciled',
    type: 'string',
    jsonPath: ".status.conditions[?(@.type == 'Reconciled')].status",
  },
  {
    name: 'Available',
    type: 'string',
    jsonPath: ".status.conditions[?(@.type == 'Available')].status",
  },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Paused', type: 'boolean', jsonPath: '.status.paused', priority: 1 },
];

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Kinds that are stored as they are, for nobody acts on them: with version and short name. */
export const unmodelled: Readonly<Record<string, readonly [version: string, shortName: string]>> = {
  Probe: ['v1', 'prb'],
  PrometheusAgent: ['v1alpha1', 'promagent'],
  ScrapeConfig: ['v1alpha1', 'scfg'],
  ThanosRuler: ['v1', 'ruler'],
};

/** The definitions of all kinds of the project. */
export function definitions(): readonly KubeObject[] {
  return [
    made({
      kind: 'Prometheus',
      plural: 'prometheuses',
      shortNames: ['prom'],
      spec: prometheusSchema(),
      status: prometheusStatusSchema(),
      columns: columnsOf('Desired'),
      scale: {
        specReplicasPath: '.spec.shards',
        statusReplicasPath: '.status.shards',
        labelSelectorPath: '.status.selector',
      },
    }),
    alertmanager(),
    configuring('AlertmanagerConfig', 'amcfg', alertmanagerConfigSchema(), 'v1alpha1'),
    configuring('ServiceMonitor', 'smon', serviceMonitorSchema()),
    configuring('PodMonitor', 'pmon', podMonitorSchema()),
    configuring('PrometheusRule', 'promrule', prometheusRuleSchema()),
    ...Object.entries(unmodelled).map(([kind, [version, shortName]]) =>
      made(
        { kind, plural: `${kind.toLowerCase()}s`, shortNames: [shortName], spec: anything },
        version,
      ),
    ),
  ];
}

function alertmanager(): KubeObject {
  return made({
    kind: 'Alertmanager',
    plural: 'alertmanagers',
    shortNames: ['am'],
    spec: alertmanagerSchema(),
    status: alertmanagerStatusSchema(),
    columns: columnsOf('Replicas'),
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  });
}

function configuring(
  kind: string,
  shortName: string,
  spec: DefinitionParts['spec'],
  version = 'v1',
): KubeObject {
  const plural = `${kind.toLowerCase()}s`;
  return made({ kind, plural, shortNames: [shortName], spec, status: bindingsSchema() }, version);
}

function made(
  parts: Omit<DefinitionParts, 'group' | 'version' | 'singular'>,
  version = 'v1',
): KubeObject {
  const singular = parts.kind.toLowerCase();
  const crd = definition({ ...parts, group, version, singular, required: ['spec'] });
  const spec = crd['spec'] as { readonly names: object };
  const annotations = { 'operator.prometheus.io/version': '0.93.0' };
  const names = { ...spec.names, categories: ['prometheus-operator'] };
  return { ...crd, metadata: { ...crd.metadata, annotations }, spec: { ...spec, names } };
}
