import { expect, it } from 'vitest';
import { swaggerSchema } from './swagger-schema.js';

it('drops junctors, and what may be null from type and required', () => {
  const schema = {
    type: 'object',
    required: ['a', 'b'],
    anyOf: [{ required: ['a'] }],
    properties: {
      a: { type: 'string', nullable: true },
      b: { type: 'array', items: { type: 'object', oneOf: [{}] } },
    },
  };
  expect(swaggerSchema(schema)).toEqual({
    type: 'object',
    required: ['b'],
    properties: { a: {}, b: { type: 'array', items: { type: 'object' } } },
  });
});

it('tells no properties and no type of what keeps unknown fields', () => {
  const keeps = { 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { type: 'object', properties: { a: { type: 'array', ...keeps, items: {} } } };
  expect(swaggerSchema(schema)).toEqual({ type: 'object', properties: { a: keeps } });
  expect(swaggerSchema({ type: 'object', ...keeps, properties: {} })).toEqual(keeps);
});
