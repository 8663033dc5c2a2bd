import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

interface Told {
  readonly metadata: { readonly continue?: string; readonly resourceVersion?: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
  readonly reason?: string;
}

const path = '/api/v1/namespaces/default/configmaps';
const minuteMs = 60_000;

function start() {
  const loop = new Loop();
  const { serve } = createApiServer({ clock: loop, random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const ask = (request: ApiRequest) => {
    let answer: ApiAnswer | undefined;
    serve(request, connection, given => (answer = given));
    return { status: answer?.status, body: answer?.body as Told };
  };
  const create = (name: string) =>
    ask({ method: 'POST', path, headers: {}, body: { metadata: { name } } });
  const list = (query: string) => ask({ method: 'GET', path: `${path}?${query}` });
  const wait = (minutes: number) => loop.runUntil(loop.now() + minutes * minuteMs);
  // With a body the query is asked for the list alone: without one its resourceVersion is a precondition too.
  const remove = (query: string) =>
    ask({ method: 'DELETE', path: `${path}?${query}`, headers: {}, body: {} });
  return { create, list, remove, wait };
}

it('goes on with a page for five minutes at least; later only with what there is then', () => {
  const { create, list, wait } = start();
  for (const name of ['a', 'b', 'd']) create(name);
  const first = list('limit=1');
  const token = encodeURIComponent(first.body.metadata.continue ?? '');
  wait(4);
  create('c');
  const second = list(`limit=2&continue=${token}`);
  expect(second.body.items.map(({ metadata }) => metadata.name)).toEqual(['b', 'd']);
  wait(11);
  const late = list(`limit=2&continue=${token}`);
  expect([late.status, late.body.reason]).toEqual([410, 'Expired']);
  const inconsistent = encodeURIComponent(late.body.metadata.continue ?? '');
  const rest = list(`limit=2&continue=${inconsistent}`);
  expect(rest.body.items.map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
  expect(
    list(`continue=${encodeURIComponent(rest.body.metadata.continue ?? '')}`).body.items,
  ).toHaveLength(1);
  const exact = `resourceVersionMatch=Exact&resourceVersion=${first.body.metadata.resourceVersion}`;
  expect(list(exact).status).toBe(410);
});

it('goes on for ever where nothing has changed', () => {
  const { create, list, wait } = start();
  for (const name of ['a', 'b']) create(name);
  const token = encodeURIComponent(list('limit=1').body.metadata.continue ?? '');
  wait(60);
  expect(list(`continue=${token}`).status).toBe(200);
});

it('deletes a page of a collection, or what it held at a revision that is still known', () => {
  const { create, list, remove, wait } = start();
  for (const name of ['a', 'b', 'c']) create(name);
  const { body } = remove('limit=1');
  expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['a']);
  expect(body.metadata.continue).toBeDefined();
  const { resourceVersion } = list('').body.metadata;
  create('d');
  wait(4);
  const exact = `resourceVersion=${resourceVersion}`;
  expect(list(`${exact}&limit=9`).body.items).toHaveLength(2);
  expect(remove(exact).body.items.map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
  expect(list('').body.items.map(({ metadata }) => metadata.name)).toEqual(['d']);
  wait(11);
  const late = remove(exact);
  expect([late.status, late.body.reason]).toEqual([410, 'Expired']);
});
