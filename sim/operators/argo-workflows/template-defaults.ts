/** What templates have in common, where they say nothing else. @upstream mergedTemplateDefaultsInto */
import { isRecord } from '../../api/equality.js';
import { typesOf } from './templates.js';
import type { Template } from './types.js';

const typeFields = [
  ...['container', 'containerSet', 'steps', 'dag', 'script', 'resource', 'data', 'suspend'],
  ...['http', 'plugin'],
] as const;

/** The template over the defaults, of which those for other sorts of templates do not count. */
export function withDefaults(template: Template, defaults: Template | undefined): Template {
  if (defaults === undefined) return template;
  const own = new Set<string>(typeFields.filter(field => template[field] !== undefined));
  if (typesOf(template).length === 0) return template;
  const fitting = Object.fromEntries(
    Object.entries(defaults).filter(
      ([field]) => own.has(field) || !(typeFields as readonly string[]).includes(field),
    ),
  );
  return merged(fitting, template) as Template;
}

/** Objects are merged field by field; a list takes the place of another. */
function merged(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over ?? base;
  const fields = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...fields].map(field => [field, merged(base[field], over[field])]));
}
