/** Validates templates and what they call. @upstream workflow/validate/validate.go templateValidationCtx */
import { withArguments } from '../arguments.js';
import { attempt, WorkflowFault } from '../fault.js';
import {
  isLeaf,
  isOfPod,
  resolve,
  scopeText,
  typeOf,
  typesOf,
  type Base,
  type FindBase,
} from '../templates.js';
import { tagsIn } from '../substitution.js';
import type { Arguments, Caller, Step, Template } from '../types.js';
import { validateDag } from './dag.js';
import { argumentFaults, fieldNameProblem } from './fields.js';
import { inputFaults, leafFaults, outputFaults } from './leaf.js';
import { addItems, addOutputs, unresolvedFault } from './scope.js';

/** What is handed to a template; `any`: whatever it asks for. */
export type Given = Arguments | 'any';

const policies: ReadonlySet<string> = new Set([
  ...['', 'Always', 'OnError', 'OnFailure', 'OnTransientError'],
]);

/** Looks at templates, each of which it looks into once. */
export class TemplateValidator {
  private readonly seen = new Set<string>();

  constructor(
    private readonly find: FindBase,
    readonly globals: Set<string>,
    readonly options: { readonly isTemplate: boolean },
  ) {}

  /** Runs a check and tells where it failed. */
  within<T>(path: string, check: () => T): T {
    const done = attempt(check);
    if ('value' in done) return done.value;
    throw new WorkflowFault(`${path} ${done.fault.message}`);
  }

  /** The template that is called; undefined: it is only known when it runs. */
  holder(caller: Caller, base: Base, given: Given): Template | undefined {
    const { templateRef, template = '' } = caller;
    if (templateRef !== undefined) {
      if (template !== '') {
        throw new WorkflowFault('template name cannot be specified with templateRef.');
      }
      if ((templateRef.name ?? '') === '') throw new WorkflowFault('resource name is required');
      if ((templateRef.template ?? '') === '') throw new WorkflowFault('template name is required');
      if (tagsIn(templateRef).length > 0) return undefined;
    }
    const found = attempt(() => resolve(caller, base, this.find));
    if ('fault' in found) throw notFound(found.fault, caller);
    const { template: resolved, base: next } = found.value;
    const policy = resolved.retryStrategy?.retryPolicy ?? '';
    if (!policies.has(policy)) throw new WorkflowFault(`${policy} is not a valid RetryPolicy`);
    this.template(resolved, next, given);
    return resolved;
  }

  private template(template: Template, base: Base, given: Given): void {
    const { name = '' } = template;
    const types = typesOf(template);
    if (types.length !== 1) throw typeFault(name, types.length);
    inputFaults(template);
    if (template.initContainers?.some(one => one.name === '') === true) {
      throw new WorkflowFault('initContainers must all have container name');
    }
    this.checkArguments(template, given);
    if ((template.timeout ?? '') !== '') timeoutFault(template);
    const id = `${scopeText(base)}${name}`;
    if (this.seen.has(id)) return;
    this.seen.add(id);
    this.body(template, base);
  }

  private checkArguments(template: Template, given: Given): void {
    const args = given === 'any' ? anyArguments(template) : given;
    const names = new Map<string, string>();
    this.within(`templates.${template.name ?? ''}`, () =>
      withArguments(template, args, { globals: names, locals: names, isValidation: true }),
    );
  }

  private body(template: Template, base: Base): void {
    const scope = this.scopeOf(template);
    const type = typeOf(template);
    if (type === 'Steps') this.steps(template, base, scope);
    else if (type === 'DAG') validateDag(this, template, base, scope);
    else this.leaf(template, scope);
    outputFaults(template);
    this.within(`templates.${template.name ?? ''}.outputs`, () =>
      this.unresolved(template.outputs ?? {}, scope),
    );
  }

  /** Throws for a name that nobody gives. */
  unresolved(value: unknown, scope: ReadonlySet<string>): void {
    unresolvedFault(value, scope, this.globals, this.options);
  }

  private scopeOf(template: Template): Set<string> {
    const scope = new Set<string>();
    const { parameters = [], artifacts = [] } = template.inputs ?? {};
    if (parameters.length > 0) scope.add('inputs.parameters');
    for (const { name } of parameters) scope.add(`inputs.parameters.${name}`);
    for (const { name } of artifacts) {
      scope.add(`inputs.artifacts.${name}`);
      if (isLeaf(template)) scope.add(`inputs.artifacts.${name}.path`);
    }
    if (isOfPod(template)) scope.add('pod.name');
    return scope;
  }

