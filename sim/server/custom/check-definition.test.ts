/** What kube-apiserver 1.36.2 says of definitions, as it was measured. */
import { expect, it } from 'vitest';
import type {
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../api/kinds/apiextensions.js';
import type { ApiAnswer } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';
import { goSchema, setFields } from './go-schema.js';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The answer to a definition of the schema. */
function create(
  openAPIV3Schema: JSONSchemaProps,
  rest: Partial<CustomResourceDefinitionVersion> = {},
  metadata: object = { name: 'foos.a.b' },
) {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } };
  const names = { plural: 'foos', kind: 'Foo' };
  const spec = { group: 'a.b', scope: 'Namespaced', names, versions: [{ ...version, ...rest }] };
  const body = new TextEncoder().encode(JSON.stringify({ metadata, spec }));
  let answer: ApiAnswer | undefined;
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  serve({ method: 'POST', path, body }, connection, given => (answer = given));
  const told = (answer?.body as Told | undefined)?.details?.causes?.map(
    ({ field, message }) => `${field}: ${message}`,
  );
  return { told, warnings: answer?.warnings };
}

interface Told {
  readonly details?: { readonly causes?: readonly Cause[] };
}

interface Cause {
  readonly field: string;
  readonly message: string;
}

const at = 'spec.validation.openAPIV3Schema';

it('tells what no structural schema holds alone, or what else is wrong instead', () => {
  const text = `Invalid value: "": OpenAPIV3Schema 'schema' is not supported`;
  expect(create({ type: 'object', $schema: 'x' }).told).toEqual([`${at}: ${text}`]);
  const properties = { f: { $ref: '#/definitions/x' } };
  expect(create({ type: 'object', properties }).told).toEqual([
    `${at}.properties[f].$ref: Forbidden: $ref is not supported`,
  ]);
});

it('takes the default of the root for a whole object', () => {
  expect(create({ type: 'object', default: { a: 1 } }).told).toEqual([
    `${at}.default: Invalid value: {"a":1}: must not have unknown fields`,
    `${at}.default.apiVersion: Required value`,
    `${at}.default.kind: Required value`,
  ]);
  expect(create({ type: 'object', default: { kind: 'A', apiVersion: 'v1' } }).told).toBeUndefined();
});

it('warns of formats that nothing checks', () => {
  const properties: Readonly<Record<string, JSONSchemaProps>> = {
    a: { type: 'string', format: 'date-time' },
    b: { type: 'number', format: 'int32' },
    c: { type: 'array', items: { type: 'string', format: 'q' } },
    d: { type: 'string', format: 'q', anyOf: [{ format: 'within' }] },
  };
  expect(create({ type: 'object', properties }).warnings).toEqual([
    'unrecognized format "int32"',
    'unrecognized format "q"',
    'unrecognized format "within"',
  ]);
});

it('says why a selectable path leads nowhere', () => {
  const spec: JSONSchemaProps = {
    type: 'object',
    properties: {
      a: { type: 'string' },
      m: { type: 'object', additionalProperties: { type: 'string' } },
    },
  };
  const paths = ['spec.a', '.spec.m.x', '.spec..a', '.', '.spec.a[0]', '.spec.a.b'];
  const selectableFields = paths.map(jsonPath => ({ jsonPath }));
  const { told } = create({ type: 'object', properties: { spec } }, { selectableFields });
  expect(told?.map(text => text.replace(/^.*is an invalid path: /, ''))).toEqual([
    'expected [ or . but got: spec',
    'does not refer to a valid field',
    'unexpected end of JSON path',
    'array notation is not allowed',
    'does not refer to a valid field',
  ]);
});

it('asks for a name alone where there is none', () => {
  expect(create({ type: 'object' }, {}, {}).told).toEqual([
    'metadata.name: Required value: name or generateName is required',
  ]);
});

const allowed =
  'only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength ' +
  'MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs ' +
  'Example XPreserveUnknownFields XValidations] fields are allowed at the root of the schema if the ' +
  'status subresource is enabled';

it.each<[JSONSchemaProps, string, readonly string[]]>([
  [{ anyOf: [{ format: 'a' }] }, '"AnyOf":[{"ID":"","Schema":"","Ref":null', []],
  [{ enum: [] }, '"Enum":[],', []],
  [{ $ref: '' }, '"Ref":"",', ['.$ref: Forbidden: $ref is not supported']],
  [{ minProperties: 0 }, '"MinProperties":0,', []],
  [{ not: {} }, '"Not":{"ID":"",', []],
  [
    { allOf: [{ dependencies: {} }] },
    '"Dependencies":{},',
    ['.allOf[0].dependencies: Forbidden: dependencies is not supported'],
  ],
  [
    { nullable: true },
    '"Nullable":true',
    ['.nullable: Forbidden: nullable cannot be true at the root'],
  ],
])('lets %j not stand at the root beside a status', (part, shown, others) => {
  const { told = [] } = create({ type: 'object', ...part }, { subresources: { status: {} } });
  expect(told[0]).toMatch(/^spec\.validation\.openAPIV3Schema: Invalid value: \{"ID":""/);
  expect(told[0]).toContain(shown);
  expect(told[0]?.endsWith(`}: ${allowed}`)).toBe(true);
  expect(told.slice(1)).toEqual(others.map(other => at + other));
});

it('shows all of a schema as Go has it', () => {
  const schema: JSONSchemaProps = {
    type: 'object',
    maxProperties: 3,
    properties: {
      b: { type: 'array', items: { type: 'string' } },
      a: { 'x-kubernetes-validations': [{ rule: 'self.n > 0', reason: 'FieldValueInvalid' }] },
    },
  };
  const shown = JSON.stringify(goSchema(schema));
  expect(shown).toMatch(/"Properties":\{"a":\{.*"b":\{/);
  expect(shown).toContain('"Items":{"Schema":{"ID":"",');
  expect(shown).toContain('"JSONSchemas":null}');
  expect(shown).toContain(
    '"XValidations":[{"Rule":"self.n > 0","Message":"","MessageExpression":"","Reason":"FieldValueInvalid","FieldPath":"","OptionalOldSelf":null}]',
  );
  expect(setFields(schema)).toEqual(['Type', 'MaxProperties', 'Properties']);
});
