/** Policies are checked against the metadata that the documents of the built-in types tell of. */
import { expect, it } from 'vitest';
import { publishedSchema } from '../../sim/controllers/control/published-schema.js';
import type { Answer } from '../../sim/client/contract.js';
import { openapiDocuments } from '../../src/backends/openapi-documents.js';

it('puts in what a published schema refers to', () => {
  const name = 'apis/apps/v1';
  const run = publishedSchema({ group: 'apps', version: 'v1', kind: 'Deployment' });
  const answer = (object: unknown) =>
    run.next({ isOk: true, status: 200, object } as unknown as Answer);
  expect(run.next().value).toEqual({ method: 'GET', path: '/openapi/v3' });
  const url = `/openapi/v3/${name}?hash=1`;
  const paths = { [name]: { serverRelativeURL: url } };
  expect(answer(JSON.stringify({ paths })).value).toEqual({ method: 'GET', path: url });
  const told = answer(openapiDocuments.text(name));
  expect(told.done).toBe(true);
  const text = JSON.stringify(told.value);
  expect(text).not.toContain('"$ref"');
  expect(told.value).toMatchObject({
    properties: {
      metadata: { properties: { labels: { additionalProperties: { type: 'string' } } } },
      spec: { properties: { replicas: { type: 'integer' } } },
    },
  });
});
