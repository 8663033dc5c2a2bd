/** What steps and tasks may refer to: the inputs of their template, and what came of those before them. @upstream workflow/controller/scope.go */
import { isRecord } from '../../api/equality.js';
import type { Fields, Value } from '../../expr/value.js';
import { absentArgument, isLocated, textOf } from './arguments.js';
import { attempt, WorkflowFault } from './fault.js';
import { lastTried } from './retried.js';
import type { Operation } from './operation.js';
import { evaluateAmong, fieldsOf, printed, substituted, type Names } from './substitution.js';
import { resolve, type Base } from './templates.js';
import type {
  Arguments,
  Artifact,
  Caller,
  NodeStatus,
  Outputs,
  Parameter,
  Template,
  ValueFrom,
} from './types.js';

/** The names in the scope of one template. */
export class Scope {
  private readonly values = new Map<string, string | undefined>();
  private readonly artifacts = new Map<string, Artifact>();

  constructor(template?: Template) {
    for (const { name, value } of template?.inputs?.parameters ?? []) {
      if (value !== undefined) this.values.set(`inputs.parameters.${name}`, textOf(value));
    }
    for (const artifact of template?.inputs?.artifacts ?? []) {
      this.artifacts.set(`inputs.artifacts.${artifact.name}`, artifact);
    }
  }

  add(name: string, value: string | undefined): void {
    this.values.set(name, value);
  }

  addArtifact(name: string, artifact: Artifact): void {
    this.artifacts.set(name, artifact);
  }

  /** The names with those that are known everywhere. */
  names(globals: Names): Names {
    return new Map([...globals, ...this.values]);
  }

  /** What came of a node. @upstream buildLocalScope */
  addNode(operation: Operation, prefix: string, of: NodeStatus): void {
    const node = lastTried(operation, of) ?? of;
    this.add(`${prefix}.id`, node.id);
    if ((node.startedAt ?? null) !== null) this.add(`${prefix}.startedAt`, node.startedAt ?? '');
    if ((node.finishedAt ?? null) !== null) {
      this.add(`${prefix}.finishedAt`, node.finishedAt ?? '');
    }
    if (node.podIP !== undefined) this.add(`${prefix}.ip`, node.podIP);
    if (node.phase !== undefined) this.add(`${prefix}.status`, node.phase);
    if (node.hostNodeName !== undefined) this.add(`${prefix}.hostNodeName`, node.hostNodeName);
    this.addOutputs(prefix, node.outputs);
  }

  addOutputs(prefix: string, outputs: Outputs | undefined): void {
    if (outputs === undefined) return;
    const { result, exitCode, parameters = [], artifacts = [] } = outputs;
    if (prefix !== 'workflow' && result !== undefined) this.add(`${prefix}.outputs.result`, result);
    if (prefix !== 'workflow' && exitCode !== undefined) this.add(`${prefix}.exitCode`, exitCode);
    for (const { name, value } of parameters) {
      if (value !== undefined) this.add(`${prefix}.outputs.parameters.${name}`, textOf(value));
    }
    for (const artifact of artifacts) {
      this.addArtifact(`${prefix}.outputs.artifacts.${artifact.name}`, artifact);
    }
  }

  /** What would have come of a node that was skipped. @upstream addSkippedNodeOutputsToScope */
  addSkipped(
    operation: Operation,
    base: Base,
    of: {
      readonly prefix: string;
      readonly node: NodeStatus;
      readonly caller: Caller;
      readonly withArtifacts: boolean;
    },
  ): void {
    const { prefix, node, caller } = of;
    if (node.outputs !== undefined) return;
    if (node.phase !== 'Skipped' && node.phase !== 'Omitted') return;
    // A caller whose template cannot be found has no outputs to miss: it is told where it is called.
    const found = attempt(() => resolve(caller, base, operation.find));
    if ('fault' in found) return;
    const { outputs } = found.value.template;
    for (const { name, valueFrom } of outputs?.parameters ?? []) {
      const byDefault = valueFrom?.default;
      const value = byDefault === undefined ? undefined : textOf(byDefault);
      this.add(`${prefix}.outputs.parameters.${name}`, value);
    }
    if (!of.withArtifacts) return;
    for (const { name } of outputs?.artifacts ?? []) {
      this.addArtifact(`${prefix}.outputs.artifacts.${name}`, { name: '' });
    }
  }

