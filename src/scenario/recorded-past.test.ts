import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bootSimulatedCluster } from '../backends/sim.js';
import { simulationOptions } from '../backends/sim-options.js';
import { placementLines, readPast, type RecordedDraw } from './recorded-past.js';

const folder = mkdtempSync(join(tmpdir(), 'seatrial-past-'));
afterAll(() => rmSync(folder, { recursive: true }));

function past(name: string, draws: readonly RecordedDraw[]) {
  const file = join(folder, name);
  writeFileSync(file, draws.map(draw => `${JSON.stringify(draw)}\n`).join(''));
  return readPast(file);
}

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const pod = (prefix: string, node?: string) => ({
  metadata: { namespace: 'a', generateName: prefix },
  ...(node !== undefined && {
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', values: [node] }] }],
          },
        },
      },
    },
  }),
});

describe('what a recorded cluster drew', () => {
  it('hands names out in the order in which the store took them, each once', () => {
    const drawn = past('names', [
      { at: at(1), revision: 9, resource: 'pods', namespace: 'a', name: 'w-bbbbb', prefix: 'w-' },
      { at: at(2), revision: 8, resource: 'pods', namespace: 'a', name: 'w-aaaaa', prefix: 'w-' },
      { at: at(3), resource: 'pods', namespace: 'a', name: 'w-bbbbb', prefix: 'w-', uid: '2' },
    ]);
    expect(drawn.name('pods', pod('w-'))).toBe('w-aaaaa');
    // What was not stored is handed out again.
    expect(drawn.name('pods', pod('w-'))).toBe('w-aaaaa');
    drawn.stored('pods', 'a', 'w-aaaaa');
    expect(drawn.name('pods', pod('w-'))).toBe('w-bbbbb');
    expect(drawn.uid('pods', 'a', 'w-bbbbb')).toBe('2');
    drawn.stored('pods', 'a', 'w-bbbbb');
    expect(drawn.name('pods', pod('w-'))).toBeUndefined();
    expect(drawn.name('pods', pod('other-'))).toBeUndefined();
  });

  it('gives a pod that is made for a node the name of the one that was made for it', () => {
    const drawn = past('pinned', [
      { at: at(1), resource: 'pods', namespace: 'a', name: 'd-11111', prefix: 'd-' },
      { at: at(1), resource: 'pods', namespace: 'a', name: 'd-22222', prefix: 'd-' },
      { at: at(2), resource: 'pods', namespace: 'a', name: 'd-11111', node: 'n1' },
      { at: at(2), resource: 'pods', namespace: 'a', name: 'd-22222', node: 'n2' },
    ]);
    expect(drawn.name('pods', pod('d-', 'n2'))).toBe('d-22222');
    expect(drawn.name('pods', pod('d-', 'n1'))).toBe('d-11111');
  });

  it('tells the line that is none', () => {
    writeFileSync(join(folder, 'torn'), '{"at":"2026-01-01T00:00:00Z","name":"x"}\n{"at":');
    expect(() => readPast(join(folder, 'torn'))).toThrow(/torn:2/);
  });

  it('is what a simulation draws: names, uids, and the node where it is one of the best', async () => {
    const draws: RecordedDraw[] = [
      {
        at: at(1),
        resource: 'pods',
        namespace: 'default',
        name: 'p-xyz12',
        prefix: 'p-',
        uid: 'u1',
      },
      {
        at: at(2),
        resource: 'pods',
        namespace: 'default',
        name: 'p-xyz12',
        uid: 'u1',
        node: 'seatrial-worker2',
      },
    ];
    await using cluster = await bootSimulatedCluster({
      ...simulationOptions({ seed: 3, operators: [] }),
      past: past('whole', draws),
    });
    const toleration = { operator: 'Exists' };
    const selector = { 'seatrial.dev/pool': 'training' };
    const spec = {
      containers: [{ name: 'c', image: 'i' }],
      tolerations: [toleration],
      nodeSelector: selector,
    };
    const answer = await cluster.request({
      method: 'POST',
      path: '/api/v1/namespaces/default/pods',
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'p-' }, spec },
    });
    expect(answer.status).toBe(201);
    await cluster.advance('10s');
    const path = '/api/v1/namespaces/default/pods/p-xyz12';
    const { body } = await cluster.request({ method: 'GET', path });
    expect(body).toMatchObject({ metadata: { uid: 'u1' }, spec: { nodeName: 'seatrial-worker2' } });
  });

  it('places pods where they were, whatever the scores, and tells of nodes that do not fit', async () => {
    const bound = (name: string, node: string): RecordedDraw => ({
      at: at(1),
      resource: 'pods',
      namespace: 'default',
      name,
      node,
    });
    const drawn = past('placed', [
      bound('lower', 'seatrial-worker'),
      bound('tainted', 'seatrial-control-plane'),
      bound('gone', 'no-such-node'),
    ]);
    await using cluster = await bootSimulatedCluster({
      ...simulationOptions({ seed: 3, operators: [] }),
      past: drawn,
    });
    const gpus = { key: 'nvidia.com/gpu', operator: 'Exists' };
    const pools = {
      preferredDuringSchedulingIgnoredDuringExecution: [preferred('seatrial-worker2')],
    };
    for (const name of ['lower', 'tainted', 'gone']) {
      const spec = {
        containers: [{ name: 'c', image: 'i' }],
        tolerations: name === 'lower' ? [{ operator: 'Exists' }] : [gpus],
        affinity: { nodeAffinity: pools },
      };
      const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
      const path = '/api/v1/namespaces/default/pods';
      expect(await cluster.request({ method: 'POST', path, body })).toMatchObject({ status: 201 });
    }
    await cluster.advance('10s');
    const nodeOf = async (name: string) => {
      const path = `/api/v1/namespaces/default/pods/${name}`;
      const { body } = await cluster.request({ method: 'GET', path });
      return (body as { spec: { nodeName: string } }).spec.nodeName;
    };
    // The score of the preferred node is higher: the recorded one fits all the same.
    expect(await nodeOf('lower')).toBe('seatrial-worker');
    expect(await nodeOf('gone')).toBe('seatrial-worker2');
    expect(placementLines(drawn)).toEqual([
      'placed  1 of 3 pods got the node that was recorded: 0 one of the best, 1 one that fits with a lower score; 2 did not fit',
      expect.stringMatching(
        /^parts {3}Pod default\/tainted: seatrial-control-plane, where it was, does not fit: node\(s\) had untolerated taint/,
      ),
      'parts   Pod default/gone: no-such-node, where it was, does not fit: there is no such node; it gets seatrial-worker2',
    ]);
  });

  it('tries again what was refused when the recorded controller did', async () => {
    const account = 'system:serviceaccount:kube-system:replicaset-controller';
    const cluster = await bootSimulatedCluster({
      ...simulationOptions({ seed: 3, operators: [], startMs: Date.parse(at(-10)) }),
      past: past('tries', [
        { at: at(3), resource: 'pods', namespace: 'default', name: 'web', triedBy: account },
        { at: at(107), resource: 'pods', namespace: 'default', name: 'web', triedBy: account },
      ]),
    });
    await using _ = cluster;
    const startMs = Date.parse(at(0));
    await cluster.advance(startMs - cluster.now());
    const root = '/api/v1/namespaces/default';
    const quota = { metadata: { name: 'q' }, spec: { hard: { pods: '1' } } };
    await cluster.request({ method: 'POST', path: `${root}/resourcequotas`, body: quota });
    await cluster.advance('1s');
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const spec = { replicas: 2, selector: { matchLabels: labels }, template };
    const path = '/apis/apps/v1/namespaces/default/replicasets';
    await cluster.request({ method: 'POST', path, body: { metadata: { name: 'web' }, spec } });
    await cluster.advance('60s');
    await cluster.request({
      method: 'PATCH',
      path: `${root}/resourcequotas/q`,
      headers: { 'content-type': 'application/merge-patch+json', accept: 'application/json' },
      body: { spec: { hard: { pods: '2' } } },
    });
    await cluster.advance('60s');
    const { body } = await cluster.request({ method: 'GET', path: `${root}/pods` });
    const { items } = body as { items: { metadata: { creationTimestamp: string } }[] };
    const made = items.map(({ metadata }) => Date.parse(metadata.creationTimestamp) - startMs);
    expect(made.sort((a, b) => a - b)).toEqual([1000, 107_000]);
  });
});

function preferred(node: string) {
  const values = [node];
  return {
    weight: 100,
    preference: { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values }] },
  };
}
