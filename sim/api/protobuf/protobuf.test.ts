import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeObject } from '../decode.js';
import { deepEqual, isRecord } from '../equality.js';
import { shapeOfKind } from '../facts.js';
import { decodeProtobuf } from './decode-protobuf.js';
import { encodeProtobuf } from './encode-protobuf.js';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

function shapeFor(object: Readonly<Record<string, unknown>>) {
  const apiVersion = String(object['apiVersion']);
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const kind = String(object['kind']);
  return shapeOfKind({ group, version: apiVersion.slice(slash + 1), kind });
}

/** The object after one way out and back. */
function roundTrip(object: Readonly<Record<string, unknown>>): unknown {
  const body = encodeProtobuf(object);
  const shape = shapeFor(object);
  if (body === undefined || shape === undefined) return undefined;
  const read = decodeProtobuf(body);
  if (!read.isOk) return read.error;
  const decoded = decodeObject(read.value.value, shape);
  return decoded.isOk ? decoded.object : decoded.error;
}

describe('protobuf', () => {
  it('writes metadata alone, and lists of it, as upstream does', () => {
    const metadata = { name: 'a', namespace: 'n' };
    const one = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
    const list = {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '7' },
      items: [one, one],
    };
    const told = (object: Readonly<Record<string, unknown>>): string =>
      Buffer.from(encodeProtobuf(object) ?? []).toString('hex');
    // ObjectMeta{name: a, generateName: '', namespace: n, selfLink, uid, resourceVersion: '', generation: 0,
    // creationTimestamp{}}, as Go writes what is empty.
    const meta = '0a0161' + '1200' + '1a016e' + '2200' + '2a00' + '3200' + '3800' + '4200';
    const length = (hex: string): string => (hex.length / 2).toString(16).padStart(2, '0');
    const part = `0a${length(meta)}${meta}`;
    expect(told(one)).toContain(`12${length(part)}${part}`);
    const item = `12${length(part)}${part}`;
    const content = `0a07` + '0a00' + '120137' + '1a00' + item + item;
    expect(told(list)).toContain(`12${length(content)}${content}`);
    expect(encodeProtobuf({ ...list, kind: 'Table' })).toBeUndefined();
  });

  it('reads what client-go writes', () => {
    // Unknown{TypeMeta{v1, ConfigMap}, raw: ConfigMap{metadata{name: a}, data{k: v}}}
    const raw = '0a030a0161' + '12060a016b120176';
    const typeMeta = '0a02763112' + '09436f6e6669674d6170';
    const body = bytes('6b387300' + '0a0f' + typeMeta + '120d' + raw);
    expect(decodeProtobuf(body)).toEqual({
      isOk: true,
      value: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        value: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { k: 'v' } },
      },
    });
  });

  it('refuses other bytes', () => {
    expect(decodeProtobuf(bytes('7b7d')).isOk).toBe(false);
    expect(decodeProtobuf(bytes('6b3873000a0f')).isOk).toBe(false);
  });

  const folder = '../shared/vectors/api';
  it.skipIf(!existsSync(folder))('brings back all recorded objects (vectors in ../shared)', () => {
    let count = 0;
    const changed: unknown[] = [];
    for (const file of readdirSync(folder).filter(name => name.endsWith('.jsonl'))) {
      for (const line of readFileSync(join(folder, file), 'utf8').trim().split('\n')) {
        const text = line.replaceAll('"{{time}}"', '"2020-01-01T00:00:00Z"');
        const { steps = [] } = JSON.parse(text) as { steps?: readonly { expect?: unknown }[] };
        for (const step of steps) {
          const answer = isRecord(step.expect) ? step.expect['body'] : undefined;
          if (!isRecord(answer) || typeof answer['apiVersion'] !== 'string') continue;
          const shape = shapeFor(answer);
          const decoded = shape === undefined ? undefined : decodeObject(answer, shape);
          if (decoded === undefined || !decoded.isOk) continue;
          // Claim templates lose their kind and version on the wire; the server puts them back.
          if (answer['kind'] === 'StatefulSet') continue;
          count++;
          if (!deepEqual(roundTrip(decoded.object), decoded.object)) changed.push(decoded.object);
        }
      }
    }
    expect(changed).toEqual([]);
    expect(count).toBeGreaterThan(1000);
  });
});
