/** What an author of Workflows should know before they run. */
import type { KubeObject } from '../../api/object.js';
import { cronProblem } from './cron-rules.js';
import type { CronWorkflow } from './cron-types.js';
import { groupVersion } from './keys.js';
import { isOfPod, typeOf, type FindBase } from './templates.js';
import type { Template, Workflow, WorkflowSpec } from './types.js';
import { workflowProblem } from './validation.js';

const kinds: ReadonlySet<string> = new Set([
  ...['Workflow', 'WorkflowTemplate', 'ClusterWorkflowTemplate', 'CronWorkflow'],
]);

/** The hints about an object; none for other kinds. */
export function workflowHints(object: KubeObject): readonly string[] {
  const { apiVersion, kind = '' } = object;
  if (apiVersion !== groupVersion) return [];
  if (kind === 'WorkflowEventBinding') {
    return ['WorkflowEventBindings are not simulated: no event submits a Workflow'];
  }
  if (!kinds.has(kind)) return [];
  const spec = specOf(object);
  if (spec === undefined) return [];
  return [
    ...problemOf(object, spec),
    ...ofSpec(spec),
    ...(spec.templates ?? []).flatMap(ofTemplate),
  ];
}

function specOf({ kind, spec }: KubeObject): WorkflowSpec | undefined {
  const own = (spec ?? {}) as WorkflowSpec & { readonly workflowSpec?: WorkflowSpec };
  return kind === 'CronWorkflow' ? own.workflowSpec : own;
}

/** What can be told without the templates that it refers to. */
function problemOf(object: KubeObject, spec: WorkflowSpec): readonly string[] {
  if (spec.workflowTemplateRef !== undefined || refersElsewhere(spec)) return [];
  const nowhere: FindBase = () => undefined;
  if (object.kind === 'CronWorkflow') {
    const found = cronProblem(object as unknown as CronWorkflow, nowhere);
    return found === undefined ? [] : [`it makes no Workflow: ${found}`];
  }
  const isTemplate = object.kind?.endsWith('Template') === true;
  const workflow: Workflow = { metadata: object.metadata, spec };
  const problem = workflowProblem(workflow, nowhere, { isTemplate });
  return problem === undefined ? [] : [`it fails at once: invalid spec: ${problem}`];
}

function refersElsewhere(spec: WorkflowSpec): boolean {
  return JSON.stringify(spec.templates ?? []).includes('"templateRef"');
}

function ofSpec(spec: WorkflowSpec): readonly string[] {
  const { artifactGC, podDisruptionBudget, templateDefaults } = spec;
  return [
    ...(artifactGC === undefined ? [] : ['artifactGC is not simulated: no artifact is deleted']),
    ...(podDisruptionBudget === undefined
      ? []
      : ['podDisruptionBudget is not simulated: no disruption budget is made']),
    ...(templateDefaults === undefined ? [] : ofTemplate(templateDefaults)),
  ];
}

function ofTemplate(template: Template): readonly string[] {
  const { name = '', outputs, metadata } = template;
  const type = typeOf(template) ?? '';
  const told = metadata?.annotations?.['seatrial.dev/outputs'];
  const toldResult = metadata?.annotations?.['seatrial.dev/result'];
  const parameters = (outputs?.parameters ?? []).filter(
    ({ valueFrom }) => valueFrom?.path !== undefined,
  );
  return [
    ...(type === 'Plugin'
      ? [
          `template ${name}: executor plug-ins are not simulated: no plug-in executes it, and it fails`,
        ]
      : []),
    ...(type === 'HTTP' && toldResult === undefined
      ? [
          `template ${name}: hosts outside of the cluster answer 200 and nothing, unless the annotation seatrial.dev/result of the template's metadata tells what`,
        ]
      : []),
    ...ofPipelines(template),
    ...ofDatabase(template),
    ...(template.executor?.serviceAccountName === undefined
      ? []
      : [
          `template ${name}: executor.serviceAccountName is not simulated: the pod's account reports`,
        ]),
    ...(template.retryStrategy?.affinity === undefined
      ? []
      : [
          `template ${name}: retryStrategy.affinity is not simulated: a try may run where one failed`,
        ]),
    ...(isOfPod(template) && parameters.length > 0 && told === undefined
      ? [
          `template ${name}: what a program writes is only known of shell commands; for another, its outputs are empty unless the annotation seatrial.dev/outputs of the template's metadata tells them as a JSON object`,
        ]
      : []),
  ];
}

/** What Kubeflow Pipelines compiles runs by what its driver writes, which nobody plays. @upstream kubeflow/pipelines backend/src/v2/compiler/argocompiler */
function ofPipelines({ name = '', container }: Template): readonly string[] {
  const image = container?.image ?? '';
  if (!/(?:^|\/)kfp-driver(?:[:@]|$)/.test(image)) return [];
  return [
    `template ${name}: the driver of Kubeflow Pipelines is not simulated: the steps that it decides on do not run as on a real cluster`,
  ];
}

function ofDatabase({ name = '', synchronization = {} }: Template): readonly string[] {
  const { semaphore, semaphores = [], mutex, mutexes = [] } = synchronization;
  const all = [
    ...(semaphore ? [semaphore] : []),
    ...semaphores,
    ...(mutex ? [mutex] : []),
    ...mutexes,
  ];
  if (!all.some(({ database }) => database !== undefined && database !== false)) return [];
  return [
    `template ${name}: locks in a database are not simulated: it ends as where none is configured`,
  ];
}
