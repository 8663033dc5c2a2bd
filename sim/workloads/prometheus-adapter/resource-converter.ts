/** Which labels stand for which resources. @upstream pkg/naming/{resource_converter,lbl_res}.go */
import { RE2JS } from 're2js';
import { goQuote } from '../../api/go-text.js';
import { printedResource, type GroupResource } from '../../api/status.js';
import type { ResourceMapping } from './configuration.js';
import type { RestMapper } from './rest-mapper.js';
import {
  fillTextTemplate,
  readTextTemplate,
  RuleFault,
  type TextTemplate,
} from './text-template.js';

/** A text, or why there is none. */
export type TextOrError = string | { readonly error: string };

/** `namespaces`. */
export const namespaceResource: GroupResource = { group: '', resource: 'namespaces' };
const unscoped = new Set(['namespaces', 'nodes', 'persistentvolumes']);

/** Whether objects of the resource are in no namespace, as far as upstream knows. */
export function isUnscoped(resource: GroupResource): boolean {
  return unscoped.has(printedResource(resource));
}

/** The two ways, for one rule. */
export class ResourceConverter {
  private readonly resources = new Map<string, GroupResource>();
  private readonly labels = new Map<string, string>();
  private readonly template: TextTemplate | undefined;
  private readonly pattern: RE2JS | undefined;

  /** @throws RuleFault for a mapping that upstream would not start with. */
  constructor(
    { template, overrides }: ResourceMapping,
    private readonly mapper: RestMapper,
  ) {
    if (template !== '') {
      this.template = templateOf(template);
      this.pattern = patternOf(this.template, template);
    }
    for (const [label, written] of Object.entries(overrides)) {
      const found = mapper.resourceFor(written);
      if ('error' in found) {
        const told = `{${written.group} ${written.resource}}`;
        throw new RuleFault(`unable to normalize group-resource ${told}: ${found.error}`);
      }
      this.resources.set(label, found);
      this.labels.set(printedResource(found), label);
    }
  }

  /** The label that names objects of the resource. */
  labelFor(resource: GroupResource): TextOrError {
    const known = this.labels.get(printedResource(resource));
    if (known !== undefined) return known;
    const label = this.made(resource);
    if (typeof label !== 'string') {
      const what = printedResource(resource);
      return { error: `unable to convert resource ${what} into label: ${label.error}` };
    }
    this.labels.set(printedResource(resource), label);
    this.resources.set(label, resource);
    return label;
  }

  /** The resources that labels name, and whether a series is taken for one of a namespace. */
  resourcesOf(labels: readonly string[]): {
    readonly resources: readonly GroupResource[];
    readonly isNamespaced: boolean;
  } {
    const found: GroupResource[] = [];
    let isNamespaced = false;
    for (const label of labels) {
      const resource = this.resources.get(label) ?? this.extracted(label);
      if (resource === 'unknown') continue;
      if (resource !== undefined) found.push(resource);
      // A label that stands for no resource counts, too.
      if (resource === undefined || !isUnscoped(resource)) isNamespaced = true;
    }
    return { resources: found, isNamespaced };
  }

  /** Undefined: the label has not the form; unknown: it has, but the cluster has no such resource. */
  private extracted(label: string): GroupResource | 'unknown' | undefined {
    const matcher = this.pattern?.matcher(label);
    if (matcher === undefined || !matcher.find()) return undefined;
    const { group } = this.pattern?.namedGroups() ?? {};
    const found = this.mapper.resourceFor({
      group: group === undefined ? '' : (matcher.group(group) ?? ''),
      resource: matcher.group('resource') ?? '',
    });
    if ('error' in found) return 'unknown';
    this.resources.set(label, found);
    return found;
  }

  private made({ group, resource }: GroupResource): TextOrError {
    if (this.template === undefined) {
      return { error: 'no generic resource label form specified for this metric' };
    }
    const singular = this.mapper.singularOf(resource);
    if (typeof singular !== 'string') {
      const what = printedResource({ group, resource });
      return { error: `unable to singularize resource ${what}: ${singular.error}` };
    }
    const dot = { Group: group.replaceAll(/[.-]/g, '_'), Resource: singular };
    const label = fillTextTemplate(this.template, dot);
    return label === '' ? { error: 'empty label produced by label template' } : label;
  }
}

function templateOf(text: string): TextTemplate {
  const template = readTextTemplate('resource-label', text);
  if (!('error' in template)) return template;
  throw new RuleFault(`unable to parse label template ${goQuote(text)}: ${template.error}`);
}

/** The template turned round. */
function patternOf(template: TextTemplate, text: string): RE2JS {
  const source = fillTextTemplate(template, {
    Group: '(?P<group>.+?)',
    Resource: '(?P<resource>.+?)',
  });
  const converting = 'unable to convert label template to matcher';
  const refuse = (why: string): never => {
    throw new RuleFault(`unable to generate label format from template ${goQuote(text)}: ${why}`);
  };
  if (typeof source !== 'string') return refuse(`${converting}: ${source.error}`);
  if (source === '') return refuse(`${converting}: empty template`);
  const pattern = compiled(`^${source}$`);
  if ('error' in pattern) return refuse(`${converting}: ${pattern.error}`);
  if (pattern.namedGroups()['resource'] !== undefined) return pattern;
  return refuse('must include at least `{{.Resource}}` in the label template');
}

/** A regular expression, or why it is none, as Go says it. */
export function compiled(source: string): RE2JS | { readonly error: string } {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    // The library throws for what it cannot read, and for nothing else.
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
