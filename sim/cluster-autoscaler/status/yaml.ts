/** Writes a status as gopkg.in/yaml.v2 does: two spaces, lists not indented, times in quotes. */

/** What a status is made of. Fields that are undefined are left out. */
export type YamlValue = string | number | readonly YamlMap[] | YamlMap | undefined;

/** Fields in their order. */
export interface YamlMap {
  readonly [field: string]: YamlValue;
}

/** The text, with a line break at its end. */
export function yamlText(map: YamlMap, indent = ''): string {
  return Object.entries(map)
    .map(([field, value]) => (value === undefined ? '' : fieldLines(field, value, indent)))
    .join('');
}

function fieldLines(field: string, value: NonNullable<YamlValue>, indent: string): string {
  if (typeof value !== 'object') return `${indent}${field}: ${scalar(value)}\n`;
  if (!isList(value)) return `${indent}${field}:\n${yamlText(value, `${indent}  `)}`;
  if (value.length === 0) return '';
  const items = value.map(item => {
    const text = yamlText(item, `${indent}  `);
    return `${indent}- ${text.slice(indent.length + 2)}`;
  });
  return `${indent}${field}:\n${items.join('')}`;
}

function isList(value: readonly YamlMap[] | YamlMap): value is readonly YamlMap[] {
  return Array.isArray(value);
}

/** A text that YAML would take for a time, or for more than a text, is quoted. */
function scalar(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const isPlain = /^[A-Za-z0-9][\w ./+:-]*$/.test(value) && !/: |^\d{4}-\d\d-\d\dT/.test(value);
  return isPlain ? value : JSON.stringify(value);
}
