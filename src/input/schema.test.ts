import { describe, expect, it } from 'vitest';
import { InputError } from './errors.js';
import { parseLocated } from './located.js';
import { checkSchema, type JsonSchema } from './schema.js';

const schema: JsonSchema = {
  type: 'object',
  required: ['kind'],
  additionalProperties: false,
  properties: {
    kind: { type: 'string', enum: ['Scenario'] },
    name: { type: 'string' },
    only: { type: 'string', enum: ['this'] },
    advance: { type: 'string', pattern: '^[0-9]+m$', examples: ['5m'] },
    count: { type: 'integer', minimum: 0 },
    isPaused: { type: 'boolean' },
    laws: { type: 'object' },
    cluster: { type: 'object', properties: { seed: { type: 'number' } } },
    steps: { type: 'array' },
    pools: { type: 'array', minItems: 1 },
    one: {
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    },
  },
};

function told(line: string): readonly (string | undefined)[] {
  const [document] = parseLocated(`kind: Scenario\n${line}\n`, 'file.yaml');
  if (document === undefined) throw new Error('a document');
  try {
    checkSchema(document, schema);
  } catch (error) {
    if (error instanceof InputError) return [error.message, error.details.next];
    throw error;
  }
  return [];
}

describe('what is wrong is told with file, line, field and the next step', () => {
  it.each([
    [
      'laws: [a]',
      'laws: must be a map, is a list',
      'write one "name: value" a line under it, indented',
    ],
    ['cluster: 5', 'cluster: must be a map, is 5', 'write its fields under it, indented: seed'],
    [
      'steps: {}',
      'steps: must be a list, is a map',
      'write one entry a line under it, each after "- "',
    ],
    [
      'steps:',
      'steps: must be a list, is empty',
      'write one entry a line under it, each after "- "',
    ],
    [
      'pools: []',
      'pools: must have at least one entry, has none',
      'write one entry a line under it, each after "- "',
    ],
    ['only: zebra', 'only: "zebra" is not one of this', 'write this'],
    ['name: 5', 'name: must be a string, is 5', 'put it in quotes: "5"'],
    ['name: on', 'name: must be a string, is true', 'put it in quotes: "on"'],
    ['name: []', 'name: must be a string, is a list', 'write one text after the colon'],
    ['advance: 5', 'advance: must be a string, is 5', 'for example 5m'],
    ['count: many', 'count: must be an integer, is "many"', 'write a whole number, without quotes'],
    ['count: -1', 'count: must be at least 0, is -1', 'write 0 or more'],
    [
      'cluster: { seed: a }',
      'cluster.seed: must be a number, is "a"',
      'write a number, without quotes',
    ],
    ['isPaused: maybe', 'isPaused: must be a boolean, is "maybe"', 'write true or false'],
    ['one: {}', 'one: needs one of a, b', 'add one of them'],
    ['one: { a: w, b: z }', 'one: takes only one of a, b; it has a and b', 'keep one of them'],
    ['coun: 1', 'coun: unknown field "coun"', 'did you mean count?'],
  ])('%s', (line, message, next) => {
    expect(told(line)).toEqual([`file.yaml:2: ${message}`, next]);
  });

  it('a field that is missing, with the line to add', () => {
    const [document] = parseLocated('name: a\n', 'file.yaml');
    if (document === undefined) throw new Error('a document');
    expect(() => checkSchema(document, schema)).toThrow(
      expect.objectContaining({
        message: 'file.yaml:1: the field "kind" is missing',
        details: expect.objectContaining({ next: 'add "kind: Scenario"' }) as unknown,
      }) as Error,
    );
  });
});