  /** Arguments that only refer to what is absent count as not given. @upstream markAbsentOptionalArgs */
  withAbsent(args: Arguments | undefined): Arguments | undefined {
    if (args?.parameters === undefined) return args;
    const parameters = args.parameters.map(one =>
      one.value !== undefined && this.isAbsent(textOf(one.value))
        ? { ...one, value: absentArgument }
        : one,
    );
    return { ...args, parameters };
  }

  private isAbsent(value: string): boolean {
    const [, name] = /^\{\{([^{}]*)\}\}$/.exec(value) ?? [];
    const trimmed = name?.trim() ?? '';
    return this.values.has(trimmed) && this.values.get(trimmed) === undefined;
  }

  /** The artifact that another names. @upstream resolveArtifact */
  artifact({ name, from = '', fromExpression = '', ['subPath']: subPath }: Artifact): Artifact {
    if (fromExpression !== '') {
      const chosen = this.chosen(fromExpression);
      return { ...withSubPath(chosen, subPath), name };
    }
    const source = from.replace(/^\{\{\s*|\s*\}\}$/g, '');
    const found = this.artifacts.get(source);
    if (found === undefined) {
      throw new WorkflowFault(`Unable to resolve: {{${source}}}`);
    }
    return { ...withSubPath(found, subPath), name };
  }

  /** An expression sees artifacts at their names and gives one. @upstream evaluateExpression */
  private chosen(expression: string): Artifact {
    const fields = fieldsOf(this.values);
    for (const [name, artifact] of this.artifacts) {
      putField(fields, name.split('.'), artifact as unknown as Value);
    }
    const result = evaluateAmong(expression, fields);
    if ('error' in result) {
      throw new WorkflowFault(`Unable to resolve expression: ${result.error}`);
    }
    const { value } = result;
    if (isRecord(value) && typeof value['name'] === 'string') return value as unknown as Artifact;
    throw new WorkflowFault(`unable to evaluate expression "${expression}": it gives no artifact`);
  }

  /** Arguments with what is known filled in, and artifacts found. @upstream resolveReferences */
  artifactsOf(args: Arguments | undefined, isLenient: boolean): Arguments | undefined {
    if (args?.artifacts === undefined) return args;
    const artifacts = args.artifacts.flatMap(artifact => {
      const { from = '', fromExpression = '', optional } = artifact;
      if (from === '' && fromExpression === '') return [artifact];
      const found = attempt(() => this.artifact(artifact));
      if ('value' in found) return [found.value];
      if (optional === true) return [];
      const { message } = found.fault;
      throw new WorkflowFault(isLenient ? message : `unable to resolve references: ${message}`);
    });
    return { ...args, artifacts };
  }

  /** What a template of others gives. @upstream getTemplateOutputsFromScope */
  outputsOf({ outputs }: Template): Outputs | undefined {
    const { parameters = [], artifacts = [] } = outputs ?? {};
    if (parameters.length === 0 && artifacts.length === 0) return undefined;
    return {
      ...(parameters.length > 0 && { parameters: parameters.map(one => this.output(one)) }),
      ...(artifacts.length > 0 && { artifacts: artifacts.flatMap(one => this.outArtifact(one)) }),
    };
  }

  private output(parameter: Parameter): Parameter {
    const { valueFrom, ...rest } = parameter;
    if (valueFrom === undefined) {
      throw new WorkflowFault('output parameters must have a valueFrom specified');
    }
    const { default: byDefault } = valueFrom;
    const found = attempt(() => this.valueFrom(valueFrom));
    const value = 'value' in found ? found.value : undefined;
    const given = value ?? (byDefault === undefined ? undefined : textOf(byDefault));
    if (given !== undefined) return { ...rest, value: given };
    if ('fault' in found) throw found.fault;
    throw new WorkflowFault(
      `output parameter "${parameter.name}": "${valueFrom.parameter ?? ''}" is an absent optional (skipped/omitted node output with no default)`,
    );
  }