  private leaf(template: Template, scope: Set<string>): void {
    const path = `templates.${template.name ?? ''}:`;
    this.within(path, () => this.unresolved({ ...template, outputs: undefined }, scope));
    leafFaults(template, { hasImageDefault: this.hasImageDefault });
  }

  /** Set by who validates a spec that has defaults for its templates. */
  hasImageDefault = false;

  private steps(template: Template, base: Base, scope: Set<string>): void {
    const { name = '' } = template;
    nonLeafFault(template);
    const names = new Set<string>();
    for (const [index, group] of (template.steps ?? []).entries()) {
      const path = `templates.${name}.steps[${index}]`;
      for (const step of group) {
        stepNameFault(path, step, names);
        this.step(step, base, scope, path, `templates.${name}.steps`);
      }
    }
  }

  private step(step: Step, base: Base, scope: Set<string>, path: string, all: string): void {
    const prefix = `steps.${step.name}`;
    scope.add(`${prefix}.status`);
    this.within(`${path}.${step.name}`, () => addItems(step, scope));
    argumentFaults(`${path}.${step.name}.arguments.`, step.arguments ?? {}, { mayBeEmpty: false });
    const called = this.within(`${path}.${step.name}`, () => this.holder(step, base, 'any'));
    const into = { scope, globals: this.globals };
    const hasExit = (step.onExit ?? '') !== '' || step.hooks?.['exit'] !== undefined;
    if (hasExit) addOutputs(called, prefix, into, { isMany: false, isAncestor: false });
    hookFaults(step, `${path}.${step.name}`);
    this.within(all, () => this.unresolved(step, withInline(scope, step)));
    const isMany = (step.withItems ?? []).length > 0 || (step.withParam ?? '') !== '';
    addOutputs(called, prefix, into, { isMany, isAncestor: false });
    this.within(`${path}.${step.name}`, () => this.holder(step, base, step.arguments ?? {}));
  }
}

function notFound(fault: WorkflowFault, { templateRef, template = '' }: Caller): WorkflowFault {
  if (fault.kind !== 'not-found') return fault;
  if (templateRef === undefined) return new WorkflowFault(`template name '${template}' undefined`);
  const { name = '', template: wanted = '' } = templateRef;
  return new WorkflowFault(`template reference ${name}.${wanted} not found`);
}

function typeFault(name: string, count: number): WorkflowFault {
  const choice =
    'choose one of: container, containerSet, steps, script, resource, dag, suspend, template, template ref';
  return new WorkflowFault(
    count === 0
      ? `templates.${name} template type unspecified. ${choice}`
      : `templates.${name} multiple template types specified. ${choice}`,
  );
}

function timeoutFault(template: Template): void {
  const { name = '', timeout = '' } = template;
  if (!isLeaf(template)) {
    throw new WorkflowFault(`${typeOf(template) ?? ''} template doesn't support timeout field.`);
  }
  if (/^[-+]?\d+$/.test(timeout)) {
    throw new WorkflowFault(`${name} has invalid duration format in timeout.`);
  }
}

/** Something for everything that a template asks for. */
function anyArguments({ inputs }: Template): Arguments {
  return {
    parameters: (inputs?.parameters ?? []).map(({ name }) => ({ name, value: 'placeholder' })),
    artifacts: (inputs?.artifacts ?? []).map(({ name }) => ({ name })),
  };
}

/** @upstream validateNonLeaf */
export function nonLeafFault({ name = '', activeDeadlineSeconds }: Template): void {
  if (activeDeadlineSeconds === undefined) return;
  throw new WorkflowFault(
    `templates.${name}.activeDeadlineSeconds is only valid for leaf templates`,
  );
}

function stepNameFault(path: string, { name = '' }: Caller, names: Set<string>): void {
  if (name === '') throw new WorkflowFault(`${path}.name is required`);
  if (names.has(name)) throw new WorkflowFault(`${path}.name '${name}' is not unique`);
  const problem = fieldNameProblem(name);
  if (problem !== undefined)
    throw new WorkflowFault(`${path}.name '${name}' is invalid: ${problem}`);
  names.add(name);
}

function hookFaults({ hooks = {} }: Step, path: string): void {
  for (const [name, { expression = '' }] of Object.entries(hooks)) {
    if (name !== 'exit' && expression === '') {
      throw new WorkflowFault(`${path}.${name} Expression required`);
    }
  }
}

/** A template within a step has inputs of its own. */
export function withInline(scope: ReadonlySet<string>, { inline }: Caller): ReadonlySet<string> {
  const parameters = inline?.inputs?.parameters ?? [];
  if (parameters.length === 0) return scope;
  return new Set([...scope, ...parameters.map(({ name }) => `inputs.parameters.${name}`)]);
}
