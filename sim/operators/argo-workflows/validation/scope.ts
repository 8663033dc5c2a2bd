/** Which names a template may use. @upstream workflow/validate/validate.go resolveAllVariables */
import { isRecord } from '../../../api/equality.js';
import { WorkflowFault } from '../fault.js';
import { tagsIn } from '../substitution.js';
import { typeOf } from '../templates.js';
import type { Step, Template } from '../types.js';

const prefixes = ['item.', 'steps.', 'inputs.', 'outputs.', 'pod.', 'workflow.', 'tasks.'];

/** What is only known when it runs. */
const late = [
  ...['outputs.', 'workflow.creationTimestamp', 'workflow.scheduledTime', 'workflow.duration'],
  ...['tasks.name', 'steps.name', 'node.name'],
];

/** Stands for all fields of items that are not known yet. */
const anyItem = 'item.*';
const anyParameter = 'workflow.outputs.parameters.*';

/** Throws for the first name that nobody gives. */
export function unresolvedFault(
  value: unknown,
  scope: ReadonlySet<string>,
  globals: ReadonlySet<string>,
  { isTemplate }: { readonly isTemplate: boolean },
): void {
  for (const tag of tagsIn(value)) {
    const name = tag.trim();
    if (name.startsWith('=') || !prefixes.some(prefix => name.startsWith(prefix))) continue;
    if (scope.has(name) || globals.has(name)) continue;
    if (late.some(prefix => name.startsWith(prefix))) continue;
    if (name.startsWith('item.') && scope.has(anyItem)) continue;
    if (name.startsWith('workflow.outputs.parameters.') && scope.has(anyParameter)) continue;
    if (name.startsWith('workflow.parameters') && isTemplate) continue;
    // A name within a name is put together later.
    if (name.includes('{{')) continue;
    throw new WorkflowFault(`failed to resolve {{${tag}}}`);
  }
}

/** The names that the items of a step bring. @upstream addItemsToScope */
export function addItems(step: Step, scope: Set<string>): void {
  const { withItems = [], withParam = '', withSequence } = step;
  const ways = [withItems.length > 0, withParam !== '', withSequence !== undefined];
  if (ways.filter(Boolean).length > 1) {
    throw new WorkflowFault('only one of withItems, withParam, withSequence can be specified');
  }
  if (withSequence?.count !== undefined && withSequence.end !== undefined) {
    throw new WorkflowFault('only one of count or end can be defined in withSequence');
  }
  for (const item of withItems) {
    if (isRecord(item)) for (const name of Object.keys(item)) scope.add(`item.${name}`);
    scope.add('item');
  }
  if (withParam !== '') scope.add('item').add(anyItem);
  if (withSequence !== undefined) scope.add('item');
}

/** The names that a step or task gives those after it. @upstream addOutputsToScope */
export function addOutputs(
  template: Template | undefined,
  prefix: string,
  into: { readonly scope: Set<string>; readonly globals: Set<string> },
  how: { readonly isMany: boolean; readonly isAncestor: boolean },
): void {
  const { scope, globals } = into;
  for (const name of ['id', 'startedAt', 'finishedAt', 'hostNodeName']) {
    scope.add(`${prefix}.${name}`);
  }
  if (template === undefined) return;
  const type = typeOf(template) ?? '';
  if (template.daemon === true) scope.add(`${prefix}.ip`);
  const isOfSet = template.containerSet?.containers?.some(({ name }) => name === 'main') === true;
  if (isOfSet || ['Container', 'Script', 'Data', 'HTTP', 'Plugin'].includes(type)) {
    scope.add(`${prefix}.outputs.result`).add(`${prefix}.exitCode`);
  }
  for (const { name, globalName = '' } of template.outputs?.parameters ?? []) {
    scope.add(`${prefix}.outputs.parameters.${name}`);
    if (globalName.includes('{{')) scope.add(anyParameter);
    else if (globalName !== '') globals.add(`workflow.outputs.parameters.${globalName}`);
  }
  for (const { name, globalName = '' } of template.outputs?.artifacts ?? []) {
    scope.add(`${prefix}.outputs.artifacts.${name}`);
    if (globalName !== '') globals.add(`workflow.outputs.artifacts.${globalName}`);
  }
  if (how.isMany) {
    scope.add(`${prefix}.outputs.parameters`);
    if (type === 'Script' || type === 'ContainerSet') {
      scope.add(`${prefix}.outputs.result`).add(`${prefix}.exitCode`);
    }
  }
  if (how.isAncestor) scope.add(`${prefix}.status`);
}
