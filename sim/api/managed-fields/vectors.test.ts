import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeObject } from '../decode.js';
import { isRecord } from '../equality.js';
import { shapeOfKind } from '../facts.js';
import { zeroStruct } from '../go-struct.js';
import { builtInSchema } from './built-in-schema.js';
import { resetFilter } from './reset-fields.js';
import { entriesAfterUpdate } from './update.js';

const folder = '../shared/vectors/api';

/** Kinds to which the server adds nothing after managed fields are worked out, and their resources. */
const resources: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  NetworkPolicy: 'networkpolicies',
  Ingress: 'ingresses',
  LimitRange: 'limitranges',
  PodTemplate: 'podtemplates',
  PodDisruptionBudget: 'poddisruptionbudgets',
  StorageClass: 'storageclasses',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
};

type Json = Readonly<Record<string, unknown>>;

interface Created {
  readonly id: string;
  readonly body: Json;
  readonly fields: unknown;
}

/** The objects that were created by one manager, as the server answered them. */
function createdObjects(): readonly Created[] {
  const found: Created[] = [];
  for (const file of readdirSync(folder).filter(name => name.endsWith('.jsonl'))) {
    for (const line of readFileSync(join(folder, file), 'utf8').trim().split('\n')) {
      const { id, steps = [] } = JSON.parse(line) as { id: string; steps?: readonly Json[] };
      for (const { method, expect: expected } of steps) {
        const { status, body } = (expected ?? {}) as { status?: number; body?: unknown };
        if (method !== 'POST' || status !== 201 || !isRecord(body)) continue;
        const { metadata, kind } = body;
        const entries = isRecord(metadata) ? metadata['managedFields'] : undefined;
        if (!Array.isArray(entries) || entries.length !== 1) continue;
        const entry = entries[0] as { fieldsV1: unknown; apiVersion: unknown };
        const isOwn = entry.apiVersion === body['apiVersion'];
        if (isOwn && String(kind) in resources) found.push({ id, body, fields: entry.fieldsV1 });
      }
    }
  }
  return found;
}

function computed({ body }: Created): unknown {
  const apiVersion = String(body['apiVersion']);
  const kind = String(body['kind']);
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const shape = shapeOfKind({ group, version, kind });
  if (shape === undefined) throw new Error(`no shape for ${kind}`);
  const text = JSON.stringify(body).replaceAll('{{time}}', '2020-01-01T00:00:00Z');
  const decoded = decodeObject(JSON.parse(text), shape);
  if (!decoded.isOk) throw new Error(decoded.error);
  const filter = resetFilter({ group, resource: resources[kind] ?? '' }, '');
  const [entry] = entriesAfterUpdate([], {
    apiVersion,
    schema: builtInSchema(shape),
    ...(filter === undefined ? {} : { filter }),
    manager: 'unknown',
    subresource: '',
    nowMs: 0,
    before: zeroStruct(shape),
    after: decoded.object,
    isCreate: true,
  });
  return entry?.fieldsV1;
}

describe.skipIf(!existsSync(folder))('fieldsV1 of created objects (vectors in ../shared)', () => {
  const objects = existsSync(folder) ? createdObjects() : [];
  it.each(objects.map(created => [created.id, String(created.body['kind']), created] as const))(
    '%s: %s',
    (_, __, created) => {
      expect(computed(created)).toEqual(created.fields);
    },
  );
});
