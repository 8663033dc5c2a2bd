/** Tables of custom resources. @upstream apiextensions-apiserver/pkg/registry/customresource/tableconvertor */
import { goNumber } from '../../api/go-text.js';
import { sortedJson } from '../../api/encode.js';
import type { CustomResourceColumnDefinition } from '../../api/kinds/apiextensions.js';
import type { KubeObject } from '../../api/object.js';
import { parseTime } from '../../api/time.js';
import { sinceText } from '../resources/columns/cell.js';
import type { Column } from '../resources/strategy.js';
import { createdDescription, nameDescription } from '../printers/table.js';
import { valueAt } from './json-path.js';

const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: nameDescription,
};

const ageDefinition: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  description: createdDescription,
  jsonPath: '.metadata.creationTimestamp',
};

/** The columns of a version, and its cells. */
export function customColumns(definitions: readonly CustomResourceColumnDefinition[] | undefined) {
  const shown =
    definitions === undefined || definitions.length === 0 ? [ageDefinition] : definitions;
  const columns: readonly Column[] = [nameColumn, ...shown.map(columnOf)];
  return {
    columns,
    cells: (object: KubeObject, nowMs: number): readonly unknown[] => [
      object.metadata.name,
      ...shown.map(definition => cellOf(object, definition, nowMs)),
    ],
  };
}

function columnOf(definition: CustomResourceColumnDefinition): Column {
  const { name, type, format, description = '', priority, jsonPath } = definition;
  return {
    name,
    type: type as Column['type'],
    ...(format !== undefined && { format }),
    description:
      description === ''
        ? `Custom resource definition column (in JSONPath format): ${jsonPath}`
        : description,
    ...(priority !== undefined && { priority }),
  };
}

function cellOf(
  object: KubeObject,
  { type, jsonPath }: CustomResourceColumnDefinition,
  nowMs: number,
): unknown {
  const value = valueAt(object, jsonPath);
  if (value === undefined) return null;
  switch (type) {
    case 'string':
      return printed(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      if (typeof value !== 'string') return null;
      return parseTime(value).isOk ? sinceText(value, nowMs) : '<invalid>';
    default:
      return null;
  }
}

/** As a JSON path prints a value. */
function printed(value: unknown): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return goNumber(value);
  return typeof value === 'object' ? sortedJson(value) : String(value);
}
