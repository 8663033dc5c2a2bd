/** Validates Workflows before they run. @upstream workflow/validate/validate.go */
import type { View } from '../../client/contract.js';
import { WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import type { Base, FindBase } from './templates.js';
import {
  clusterWorkflowTemplates,
  workflowTemplates,
  type Arguments,
  type Workflow,
  type WorkflowSpec,
} from './types.js';
import { argumentFaults, nameFaults } from './validation/fields.js';
import { TemplateValidator } from './validation/templates.js';
import { mergedArguments, mergedSpecs } from './workflow-spec.js';

/** How it is looked at. */
export interface ValidationOptions {
  /** A template of others: its arguments need no values, and it needs no entry. */
  readonly isTemplate?: boolean;
}

const nameMax = 63;

/** Finds templates among those that a controller sees. */
export function findAmong(view: View, namespace: string): FindBase {
  return ({ name, isOfCluster }) => {
    const found = isOfCluster
      ? view.get(clusterWorkflowTemplates, '', name)
      : view.get(workflowTemplates, namespace, name);
    if (found === undefined) return undefined;
    return baseOf(found.spec, name, isOfCluster ? 'cluster' : 'namespaced');
  };
}

/** Where the templates of a spec are looked for. */
export function baseOf(spec: WorkflowSpec, name: string, scope: Base['scope']): Base {
  const { templates = [], podMetadata } = spec;
  return { scope, name, templates, ...(podMetadata && { podMetadata }) };
}

/** Throws what is wrong with the Workflow. */
export function validateOperation(operation: Operation): void {
  const { workflow, find, spec } = operation;
  validateWorkflow(workflow, spec, find);
}

/**
 * Throws what is wrong with a Workflow; `spec` is the one that is run, with that of the template that it
 * refers to.
 */
export function validateWorkflow(
  workflow: Workflow,
  merged: WorkflowSpec,
  find: FindBase,
  { isTemplate = false }: ValidationOptions = {},
): void {
  const { metadata, spec } = workflow;
  const { name = '' } = metadata;
  if (name.length > nameMax) {
    throw new WorkflowFault(
      `workflow name "${name}" must not be more than 63 characters long (currently ${name.length})`,
    );
  }
  const refers = spec.workflowTemplateRef !== undefined;
  if (refers && (spec.templates ?? []).length > 0) {
    throw new WorkflowFault(
      'Templates is invalid field in spec if workflow referred WorkflowTemplate reference',
    );
  }
  nameFaults('spec.templates', spec.templates ?? [], 'field');
  const args: Arguments = merged.arguments ?? {};
  argumentFaults('spec.arguments.', args, { mayBeEmpty: isTemplate });
  const validator = new TemplateValidator(find, globalNames(workflow, merged), { isTemplate });
  const base = baseOf(merged, name, 'local');
  const { entrypoint = '', onExit = '' } = merged;
  if (entrypoint === '' && !isTemplate) throw new WorkflowFault('spec.entrypoint is required');
  if (entrypoint !== '') {
    validator.holder({ template: entrypoint }, base, isTemplate ? 'any' : args);
  }
  if (onExit !== '') {
    validator.globals.add('workflow.failures');
    validator.holder({ template: onExit }, base, args);
  }
  hookFaults(spec);
  podGcFaults(spec);
  for (const { name: templateName = '' } of merged.templates ?? []) {
    validator.within(`templates.${templateName}`, () =>
      validator.holder({ template: templateName }, base, 'any'),
    );
  }
}

function hookFaults({ hooks = {} }: WorkflowSpec): void {
  for (const [name, { expression = '' }] of Object.entries(hooks)) {
    if (name !== 'exit' && expression === '') {
      throw new WorkflowFault(`hooks.${name} Expression required`);
    }
  }
}

const gcStrategies: ReadonlySet<string> = new Set([
  ...['', 'OnPodCompletion', 'OnPodSuccess', 'OnWorkflowCompletion', 'OnWorkflowSuccess'],
]);

function podGcFaults({ podGC }: WorkflowSpec): void {
  const { strategy = '' } = podGC ?? {};
  if (gcStrategies.has(strategy)) return;
  throw new WorkflowFault(`podGC.strategy unknown strategy '${strategy}'`);
}

/** What is known everywhere. */
function globalNames({ metadata }: Workflow, spec: WorkflowSpec): Set<string> {
  const names = new Set(
    ['name', 'namespace', 'mainEntrypoint', 'serviceAccountName', 'uid', 'status'].map(
      name => `workflow.${name}`,
    ),
  );
  for (const sort of ['annotations', 'labels'] as const) {
    names.add(`workflow.${sort}`).add(`workflow.${sort}.json`);
    const own = { ...metadata[sort], ...spec.workflowMetadata?.[sort] };
    for (const name of Object.keys(own)) names.add(`workflow.${sort}.${name}`);
  }
  for (const name of Object.keys(spec.workflowMetadata?.labelsFrom ?? {})) {
    names.add(`workflow.labels.${name}`);
  }
  const parameters = spec.arguments?.parameters ?? [];
  if (parameters.length > 0) names.add('workflow.parameters').add('workflow.parameters.json');
  for (const { name } of parameters) names.add(`workflow.parameters.${name}`);
  if (spec.priority !== undefined) names.add('workflow.priority');
  return names;
}

/** Why a Workflow that nobody runs yet would not run; undefined: nothing is known to be wrong. */
export function workflowProblem(
  workflow: Workflow,
  find: FindBase,
  options: ValidationOptions & { readonly referred?: WorkflowSpec } = {},
): string | undefined {
  const { referred } = options;
  const merged = referred === undefined ? workflow.spec : mergedSpecs(workflow.spec, referred);
  const args = mergedArguments(workflow.spec.arguments, referred?.arguments);
  try {
    validateWorkflow(workflow, { ...merged, ...(args && { arguments: args }) }, find, options);
    return undefined;
  } catch (error) {
    if (error instanceof WorkflowFault) return error.message;
    throw error;
  }
}
