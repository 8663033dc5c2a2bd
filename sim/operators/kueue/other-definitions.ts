/**
 * The CRDs of kinds that are kept and checked, and on which nobody acts here: topologies, provisioning
 * requests and MultiKueue. @upstream kueue v0.19.2 config/components/crd/bases
 */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import type { Schema } from '../crd/schema-of.js';
import { int32, keyedList, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { conditions, labelName, subdomain } from './schema-parts.js';
import { group } from './types.js';

const parts = { group, version: 'v1beta2', scope: 'Cluster' } as const;
const unique = {
  message: 'must be unique',
  rule: 'size(self.filter(i, size(self.filter(j, j == i)) > 1)) == 0',
};

/** All of them. */
export function otherDefinitions(): readonly KubeObject[] {
  return [
    definition({
      ...{ ...parts, kind: 'Topology', plural: 'topologies', singular: 'topology' },
      ...{ shortNames: ['topo'], hasStatus: false, spec: topologySpec() },
    }),
    definition({
      ...{ ...parts, kind: 'ProvisioningRequestConfig', plural: 'provisioningrequestconfigs' },
      ...{ singular: 'provisioningrequestconfig', shortNames: ['prc'], hasStatus: false },
      spec: provisioningSpec(),
    }),
    definition({
      ...{ ...parts, kind: 'MultiKueueConfig', plural: 'multikueueconfigs' },
      ...{ singular: 'multikueueconfig', shortNames: ['mkconf'], hasStatus: false },
      spec: object(
        {
          clusters: {
            ...{ type: 'array', items: { type: 'string', maxLength: 256 } },
            ...{ maxItems: 20, minItems: 1, 'x-kubernetes-list-type': 'atomic' },
            'x-kubernetes-validations': [unique],
          },
          quotaManagement: oneOf('Manual', 'Automated'),
        },
        ['clusters'],
      ),
    }),
    definition({
      ...{ ...parts, kind: 'MultiKueueCluster', plural: 'multikueueclusters' },
      ...{ singular: 'multikueuecluster', shortNames: ['mkc'] },
      columns: [
        {
          ...{ name: 'Connected', type: 'string' },
          jsonPath: ".status.conditions[?(@.type=='Active')].status",
        },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      spec: clusterSpec(),
      status: object({ conditions: conditions() }),
    }),
  ];
}

function topologySpec(): Schema {
  const host = 'kubernetes.io/hostname';
  const levels: Schema = {
    ...{ type: 'array', items: object({ nodeLabel: labelName }, ['nodeLabel']) },
    ...{ maxItems: 16, minItems: 1, 'x-kubernetes-list-type': 'atomic' },
    'x-kubernetes-validations': [
      { message: 'field is immutable', rule: 'self == oldSelf' },
      unique,
      {
        message: `the ${host} label can only be used at the lowest level of topology`,
        rule: `size(self.filter(i, i.nodeLabel == '${host}')) == 0 || self[size(self) - 1].nodeLabel == '${host}'`,
      },
    ],
  };
  return object({ levels }, ['levels']);
}

function provisioningSpec(): Schema {
  const update = object(
    {
      key: { ...labelName, maxLength: 317 },
      valueFromProvisioningClassDetail: { type: 'string', maxLength: 32_768, minLength: 1 },
    },
    ['key', 'valueFromProvisioningClassDetail'],
  );
  const seconds = { backoffBaseSeconds: 60, backoffLimitCount: 3, backoffMaxSeconds: 1800 };
  const strategy = Object.entries(seconds).map(([name, byDefault]) => [
    name,
    { ...int32, default: byDefault },
  ]);
  return object(
    {
      managedResources: {
        ...{ type: 'array', items: text, maxItems: 100 },
        'x-kubernetes-list-type': 'set',
      },
      parameters: { ...mapOf({ type: 'string', maxLength: 255 }), maxProperties: 100 },
      podSetMergePolicy: oneOf('IdenticalPodTemplates', 'IdenticalWorkloadSchedulingRequirements'),
      podSetUpdates: object({ nodeSelector: keyedList(update, ['key'], 8) }),
      provisioningClassName: { ...subdomain, minLength: 1 },
      retryStrategy: {
        ...object(Object.fromEntries(strategy) as Readonly<Record<string, Schema>>),
        default: seconds,
      },
    },
    ['provisioningClassName'],
  );
}

function clusterSpec(): Schema {
  const name = { type: 'string', maxLength: 256, minLength: 1 };
  const locationType = { ...oneOf('Secret', 'Path'), default: 'Secret' };
  const fields = ['kubeConfig', 'clusterProfileRef'];
  const given = fields.map(field => `has(self.${field})`).join(',');
  const clusterSource: Schema = {
    ...object({
      clusterProfileRef: object({ name }, ['name']),
      kubeConfig: object({ location: name, locationType }, ['location']),
    }),
    'x-kubernetes-validations': [
      {
        message: `exactly one of the fields in [${fields.join(' ')}] must be set`,
        rule: `[${given}].filter(x,x==true).size() == 1`,
      },
    ],
  };
  return object({ clusterSource }, ['clusterSource']);
}
