/** The CRDs of Kubeflow Trainer. @upstream kubeflow/trainer v2.3.0 manifests/base/crds */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import type { Schema } from '../crd/schema-of.js';
import { runtimeSchema, trainJobSchema, trainJobStatusSchema } from './schemas.js';

const group = 'trainer.kubeflow.org';
const version = 'v1alpha1';

/** All of them that are modelled. */
export function definitions(): readonly KubeObject[] {
  const spec: Schema = runtimeSchema();
  return [
    definition({
      group,
      version,
      kind: 'ClusterTrainingRuntime',
      plural: 'clustertrainingruntimes',
      singular: 'clustertrainingruntime',
      scope: 'Cluster',
      hasStatus: false,
      spec,
    }),
    definition({
      group,
      version,
      kind: 'TrainingRuntime',
      plural: 'trainingruntimes',
      singular: 'trainingruntime',
      hasStatus: false,
      spec,
    }),
    definition({
      group,
      version,
      kind: 'TrainJob',
      plural: 'trainjobs',
      singular: 'trainjob',
      columns: [
        { name: 'State', type: 'string', jsonPath: '.status.conditions[-1:].type' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      validations: [
        {
          message: 'metadata.name must match RFC 1035 DNS label format',
          rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        },
        {
          message: 'metadata.name must be no more than 63 characters',
          rule: 'size(self.metadata.name) <= 63',
        },
      ],
      spec: trainJobSchema(),
      status: trainJobStatusSchema(),
    }),
  ];
}
