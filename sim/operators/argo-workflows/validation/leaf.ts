/** What a template must say of its pod, and of what comes of it. @upstream workflow/validate/validate.go validateLeaf, validateOutputs */
import { WorkflowFault } from '../fault.js';
import { isLeaf, typeOf } from '../templates.js';
import type { Artifact, Parameter, Template } from '../types.js';
import { nameFaults, parameterNameProblem } from './fields.js';
import { parseYamlBody } from '../../../api/yaml.js';

/** Throws what is wrong with a template that calls no other. */
export function leafFaults(template: Template, { hasImageDefault }: LeafOptions): void {
  const { name = '', container, script, resource, parallelism, activeDeadlineSeconds } = template;
  const path = `templates.${name}`;
  if (container !== undefined) mountFaults(path, template);
  for (const [field, one] of Object.entries({ container, script })) {
    if (one !== undefined && (one.image ?? '') === '' && !hasImageDefault) {
      throw new WorkflowFault(`${path}.${field}.image may not be empty`);
    }
  }
  if (template.containerSet !== undefined) setFaults(path, template);
  if (resource !== undefined) resourceFaults(path, resource);
  const seconds = Number(activeDeadlineSeconds ?? 1);
  if (seconds < 0 || (Number.isNaN(seconds) && !String(activeDeadlineSeconds).includes('{{'))) {
    throw new WorkflowFault(
      `${path}.activeDeadlineSeconds must be a positive integer > 0 or an argo variable`,
    );
  }
  if (parallelism !== undefined) {
    throw new WorkflowFault(`${path}.parallelism is only valid for steps and dag templates`);
  }
}

/** @upstream ContainerSetTemplate.Validate */
function setFaults(path: string, { containerSet, inputs, outputs }: Template): void {
  const containers = containerSet?.containers ?? [];
  const at = `${path}.containerSet.containers`;
  if (containers.length === 0) {
    throw new WorkflowFault(`${at} must have at least one container`);
  }
  nameFaults(at, containers, 'field');
  for (const { name, dependencies = [] } of containers) {
    const unknown = dependencies.find(one => !containers.some(other => other.name === one));
    if (unknown !== undefined) {
      throw new WorkflowFault(`${at}.${name} dependency '${unknown}' not defined`);
    }
  }
  const left = new Map(containers.map(({ name, dependencies = [] }) => [name, dependencies]));
  for (let size = -1; size !== left.size;) {
    size = left.size;
    for (const [name, before] of left) if (!before.some(one => left.has(one))) left.delete(name);
  }
  const [cycle] = left.keys();
  if (cycle !== undefined) {
    throw new WorkflowFault(
      `${at} dependency cycle detected: ${[...left.keys(), cycle].join('->')}`,
    );
  }
  const takesOrGives =
    (inputs?.artifacts ?? []).length > 0 ||
    (outputs?.parameters ?? []).length > 0 ||
    (outputs?.artifacts ?? []).length > 0;
  if (!takesOrGives || containers.some(({ name }) => name === 'main')) return;
  throw new WorkflowFault(`${at} must have a container named "main" for input or output`);
}

/** What is known of it from elsewhere. */
export interface LeafOptions {
  /** The Workflow says which image runs where a template does not. */
  readonly hasImageDefault: boolean;
}

function mountFaults(path: string, { container, inputs }: Template): void {
  const taken = new Map<string, string>();
  for (const [index, { mountPath, name }] of (container?.volumeMounts ?? []).entries()) {
    const before = taken.get(mountPath);
    if (before !== undefined) {
      throw new WorkflowFault(
        `${path}.container.volumeMounts[${index}].mountPath '${mountPath}' already mounted in ${before}`,
      );
    }
    taken.set(mountPath, `container.volumeMounts.${name}`);
  }
  for (const [index, { path: file = '', name }] of (inputs?.artifacts ?? []).entries()) {
    const before = taken.get(file);
    if (before !== undefined) {
      throw new WorkflowFault(
        `${path}.inputs.artifacts[${index}].path '${file}' already mounted in ${before}`,
      );
    }
    taken.set(file, `inputs.artifacts.${name}`);
  }
}

const actions = ['get', 'create', 'apply', 'delete', 'replace', 'patch'];

