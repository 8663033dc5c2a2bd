import { describe, expect, it } from 'vitest';
import { decodeObject } from './decode.js';
import { shapeOfKind } from './facts.js';
import { fromUnstructured } from './from-unstructured.js';
import { wasSentEmpty } from './go-struct.js';
import { parseJson } from './json-parse.js';
import { tidied } from './tidy.js';

function decode(text: string, kind: string, group = '', version = 'v1'): unknown {
  const parsed = parseJson(text);
  const shape = shapeOfKind({ group, version, kind });
  if (!parsed.isOk || shape === undefined) return parsed;
  return decodeObject(parsed.value.value, shape, parsed.value.repeated);
}

describe('decoding', () => {
  it('orders fields, applies omitempty and fills what is always written', () => {
    const text =
      '{"spec":{"containers":[{"image":"x","name":"c","ports":[]}]},"metadata":{"labels":{},"name":"a"},"kind":"Pod"}';
    const decoded = decode(text, 'Pod') as { object: unknown };
    expect(JSON.stringify(decoded.object)).toBe(
      '{"kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"x","resources":{}}]},"status":{}}',
    );
  });

  it('lists unknown and repeated fields in the order of the document', () => {
    const text =
      '{"metadata":{"name":"x","labels":{"a":"1","a":"2"},"odd":1,"name":"y"},"data":{"k":"1","k":"2"},"Data":{}}';
    expect(decode(text, 'ConfigMap')).toEqual({
      isOk: true,
      object: { metadata: { name: 'y', labels: { a: '2' } }, data: { k: '2' } },
      asSent: { metadata: { name: 'y', labels: { a: '2' } }, data: { k: '2' } },
      strict: [
        'duplicate field "metadata.labels.a"',
        'unknown field "metadata.odd"',
        'duplicate field "metadata.name"',
        'duplicate field "data.k"',
        'unknown field "Data"',
      ],
    });
  });

  it('looks into the values that a later key of the same name replaces', () => {
    const text = '{"data":{"k":"1","k":"2"},"data":{"odd":"x"}}';
    expect(decode(text, 'ConfigMap')).toMatchObject({
      object: { data: { odd: 'x' } },
      strict: ['duplicate field "data.k"', 'duplicate field "data"'],
    });
  });

  it('knows until storing which maps were sent empty', () => {
    const decoded = decode('{"metadata":{"labels":{}},"data":{}}', 'ConfigMap') as {
      readonly asSent: { readonly metadata: object };
    };
    expect(JSON.stringify(decoded.asSent)).toBe('{"metadata":{}}');
    expect(wasSentEmpty(decoded.asSent, 'data')).toBe(true);
    expect(wasSentEmpty(decoded.asSent.metadata, 'labels')).toBe(true);
    expect(wasSentEmpty(decoded.asSent.metadata, 'annotations')).toBe(false);
    const shape = shapeOfKind({ group: '', version: 'v1', kind: 'ConfigMap' });
    expect(wasSentEmpty(shape && tidied(decoded.asSent, shape), 'data')).toBe(false);
  });

  it.each([
    [
      '{"spec":{"containers":[{"ports":[{"containerPort":"80"}]}]}}',
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      '{"spec":{"containers":"x"}}',
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      '{"metadata":{"labels":["x"]}}',
      'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
    [
      '{"spec":{"terminationGracePeriodSeconds":1.5}}',
      'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
    ],
    [
      '{"metadata":"x"}',
      'json: cannot unmarshal string into Go struct field Pod.metadata of type v1.ObjectMeta',
    ],
    [
      '{"spec":{"containers":[{"resources":{"limits":{"cpu":"1 core"}}}]}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])('refuses %s', (text, error) => {
    expect(decode(text, 'Pod')).toEqual({ isOk: false, error });
  });

  it('reads quantities, times and base64', () => {
    const text =
      '{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":1.5,"memory":"1024Ki"}}}]}}';
    expect(decode(text, 'Pod')).toMatchObject({
      object: {
        spec: { containers: [{ resources: { limits: { cpu: '1500m', memory: '1Mi' } } }] },
      },
    });
    expect(decode('{"data":{"a":"YW="}}', 'Secret')).toEqual({
      isOk: false,
      error: 'illegal base64 data at input byte 3',
    });
    expect(
      decode('{"spec":{"renewTime":"2020-01-01T00:00:00Z"}}', 'Lease', 'coordination.k8s.io'),
    ).toMatchObject({
      isOk: false,
    });
  });

  it('tells broken JSON as Go does', () => {
    expect(parseJson('{"a":1,}')).toEqual({
      isOk: false,
      error: "invalid character '}' looking for beginning of object key string",
    });
    expect(parseJson('{"a"')).toEqual({ isOk: false, error: 'unexpected end of JSON input' });
    expect(parseJson('[1 2]')).toEqual({
      isOk: false,
      error: "invalid character '2' after array element",
    });
    expect(parseJson('truth')).toEqual({
      isOk: false,
      error: "invalid character 't' in literal true (expecting 'e')",
    });
  });

  it('leaves tidy objects as they are', () => {
    const shape = shapeOfKind({ group: '', version: 'v1', kind: 'Pod' });
    if (shape === undefined) throw new Error('no shape');
    const pod = {
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'c', resources: {} }] },
      status: {},
    };
    expect(tidied(pod, shape)).toBe(pod);
    const untidy = { ...pod, metadata: { name: 'a', labels: {}, uid: undefined, finalizers: [] } };
    expect(tidied(untidy, shape)).toEqual(pod);
    const condition = { type: 'Ready', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' };
    const bare = {
      kind: 'Pod',
      metadata: {},
      spec: { containers: [] },
      status: { conditions: [condition] },
    };
    expect(tidied(bare, shape).status).toEqual({
      conditions: [{ ...condition, lastProbeTime: null }],
    });
  });
});

describe('a strategically patched document', () => {
  const shape = shapeOfKind({ group: '', version: 'v1', kind: 'PodTemplate' });

  it('has errors in other words', () => {
    const error = (document: unknown): unknown => shape && fromUnstructured(document, shape);
    expect(error({ template: { spec: { containers: {} } } })).toEqual({
      isOk: false,
      error: 'cannot restore slice from map',
    });
    expect(error({ template: { spec: { hostname: 5 } } })).toEqual({
      isOk: false,
      error: 'cannot convert int64 to string',
    });
  });

  it('has its unknown fields sorted', () => {
    const decoded = shape && fromUnstructured({ z: 1, template: { odd: 1 } }, shape);
    expect(decoded).toMatchObject({
      strict: ['unknown field "template.odd"', 'unknown field "z"'],
    });
  });
});
