/** The CRDs of KServe's kinds. @upstream kserve v0.20.0 config/crd/full */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { inferenceGraphDefinition } from './graph/definition.js';
import {
  inferenceServiceSpec,
  inferenceServiceStatus,
  servingRuntimeSpec,
  storageContainerSpec,
} from './schemas.js';

const group = 'serving.kserve.io';
const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const traffic = '.status.components.predictor.traffic';
const previous = `${traffic}[?(@.tag=='prev')]`;
const latest = `${traffic}[?(@.latestRevision==true)]`;

const serviceColumns = [
  { name: 'URL', type: 'string', jsonPath: '.status.url' },
  { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
  { name: 'Prev', type: 'integer', jsonPath: `${previous}.percent` },
  { name: 'Latest', type: 'integer', jsonPath: `${latest}.percent` },
  { name: 'PrevRolledoutRevision', type: 'string', jsonPath: `${previous}.revisionName` },
  { name: 'LatestReadyRevision', type: 'string', jsonPath: `${latest}.revisionName` },
  age,
];

const runtimeColumns = [
  { name: 'Disabled', type: 'boolean', jsonPath: '.spec.disabled' },
  { name: 'ModelType', type: 'string', jsonPath: '.spec.supportedModelFormats[*].name' },
  { name: 'Containers', type: 'string', jsonPath: '.spec.containers[*].name' },
  age,
];

/** All of them that are modelled. */
export function definitions(): readonly KubeObject[] {
  const runtime = {
    group,
    version: 'v1alpha1',
    columns: runtimeColumns,
    hasStatus: false,
  } as const;
  const ofRuntime = { spec: servingRuntimeSpec(), status: { type: 'object' } } as const;
  return [
    definition({
      group,
      version: 'v1beta1',
      kind: 'InferenceService',
      plural: 'inferenceservices',
      singular: 'inferenceservice',
      shortNames: ['isvc'],
      columns: serviceColumns,
      spec: inferenceServiceSpec(),
      status: inferenceServiceStatus(),
    }),
    definition({
      ...runtime,
      ...ofRuntime,
      kind: 'ServingRuntime',
      plural: 'servingruntimes',
      singular: 'servingruntime',
    }),
    definition({
      ...runtime,
      ...ofRuntime,
      kind: 'ClusterServingRuntime',
      plural: 'clusterservingruntimes',
      singular: 'clusterservingruntime',
      scope: 'Cluster',
    }),
    definition({
      group,
      version: 'v1alpha1',
      kind: 'ClusterStorageContainer',
      plural: 'clusterstoragecontainers',
      singular: 'clusterstoragecontainer',
      scope: 'Cluster',
      spec: storageContainerSpec(),
      fields: { disabled: { type: 'boolean' } },
      hasStatus: false,
    }),
    inferenceGraphDefinition(),
  ];
}