function resourceFaults(path: string, resource: NonNullable<Template['resource']>): void {
  const { action, manifest = '', manifestFrom } = resource;
  if (!action.includes('{{') && !actions.includes(action)) {
    throw new WorkflowFault(`${path}.resource.action must be one of: ${actions.join(', ')}`);
  }
  if (action === 'delete' || action === 'get') return;
  if (manifest === '' && manifestFrom === undefined) {
    throw new WorkflowFault(
      `either ${path}.resource.manifest or ${path}.resource.manifestFrom must be specified`,
    );
  }
  if (manifest === '' || /^\s*\{\{[^}]*\}\}\s*$/.test(manifest)) return;
  if (!parseYamlBody(manifest.replaceAll(/\{\{\s*=.*?\}\}/gs, 'placeholder')).isOk) {
    throw new WorkflowFault(`${path}.resource.manifest must be a valid yaml`);
  }
}

/** Throws what is wrong with the inputs. @upstream validateInputs */
export function inputFaults(template: Template): void {
  const { name = '', inputs } = template;
  nameFaults(`templates.${name}.inputs.parameters`, inputs?.parameters ?? [], 'parameter');
  nameFaults(`templates.${name}.inputs.artifacts`, inputs?.artifacts ?? [], 'parameter');
  for (const artifact of inputs?.artifacts ?? []) {
    const path = `inputs.artifacts.${artifact.name}`;
    pathFaults(template, path, artifact);
    if ((artifact.from ?? '') !== '') {
      throw new WorkflowFault(`templates.${name}.${path}.from not valid in inputs`);
    }
  }
}

function pathFaults(template: Template, path: string, { path: file = '' }: Artifact): void {
  const { name = '' } = template;
  if (!isLeaf(template)) {
    if (file === '') return;
    throw new WorkflowFault(
      `templates.${name}.${path}.path only valid in container/script templates`,
    );
  }
  if (file !== '') return;
  throw new WorkflowFault(`error in templates.${name}.${path}: Artifact path must be specified`);
}

/** Throws what is wrong with the outputs. */
export function outputFaults(template: Template): void {
  const { name = '', outputs } = template;
  nameFaults(`templates.${name}.outputs.parameters `, outputs?.parameters ?? [], 'parameter');
  nameFaults(`templates.${name}.outputs.artifacts `, outputs?.artifacts ?? [], 'parameter');
  for (const artifact of outputs?.artifacts ?? []) {
    const path = `outputs.artifacts.${artifact.name}`;
    pathFaults(template, path, artifact);
    globalNameFaults(`templates.${name}.${path}`, artifact.globalName);
  }
  for (const parameter of outputs?.parameters ?? []) {
    const path = `templates.${name}.outputs.parameters.${parameter.name}`;
    outputFault(path, parameter);
    sourceFault(path, parameter, template);
    globalNameFaults(path, parameter.globalName);
  }
}

function globalNameFaults(path: string, name = ''): void {
  if (name === '' || name.includes('{{')) return;
  const problem = parameterNameProblem(name);
  if (problem !== undefined) throw new WorkflowFault(`${path}.globalName: ${problem}`);
}

function outputFault(path: string, { value, valueFrom }: Parameter): void {
  if (valueFrom !== undefined && value !== undefined) {
    throw new WorkflowFault(`${path} has both valueFrom and value specified. Choose one.`);
  }
  if (value !== undefined) return;
  if (valueFrom === undefined) {
    throw new WorkflowFault(`${path} does not have valueFrom or value specified`);
  }
  const { path: file, jqFilter, jsonPath, parameter, expression, supplied } = valueFrom;
  const sources = [file, jqFilter, jsonPath, parameter, expression].filter(
    one => one !== undefined && one !== '',
  );
  const count = sources.length + (supplied === undefined ? 0 : 1);
  if (count === 1) return;
  const sorts = 'choose one of: path, jqFilter, jsonPath, parameter, raw';
  throw new WorkflowFault(
    count === 0
      ? `valueFrom type unspecified. ${sorts}, expression`
      : `multiple valueFrom types specified. ${sorts}`,
  );
}

function sourceFault(path: string, { valueFrom }: Parameter, template: Template): void {
  if (valueFrom === undefined) return;
  const {
    path: file = '',
    jqFilter = '',
    jsonPath = '',
    parameter = '',
    expression = '',
  } = valueFrom;
  const type = typeOf(template) ?? '';
  switch (type) {
    case 'Container':
    case 'ContainerSet':
    case 'Script':
      if (file !== '') return;
      throw new WorkflowFault(`${path}.path must be specified for ${type} templates`);
    case 'Resource':
      if (jqFilter !== '' || jsonPath !== '') return;
      throw new WorkflowFault(
        `${path} .jqFilter or jsonPath must be specified for ${type} templates`,
      );
    case 'Steps':
    case 'DAG':
      if (parameter !== '' || expression !== '') return;
      throw new WorkflowFault(
        `${path}.parameter or expression must be specified for ${type} templates`,
      );
    default:
  }
}
