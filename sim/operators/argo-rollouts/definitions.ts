/** The CRDs of Argo Rollouts, without experiments. @upstream argo-rollouts manifests/crds */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { runSchema, runStatusSchema, templateSchema } from './analysis-schemas.js';
import { group } from './keys.js';
import { rolloutSchema, rolloutStatusSchema } from './schemas.js';

const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const number = (name: string, jsonPath: string) => ({ name, type: 'integer', jsonPath });
const common = { group, version: 'v1alpha1', required: ['spec'] };

/** All of them. */
export function definitions(): readonly KubeObject[] {
  return [
    definition({
      ...common,
      ...{ kind: 'AnalysisRun', plural: 'analysisruns', singular: 'analysisrun' },
      shortNames: ['ar'],
      columns: [{ name: 'Status', type: 'string', jsonPath: '.status.phase' }, age],
      spec: runSchema(),
      status: runStatusSchema(),
      hasStatus: false,
    }),
    definition({
      ...common,
      ...{ kind: 'AnalysisTemplate', plural: 'analysistemplates', singular: 'analysistemplate' },
      shortNames: ['at'],
      columns: [age],
      spec: templateSchema(),
      hasStatus: false,
    }),
    definition({
      ...common,
      kind: 'ClusterAnalysisTemplate',
      plural: 'clusteranalysistemplates',
      singular: 'clusteranalysistemplate',
      shortNames: ['cat'],
      scope: 'Cluster',
      columns: [age],
      spec: templateSchema(),
      hasStatus: false,
    }),
    definition({
      ...common,
      ...{ kind: 'Rollout', plural: 'rollouts', singular: 'rollout', shortNames: ['ro'] },
      columns: [
        number('Desired', '.spec.replicas'),
        number('Current', '.status.replicas'),
        number('Up-to-date', '.status.updatedReplicas'),
        number('Available', '.status.availableReplicas'),
        age,
      ],
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.HPAReplicas',
        labelSelectorPath: '.status.selector',
      },
      spec: rolloutSchema(),
      status: rolloutStatusSchema(),
    }),
  ];
}
