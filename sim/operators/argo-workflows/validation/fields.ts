/** What names and arguments must look like. @upstream workflow/validate/validate.go */
import { WorkflowFault } from '../fault.js';
import { isLocated } from '../arguments.js';
import type { Arguments, Parameter } from '../types.js';

/** Throws when a name is missing, wrong, or there twice. */
export function nameFaults(
  path: string,
  items: readonly { readonly name?: string }[],
  sort: 'field' | 'parameter',
): void {
  const seen = new Set<string>();
  for (const [index, { name = '' }] of items.entries()) {
    if (name === '') throw new WorkflowFault(`${path}[${index}].name is required`);
    const problem = sort === 'field' ? fieldNameProblem(name) : parameterNameProblem(name);
    if (problem !== undefined) {
      throw new WorkflowFault(`${path}[${index}].name: '${name}' is invalid: ${problem}`);
    }
    if (seen.has(name)) throw new WorkflowFault(`${path}[${index}].name '${name}' is not unique`);
    seen.add(name);
  }
}

/** @upstream isValidWorkflowFieldName */
export function fieldNameProblem(name: string): string | undefined {
  const problems = [
    ...(name.length > 128 ? ['must be no more than 128 characters'] : []),
    ...(/^[a-zA-Z0-9][-a-zA-Z0-9]*$/.test(name)
      ? []
      : [
          "name must consist of alpha-numeric characters or '-', and must start with an alpha-numeric character (e.g. My-name1-2, 123-NAME)",
        ]),
  ];
  return problems.length === 0 ? undefined : problems.join(';');
}

/** @upstream isValidParamOrArtifactName */
export function parameterNameProblem(name: string): string | undefined {
  if (/^[-a-zA-Z0-9_]+$/.test(name)) return undefined;
  return "Parameter/Artifact name must consist of alpha-numeric characters, '_' or '-' e.g. my_param_1, MY-PARAM-1";
}

/** Throws what is wrong with arguments. @upstream validateArguments */
export function argumentFaults(
  prefix: string,
  { parameters = [], artifacts = [] }: Arguments,
  { mayBeEmpty }: { readonly mayBeEmpty: boolean },
): void {
  nameFaults(`${prefix}parameters`, parameters, 'parameter');
  nameFaults(`${prefix}artifacts`, artifacts, 'parameter');
  for (const parameter of parameters)
    valueFaults(`${prefix}${parameter.name}`, parameter, mayBeEmpty);
  for (const artifact of artifacts) {
    const { name, from = '', fromExpression = '' } = artifact;
    if (from === '' && fromExpression === '' && !isLocated(artifact)) {
      throw new WorkflowFault(`${prefix}${name}.from, artifact location, or key is required`);
    }
    if (from !== '' && fromExpression !== '') {
      throw new WorkflowFault(
        `${prefix}${name} shouldn't have both \`from\` and \`fromExpression\` in Artifact`,
      );
    }
  }
}

function valueFaults(path: string, parameter: Parameter, mayBeEmpty: boolean): void {
  const { value, valueFrom, enum: choices } = parameter;
  if (value === undefined && valueFrom === undefined && !mayBeEmpty) {
    throw new WorkflowFault(`${path}.value or ${path}.valueFrom is required`);
  }
  if (valueFrom !== undefined) {
    const { configMapKeyRef, event = '', supplied } = valueFrom;
    const { path: file = '', jsonPath = '', parameter: from = '', expression = '' } = valueFrom;
    const hasSource = configMapKeyRef !== undefined || event !== '' || supplied !== undefined;
    if (!hasSource || `${file}${jsonPath}${from}${expression}` !== '') {
      throw new WorkflowFault(
        `${path}.valueFrom only allows: default, configMapKeyRef and supplied`,
      );
    }
  }
  if (choices === undefined) return;
  if (choices.length === 0) {
    throw new WorkflowFault(`${path}.enum should contain at least one value`);
  }
  if (value === undefined) {
    if (mayBeEmpty) return;
    throw new WorkflowFault(`${path}.value is required`);
  }
  if (!choices.map(String).includes(String(value))) {
    throw new WorkflowFault(`${path}.value should be present in ${path}.enum list`);
  }
}
