/** Outputs with a global name belong to the whole Workflow. @upstream workflow/controller/operator.go addOutputsToGlobalScope */
import { deepEqual } from '../../api/equality.js';
import { textOf } from './arguments.js';
import type { Operation } from './operation.js';
import type { Artifact, Outputs, Parameter } from './types.js';

/** Adds those that have one. */
export function addToGlobals(operation: Operation, outputs: Outputs | undefined): void {
  for (const parameter of outputs?.parameters ?? []) addParameter(operation, parameter);
  for (const artifact of outputs?.artifacts ?? []) addArtifact(operation, artifact);
}

function addParameter(operation: Operation, { globalName = '', value }: Parameter): void {
  if (globalName === '') return;
  if (value !== undefined) {
    operation.globals.set(`workflow.outputs.parameters.${globalName}`, textOf(value));
  }
  const all = operation.status.outputs?.parameters ?? [];
  const made: Parameter = { name: globalName, ...(value !== undefined && { value }) };
  const next = withNamed(all, made);
  if (next === all) return;
  operation.isUpdated = true;
  operation.status.outputs = { ...operation.status.outputs, parameters: next };
}

function addArtifact(operation: Operation, artifact: Artifact): void {
  const { globalName = '', path: _, ...rest } = artifact;
  if (globalName === '') return;
  const { globalName: __, ...located } = rest as Artifact;
  const all = operation.status.outputs?.artifacts ?? [];
  const next = withNamed(all, { ...located, name: globalName });
  if (next === all) return;
  operation.isUpdated = true;
  operation.status.outputs = { ...operation.status.outputs, artifacts: next };
}

/** The list with this one in its place; the same list where nothing changes. */
function withNamed<T extends { readonly name: string }>(all: readonly T[], one: T): readonly T[] {
  const at = all.findIndex(({ name }) => name === one.name);
  if (at < 0) return [...all, one];
  return deepEqual(all[at], one) ? all : all.with(at, one);
}
