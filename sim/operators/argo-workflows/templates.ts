/** What sort of template it is, and where templates are found. @upstream workflow/templateresolution/context.go */
import { WorkflowFault } from './fault.js';
import type { Caller, Metadata, Template, TemplateRef } from './types.js';

/** The sorts of templates, by the field that makes one. */
const sorts = {
  container: 'Container',
  containerSet: 'ContainerSet',
  steps: 'Steps',
  dag: 'DAG',
  script: 'Script',
  resource: 'Resource',
  data: 'Data',
  suspend: 'Suspend',
  http: 'HTTP',
  plugin: 'Plugin',
} as const;

/** A sort of template. */
export type TemplateType = (typeof sorts)[keyof typeof sorts];

/** The sorts that a template could be of: one, if it is in order. */
export function typesOf(template: Template): readonly TemplateType[] {
  return Object.entries(sorts)
    .filter(([field]) => template[field as keyof typeof sorts] !== undefined)
    .map(([, type]) => type);
}

/** The sort of a template. */
export function typeOf(template: Template): TemplateType | undefined {
  return typesOf(template)[0];
}

const podTypes: ReadonlySet<string> = new Set([
  ...['Container', 'ContainerSet', 'Script', 'Resource', 'Data'],
]);

/** Whether a pod runs it. */
export function isOfPod(template: Template): boolean {
  return podTypes.has(typeOf(template) ?? '');
}

/** Whether it calls no other. */
export function isLeaf(template: Template): boolean {
  const type = typeOf(template) ?? '';
  return podTypes.has(type) || type === 'HTTP' || type === 'Plugin';
}

/** Where templates are looked for by name: a Workflow, or a template that it refers to. */
export interface Base {
  readonly scope: 'local' | 'namespaced' | 'cluster';
  readonly name: string;
  readonly templates: readonly Template[];
  readonly podMetadata?: Metadata;
}

/** What finds the templates that others refer to; undefined: there is none of that name. */
export type FindBase = (ref: {
  readonly name: string;
  readonly isOfCluster: boolean;
}) => Base | undefined;

/** A template, and where those are looked for that it names. */
export interface Resolved {
  readonly template: Template;
  readonly base: Base;
  /** Under which a template is kept in the status; undefined: the Workflow has it itself. */
  readonly storedAs?: string;
}

/** The scope as nodes tell it. */
export function scopeText({ scope, name }: Base): string {
  return `${scope}/${name}`;
}

/** Finds the template that a step, a task or a node names. */
export function resolve(
  caller: Caller,
  base: Base,
  find: FindBase,
  stored: Readonly<Record<string, Template>> = {},
): Resolved {
  const storedAs = storedName(caller, base);
  const { templateRef } = caller;
  const next = templateRef === undefined ? base : baseOf(templateRef, find);
  const kept = storedAs === undefined ? undefined : stored[storedAs];
  const template = kept ?? found(caller, base, next);
  if (typeOf(template) === undefined) {
    throw new WorkflowFault(`template '${template.name ?? ''}' type is unknown`);
  }
  return { template, base: next, ...(storedAs !== undefined && { storedAs }) };
}

function found(caller: Caller, base: Base, next: Base): Template {
  const { inline, templateRef, template: name = '' } = caller;
  if (inline !== undefined) return inline;
  if (templateRef !== undefined) return fromRef(templateRef, next);
  if (name === '') throw new WorkflowFault('failed to get a template');
  const template = base.templates.find(one => one.name === name);
  if (template !== undefined) return withMetadata(template, base.podMetadata);
  throw new WorkflowFault(`template ${name} not found`, 'not-found');
}

function fromRef({ name = '', template: wanted = '' }: TemplateRef, next: Base): Template {
  const template = next.templates.find(one => one.name === wanted);
  if (template !== undefined) return withMetadata(template, next.podMetadata);
  throw new WorkflowFault(`template ${wanted} not found in workflow template ${name}`, 'not-found');
}

function baseOf({ name = '', clusterScope = false }: TemplateRef, find: FindBase): Base {
  const base = find({ name, isOfCluster: clusterScope });
  if (base !== undefined) return base;
  throw new WorkflowFault(`workflow template ${name} not found`, 'not-found');
}

/** What pods of the whole Workflow have, a template has, too, unless it says otherwise. */
function withMetadata(template: Template, more: Metadata | undefined): Template {
  if (more === undefined) return template;
  const { metadata = {} } = template;
  return {
    ...template,
    metadata: {
      ...metadata,
      ...(more.labels && { labels: { ...more.labels, ...metadata.labels } }),
      ...(more.annotations && { annotations: { ...more.annotations, ...metadata.annotations } }),
    },
  };
}

/** @upstream resolveTemplateReference */
function storedName(
  { name, template, templateRef, inline }: Caller,
  base: Base,
): string | undefined {
  if (templateRef !== undefined) {
    const scope = templateRef.clusterScope === true ? 'cluster' : 'namespaced';
    return `${scope}/${templateRef.name ?? ''}/${templateRef.template ?? ''}`;
  }
  if (base.scope === 'local') return undefined;
  if (inline !== undefined) return `${scopeText(base)}/inline/${name ?? ''}`;
  return `${scopeText(base)}/${template ?? ''}`;
}
