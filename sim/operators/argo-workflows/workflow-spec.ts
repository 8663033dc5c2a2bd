/** The spec that is run: the Workflow's own, or that of the template it refers to with its own over it. @upstream workflow/util/merge.go */
import { isRecord } from '../../api/equality.js';
import { WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import {
  clusterWorkflowTemplates,
  workflowTemplates,
  type Arguments,
  type Parameter,
  type WorkflowSpec,
} from './types.js';

/** Finds it, and keeps what is found in the status. @upstream setStoredWfSpec */
export function findSpec(operation: Operation): WorkflowSpec {
  const { spec } = operation.workflow;
  const defaults = operation.config.workflowDefaults?.spec;
  if (spec.workflowTemplateRef === undefined) {
    if (defaults === undefined) return spec;
    operation.ownSpec = mergedSpecs(spec, defaults);
    return operation.ownSpec;
  }
  const stored = operation.status.storedWorkflowTemplateSpec;
  const isCurrent =
    stored !== undefined &&
    stored.suspend === spec.suspend &&
    (stored.shutdown ?? '') === (spec.shutdown ?? '');
  if (isCurrent) return stored;
  const referred = stored ?? referredSpec(operation, spec.workflowTemplateRef);
  const own = mergedSpecs(spec, referred);
  const merged = defaults === undefined ? own : mergedSpecs(own, defaults);
  operation.status.storedWorkflowTemplateSpec = merged;
  operation.isUpdated = true;
  return merged;
}

function referredSpec(
  { view, namespace }: Operation,
  { name = '', clusterScope = false }: NonNullable<WorkflowSpec['workflowTemplateRef']>,
): WorkflowSpec {
  const found = clusterScope
    ? view.get(clusterWorkflowTemplates, '', name)
    : view.get(workflowTemplates, namespace, name);
  if (found !== undefined) return found.spec;
  const sort = clusterScope ? 'clusterworkflowtemplates' : 'workflowtemplates';
  throw new WorkflowFault(`${sort}.argoproj.io "${name}" not found`, 'not-found');
}

/** One spec over another: fields win as a whole, but objects, arguments and hooks are merged. @upstream JoinWorkflowSpec */
export function mergedSpecs(over: WorkflowSpec, base: WorkflowSpec): WorkflowSpec {
  const merged = mergedFields(base, over) as WorkflowSpec;
  const args = mergedArguments(over.arguments, base.arguments);
  return args === undefined ? merged : { ...merged, arguments: args };
}

function mergedFields(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over ?? base;
  const names = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(names.map(name => [name, mergedFields(base[name], over[name])]));
}

/** Arguments by their names: those of the Workflow come first. */
export function mergedArguments(
  over: Arguments | undefined,
  base: Arguments | undefined,
): Arguments | undefined {
  if (over === undefined || base === undefined) return over ?? base;
  const parameters = byName<Parameter>(over.parameters, base.parameters);
  const artifacts = byName(over.artifacts, base.artifacts);
  return {
    ...(parameters.length > 0 && { parameters }),
    ...(artifacts.length > 0 && { artifacts }),
  };
}

function byName<T extends { readonly name: string }>(
  over: readonly T[] = [],
  base: readonly T[] = [],
): readonly T[] {
  const names = new Set(over.map(({ name }) => name));
  return [...over, ...base.filter(({ name }) => !names.has(name))];
}
