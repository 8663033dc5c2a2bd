/** The pods that the steps of Argo's Workflows run in: each template with a container or a script is one. */
import { isRecord } from '../../sim/api/equality.js';
import type { FieldPath } from '../input/located.js';
import type { Entry } from './entry.js';

/** A pod's spec and metadata, and where in the object the container stands that they are of. */
export interface StepPod {
  readonly path: FieldPath;
  readonly containerPath: FieldPath;
  readonly template: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Where a kind has the spec of Workflows. */
const specPaths: Readonly<Record<string, FieldPath>> = {
  Workflow: ['spec'],
  WorkflowTemplate: ['spec'],
  CronWorkflow: ['spec', 'workflowSpec'],
};

/** Whether the object is one of these kinds. */
export function isOfWorkflows({ group, kind }: Entry): boolean {
  return group === 'argoproj.io' && (kind in specPaths || kind === 'ClusterWorkflowTemplate');
}

/** The pods of its steps, as far as they do not depend on parameters. */
export function stepPods({ kind, object }: Entry): readonly StepPod[] {
  const specPath = specPaths[kind];
  if (specPath === undefined) return [];
  let spec: unknown = object;
  for (const name of specPath) spec = isRecord(spec) ? spec[String(name)] : undefined;
  if (!isRecord(spec)) return [];
  const { templates, ...common } = spec;
  const all: readonly unknown[] = Array.isArray(templates) ? templates : [];
  return all.flatMap((template, index) =>
    isRecord(template) ? podOf(common, template, [...specPath, 'templates', index]) : [],
  );
}

/** What a pod may have from its template, or else from the Workflow. */
const settings = [
  ...['serviceAccountName', 'nodeSelector', 'tolerations', 'affinity', 'schedulerName'],
  ...['securityContext', 'hostAliases', 'automountServiceAccountToken'],
];

function podOf(common: Fields, template: Fields, path: FieldPath): readonly StepPod[] {
  const field = isRecord(template['container']) ? 'container' : 'script';
  const written = template[field];
  if (!isRecord(written)) return [];
  const { source: _, ...container } = written;
  const main = known({ ...container, command: undefined, args: undefined, name: 'main' });
  if (!('image' in main)) return [];
  const volumes = [...listOf(common['volumes']), ...listOf(template['volumes'])].filter(isPlain);
  const claims = listOf(common['volumeClaimTemplates']).flatMap(claim =>
    isRecord(claim) && isRecord(claim['metadata'])
      ? [{ name: claim['metadata']['name'], emptyDir: {} }]
      : [],
  );
  const own = Object.fromEntries(
    settings.flatMap(name => {
      const value = template[name] ?? common[name];
      return value !== undefined && isPlain(value) ? [[name, value]] : [];
    }),
  );
  const spec = {
    ...own,
    restartPolicy: 'Never',
    volumes: [...volumes, ...claims],
    containers: [main],
  };
  const metadata = isRecord(template['metadata']) ? template['metadata'] : {};
  return [{ path, containerPath: [...path, field], template: { metadata, spec } }];
}

/** Without the fields whose values are only known when it runs. */
function known(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && isPlain(value)),
  );
}

function isPlain(value: unknown): boolean {
  return !JSON.stringify(value).includes('{{');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
