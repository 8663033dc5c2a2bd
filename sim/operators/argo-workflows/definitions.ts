/** The CRDs of Argo Workflows, in their minimal form. @upstream manifests/base/crds/minimal */
import type { KubeObject } from '../../api/object.js';
import { definition, type DefinitionParts } from '../crd/definition.js';
import type { Schema } from '../crd/schema-of.js';
import { object, text } from '../crd/schema-parts.js';
import { group } from './keys.js';

const anything: Schema = {
  type: 'object',
  'x-kubernetes-map-type': 'atomic',
  'x-kubernetes-preserve-unknown-fields': true,
};
const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** All of them. */
export function definitions(): readonly KubeObject[] {
  return [
    of('ClusterWorkflowTemplate', ['clusterwftmpl', 'cwft'], { scope: 'Cluster' }),
    of('CronWorkflow', ['cwf', 'cronwf'], { status: anything }),
    of('WorkflowArtifactGCTask', ['wfat'], { spec: open, status: open, hasStatus: true }),
    of('WorkflowEventBinding', ['wfeb'], { spec: open }),
    of('Workflow', ['wf'], { status: anything, columns }),
    of('WorkflowTaskResult', undefined, { required: ['metadata'], fields: resultFields }),
    of('WorkflowTaskSet', ['wfts'], { status: anything, hasStatus: true }),
    of('WorkflowTemplate', ['wftmpl']),
  ];
}

const columns = [
  { name: 'Status', type: 'string', jsonPath: '.status.phase' },
  { name: 'Age', type: 'date', jsonPath: '.status.startedAt' },
  { name: 'Message', type: 'string', jsonPath: '.status.message' },
];

/** What an executor tells: it has no spec. */
const resultFields: Readonly<Record<string, Schema>> = {
  message: text,
  phase: text,
  progress: text,
  outputs: object({
    exitCode: text,
    result: text,
    artifacts: { type: 'array', items: { ...open, required: ['name'] } },
    parameters: {
      type: 'array',
      items: {
        ...object(
          {
            ...{ default: text, description: text, globalName: text, name: text, value: text },
            enum: { type: 'array', items: text },
            valueFrom: open,
          },
          ['name'],
        ),
      },
    },
  }),
};

function of(
  kind: string,
  shortNames: readonly string[] | undefined,
  more: Partial<DefinitionParts> = {},
): KubeObject {
  const singular = kind.toLowerCase();
  return definition({
    ...{ group, version: 'v1alpha1', kind, singular, plural: `${singular}s`, spec: anything },
    ...(shortNames !== undefined && { shortNames }),
    required: ['metadata', 'spec'],
    hasStatus: false,
    ...more,
  });
}
