import { expect, it } from 'vitest';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { schemaErrors } from './validate-schema.js';

const of = (type: string): JSONSchemaProps => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: { size: { type } } } },
});

it('holds for the schema that was passed, and for no other', () => {
  const spec = { size: 1 };
  const [numbers, texts] = [of('integer'), of('string')];
  for (const _ of [1, 2]) {
    expect(schemaErrors({ spec }, numbers)).toEqual([]);
    expect(schemaErrors({ spec }, texts)).toHaveLength(1);
  }
});

it('is not said of what may stay wrong because it was', () => {
  const schema = of('string');
  const spec = { size: 1 };
  expect(schemaErrors({ spec }, schema, { old: { value: { spec: { size: 1 } } } })).toEqual([]);
  expect(schemaErrors({ spec }, schema)).toHaveLength(1);
});
