/** Keys that users choose may be called as what every object of JavaScript inherits. */
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

function server() {
  const clock = new Loop({ startMs: Date.UTC(2026, 0, 1) });
  const { serve } = createApiServer({ clock, random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  return (method: ApiRequest['method'], path: string, text: string, type = 'application/json') => {
    let answer: ApiAnswer | undefined;
    const headers = { accept: 'application/json', 'content-type': type };
    const body = new TextEncoder().encode(text);
    serve({ method, path, headers, body }, connection, given => (answer = given));
    const { data } = (answer?.body ?? {}) as { readonly data?: object };
    const entries = Object.entries(data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    return { status: answer?.status, data: entries };
  };
}

const maps = '/api/v1/namespaces/default/configmaps';
const one = `${maps}/one?fieldManager=tester`;
const head = '"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}';

it('are kept by creations, updates and each kind of patch', () => {
  const ask = server();
  const data = '"data":{"__proto__":"a","constructor":"b","toString":"c"}';
  const before = [
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ];
  expect(ask('POST', maps, `{${head},${data}}`)).toEqual({ status: 201, data: before });
  expect(ask('PUT', one, `{${head},${data},"immutable":false}`).data).toEqual(before);
  const merged = '{"data":{"x":"1","__proto__":"d"}}';
  const after = [['__proto__', 'd'], ...before.slice(1), ['x', '1']];
  expect(ask('PATCH', one, merged, 'application/merge-patch+json').data).toEqual(after);
  const strategic = '{"data":{"__proto__":"e"}}';
  expect(ask('PATCH', one, strategic, 'application/strategic-merge-patch+json').data).toEqual([
    ['__proto__', 'e'],
    ...after.slice(1),
  ]);
  const applied = `{${head},"data":{"__proto__":"f","valueOf":"2"}}`;
  expect(ask('PATCH', `${one}&force=true`, applied, 'application/apply-patch+yaml').data).toEqual([
    ['__proto__', 'f'],
    ...before.slice(1),
    ['valueOf', '2'],
    ['x', '1'],
  ]);
});
