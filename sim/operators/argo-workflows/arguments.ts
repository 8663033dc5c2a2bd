/** Hands arguments to a template. @upstream workflow/common/util.go ProcessArgs */
import { WorkflowFault } from './fault.js';
import { substituted, type Names } from './substitution.js';
import type { AnyText, Arguments, Artifact, Outputs, Parameter, Template } from './types.js';

/** Stands for an argument that refers to an output which is absent. */
export const absentArgument = '__argo__internal__absent__optional__argument';

/** The value of a key of a ConfigMap; a fault tells why there is none. */
export type ConfigMapValue = (name: string, key: string) => string;

/** What is known where a template is called. */
export interface CallScope {
  readonly globals: Names;
  readonly locals: Names;
  /** Absent: values of ConfigMaps are not looked up. */
  readonly configMapValue?: ConfigMapValue;
  /** It is only looked at: artifacts need not be anywhere yet. */
  readonly isValidation?: boolean;
}

/** The template with its inputs, and with what is known filled in. */
export function withArguments(template: Template, args: Arguments, scope: CallScope): Template {
  const { inputs } = template;
  if (inputs === undefined) return withParameters(template, scope);
  const parameters = inputs.parameters?.map(one => withValue(one, args, scope));
  const artifacts = inputs.artifacts?.map(one => withLocation(one, args, scope));
  return withParameters(
    { ...template, inputs: { ...(parameters && { parameters }), ...(artifacts && { artifacts }) } },
    scope,
  );
}

function withValue(input: Parameter, args: Arguments, scope: CallScope): Parameter {
  const argument = args.parameters?.find(({ name }) => name === input.name);
  const given = defaulted(input);
  if (argument?.value === absentArgument) {
    if (given.value !== undefined || given.valueFrom !== undefined) return fromMap(given, scope);
    throw new WorkflowFault(
      `inputs.parameters.${input.name}: argument references an absent optional (skipped/omitted node output with no default)`,
    );
  }
  return fromMap(argument === undefined ? given : overwritten(given, argument), scope);
}

function defaulted(input: Parameter): Parameter {
  const { value, default: byDefault } = input;
  return value === undefined && byDefault !== undefined ? { ...input, value: byDefault } : input;
}

function overwritten(input: Parameter, { value, valueFrom }: Parameter): Parameter {
  const { value: _, valueFrom: __, ...rest } = input;
  if (value !== undefined) return { ...rest, value };
  return { ...rest, ...(valueFrom !== undefined && { valueFrom }) };
}

function fromMap(input: Parameter, scope: CallScope): Parameter {
  const reference = input.valueFrom?.configMapKeyRef;
  if (reference === undefined) {
    if (input.value !== undefined) return { ...input, value: textOf(input.value) };
    throw new WorkflowFault(`inputs.parameters.${input.name} was not supplied`);
  }
  if (scope.configMapValue === undefined) return input;
  const { name = '', key } = substituted(reference, scope.globals, 'all');
  const value = valueOf(() => scope.configMapValue?.(name, key), input);
  return value === undefined ? input : { ...input, value };
}

function valueOf(look: () => string | undefined, input: Parameter): AnyText | undefined {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof WorkflowFault)) throw error;
    const { default: byDefault } = input.valueFrom ?? {};
    if (byDefault !== undefined && error.kind === 'not-found') return byDefault;
    throw new WorkflowFault(
      `unable to retrieve inputs.parameters.${input.name} from ConfigMap: ${error.message}`,
    );
  }
}

function withLocation(input: Artifact, args: Arguments, scope: CallScope): Artifact {
  const argument = args.artifacts?.find(({ name }) => name === input.name);
  if (input.optional !== true && !isLocated(input)) {
    if (argument === undefined) {
      throw new WorkflowFault(`inputs.artifacts.${input.name} was not supplied`);
    }
    if (!isLocated(argument) && scope.isValidation !== true) {
      throw new WorkflowFault(`inputs.artifacts.${input.name} missing location information`);
    }
  }
  if (argument === undefined) return input;
  const { path, ['mode']: mode, ['recurseMode']: recurseMode } = input;
  return {
    ...argument,
    ...(path !== undefined && { path }),
    ...(mode !== undefined && { mode }),
    ...(recurseMode !== undefined && { recurseMode }),
  };
}

const locations = [
  ...['s3', 'git', 'http', 'artifactory', 'hdfs', 'raw', 'oss', 'gcs', 'azure', 'plugin'],
];

/** Whether it says where the artifact is, or will be. */
export function isLocated(artifact: Artifact): boolean {
  return locations.some(field => artifact[field] !== undefined);
}

/** The template with names filled in, those of its inputs last. @upstream SubstituteParams */
export function withParameters(template: Template, { globals, locals }: CallScope): Template {
  const outer = new Map([...globals, ...locals]);
  const first = substituted(template, outer);
  return substituted(first, new Map([...outer, ...namesOfInputs(first)]));
}

function namesOfInputs({ inputs, outputs }: Template): Names {
  const names = new Map<string, string>();
  for (const { name, value } of inputs?.parameters ?? []) {
    if (value !== undefined) names.set(`inputs.parameters.${name}`, textOf(value));
  }
  names.set('inputs.parameters', JSON.stringify(inputs?.parameters ?? []));
  addPaths(names, 'inputs', inputs);
  addPaths(names, 'outputs', outputs);
  for (const { name, valueFrom } of outputs?.parameters ?? []) {
    if (valueFrom?.path !== undefined) names.set(`outputs.parameters.${name}.path`, valueFrom.path);
  }
  return names;
}

function addPaths(
  names: Map<string, string>,
  prefix: string,
  of: Pick<Outputs, 'artifacts'> | undefined,
): void {
  for (const { name, path } of of?.artifacts ?? []) {
    if (path !== undefined) names.set(`${prefix}.artifacts.${name}.path`, path);
  }
}

/** As upstream's AnyString has it. */
export function textOf(value: AnyText): string {
  return String(value);
}