  private valueFrom({ expression = '', parameter = '' }: ValueFrom): string | undefined {
    if (expression !== '') {
      const result = evaluateAmong(expression, fieldsOf(this.values));
      if ('error' in result) throw new WorkflowFault(result.error);
      if (result.value === undefined) {
        throw new WorkflowFault(`failed to evaluate expression "${expression}"`);
      }
      return printed(result.value as Value);
    }
    const name = parameter.replace(/^\{\{\s*|\s*\}\}$/g, '');
    if (this.values.has(name)) return this.values.get(name);
    throw new WorkflowFault(`Unable to resolve: {{${name}}}`);
  }

  private outArtifact(artifact: Artifact): readonly Artifact[] {
    const { from = '', fromExpression = '' } = artifact;
    if (from === '' && fromExpression === '') return [artifact];
    const found = attempt(() => this.artifact(artifact));
    if ('value' in found) return isLocated(found.value) ? [found.value] : [];
    if (artifact.optional === true) return [];
    throw new WorkflowFault(`unable to resolve outputs from scope: ${found.fault.message}`);
  }
}

function putField(fields: Fields, path: readonly string[], value: Value): void {
  let at = fields as Record<string, Value>;
  for (const part of path.slice(0, -1)) {
    const inner = at[part];
    if (isRecord(inner)) at = inner as Record<string, Value>;
    else at = (at[part] = {}) as Record<string, Value>;
  }
  at[path.at(-1) ?? ''] = value;
}

/** A part of what is there: its key goes on. @upstream AppendToKey */
function withSubPath(artifact: Artifact, subPath: unknown): Artifact {
  if (typeof subPath !== 'string' || subPath === '') return artifact;
  for (const [field, place] of Object.entries(artifact)) {
    if (!isRecord(place) || typeof place['key'] !== 'string') continue;
    return { ...artifact, [field]: { ...place, key: `${place['key']}/${subPath}` } };
  }
  return artifact;
}

/** Arguments with names filled in. */
export function withNames(args: Arguments | undefined, scope: Scope, globals: Names): Arguments {
  const marked = scope.withAbsent(args) ?? {};
  return scope.artifactsOf(substituted(marked, scope.names(globals)), false) ?? {};
}

/** What came of many nodes of one step, as lists. @upstream processAggregateNodeOutputs */
export function addAggregate(scope: Scope, prefix: string, nodes: readonly NodeStatus[]): void {
  const counted = nodes.filter(
    ({ nodeFlag }) => nodeFlag?.hooked !== true && nodeFlag?.retried !== true,
  );
  if (nodes.length === 0) return;
  const ended = counted
    .filter(({ outputs, phase }) => outputs !== undefined && phase === 'Succeeded')
    .toSorted((one, other) => indexOf(one.name) - indexOf(other.name));
  const results = ended.flatMap(({ outputs }) => outputs?.result ?? []).map(parsed);
  scope.add(`${prefix}.outputs.result`, JSON.stringify(results));
  const sets = ended.flatMap(({ outputs }) => {
    const entries = (outputs?.parameters ?? []).map(({ name, value = '' }) => [
      name,
      textOf(value),
    ]);
    return entries.length === 0 ? [] : [Object.fromEntries(entries) as Record<string, string>];
  });
  scope.add(`${prefix}.outputs.parameters`, JSON.stringify(sets));
  for (const name of new Set(sets.flatMap(set => Object.keys(set)))) {
    const values = sets.flatMap(set => set[name] ?? []);
    scope.add(`${prefix}.outputs.parameters.${name}`, listText(values));
  }
}

/** The place in a loop: `a(3:x)` has 3. */
function indexOf(name: string): number {
  return Number.parseInt(name.slice(name.lastIndexOf('(') + 1), 10);
}

function parsed(text: string): unknown {
  const value = jsonOf(text);
  if (value !== undefined) return value;
  throw new WorkflowFault(`invalid character '${text.charAt(0)}' looking for beginning of value`);
}

/** Lists and objects stay what they are; anything else is text. @upstream aggregatedJSONValueList */
function listText(values: readonly string[]): string {
  const all = values.map(jsonOf);
  const areNested = all.every(value => typeof value === 'object' && value !== null);
  return JSON.stringify(areNested ? all : values);
}

/** The value of a JSON text; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
