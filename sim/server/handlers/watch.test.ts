import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest, Connection, WatchEvent } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
const path = '/api/v1/namespaces/default/secrets?watch=1&allowWatchBookmarks=true';

function watched(
  query: string,
  forMs: number,
  closesAtMs = Infinity,
  connection: Connection = admin,
  headers: ApiRequest['headers'] = {},
) {
  const loop = new Loop();
  const server = createApiServer({ clock: loop, random: new Random(1) });
  const told: string[] = [];
  const begun = loop.now();
  server.serve({ method: 'GET', path: path + query, headers }, connection, ({ stream }) => {
    const close = stream?.start({
      item: item => void told.push(`${(item as WatchEvent).type} ${loop.now() - begun}`),
      end: () => void told.push(`end ${loop.now() - begun}`),
    });
    if (closesAtMs < forMs) loop.after(closesAtMs, 'close', () => close?.());
  });
  loop.runUntil(begun + forMs);
  return told;
}

it('sends a bookmark each minute, and one shortly before the watch ends', () => {
  expect(watched('&timeoutSeconds=100', 200_000)).toEqual([
    'BOOKMARK 0',
    'BOOKMARK 60000',
    'BOOKMARK 98000',
    'end 100000',
  ]);
  expect(watched('&timeoutSeconds=1', 200_000)).toEqual(['BOOKMARK 0', 'end 1000']);
});

it('sends none once the client has gone', () => {
  expect(watched('', 200_000, 70_000)).toEqual(['BOOKMARK 0', 'BOOKMARK 60000']);
});

it('ends one over a socket that names no time after half an hour to an hour', () => {
  const remote = { ...admin, isRemote: true };
  const told = watched('', 4_000_000, Infinity, remote);
  const [end = '', endMs = '0'] = told.at(-1)?.split(' ') ?? [];
  expect(end).toBe('end');
  expect(Number(endMs)).toBeGreaterThanOrEqual(1_800_000);
  expect(Number(endMs)).toBeLessThan(3_600_000);
  expect(told.at(-2)).toBe(`BOOKMARK ${Number(endMs) - 2_000}`);
  expect(watched('&timeoutSeconds=1', 4_000_000, Infinity, remote).at(-1)).toBe('end 1000');
  expect(watched('', 4_000_000).at(-1)).toMatch(/^BOOKMARK/);
});

it('tells events as JSON alone, and bookmarks of tables as rows of nothing', () => {
  const loop = new Loop();
  const server = createApiServer({ clock: loop, random: new Random(1) });
  const answered = (accept: string) => {
    const answers: ApiAnswer[] = [];
    const query = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const request = { method: 'GET', path: path + query, headers: { accept } } as const;
    server.serve(request, admin, answer => void answers.push(answer));
    loop.runUntil(loop.now() + 1000);
    const items: unknown[] = [];
    answers[0]?.stream?.start({ item: item => void items.push(item), end: () => undefined });
    return { answer: answers[0], items };
  };
  const { answer } = answered('application/yaml');
  expect(answer?.status).toBe(406);
  expect(answer?.body).toMatch(/accepted: application\/json;stream=watch,\s/);
  expect(answered('application/yaml, application/json').answer?.status).toBe(200);
  const { items } = answered('application/json;as=Table;v=v1;g=meta.k8s.io');
  expect(items[0]).toMatchObject({
    type: 'BOOKMARK',
    object: { rows: [{ cells: ['', '', 0, '<unknown>'] }] },
  });
});

it('ends at once when its time is over already, or when what it tells is no list as asked', () => {
  expect(watched('&timeoutSeconds=-1', 10_000)).toEqual(['end 0']);
  const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
  expect(watched('', 10_000, Infinity, admin, { accept })).toEqual(['end 0']);
});
