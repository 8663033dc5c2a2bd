import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../../sim/api/request.js';
import { bootSimulatedCluster } from '../../backends/sim.js';
import { simulationOptions } from '../../backends/sim-options.js';
import { Journal } from '../../scenario/journal/reader.js';
import { RunJournal } from '../../scenario/journal/run-journal.js';
import { memoryShelf } from '../../scenario/journal/shelf.js';
import { metricsDoor, prometheusPath } from './metrics-door.js';
import { PastMetrics } from './past-metrics.js';

const folder = mkdtempSync(join(tmpdir(), 'seatrial-past-metrics-'));
afterAll(() => rmSync(folder, { recursive: true }));

let journal: Journal;
let scaledMs = 0;

beforeAll(async () => {
  const shelf = memoryShelf();
  const own = new RunJournal(shelf);
  await using cluster = await bootSimulatedCluster(simulationOptions({ seed: 2, operators: [] }));
  await cluster.apply([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'c', image: 'i' }] },
        },
      } as object,
    },
  ]);
  await cluster.advance('5m');
  scaledMs = cluster.now();
  await cluster.request({
    method: 'PATCH',
    path: '/apis/apps/v1/namespaces/default/deployments/web/scale',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec: { replicas: 3 } },
  });
  await cluster.advance('5m');
  for await (const entry of cluster.history()) own.observe(entry);
  await own.caughtUp(cluster);
  own.keep(cluster.now(), { isLast: true });
  const read = Journal.open(shelf);
  if (read === undefined) throw new Error('the run left a journal');
  journal = read;
  mkdirSync(join(folder, 'recorded'));
  const samples = [
    [scaledMs - 240_000, 5],
    [scaledMs + 60_000, 9],
  ];
  const labels = { queue: 'a' };
  const line = { metric: 'queue_length', labels, samples, stepMs: 30_000, source: 'x' };
  writeFileSync(join(folder, 'recorded/series.jsonl'), `${JSON.stringify(line)}\n`);
});

function ask(metrics: PastMetrics, nowMs: number, path: string): Promise<ApiAnswer> {
  const certificate = { user: 'kubernetes-admin', groups: ['system:masters'] };
  return new Promise(resolve => {
    const isTaken = metricsDoor(metrics, () => nowMs)(
      { method: 'GET', path: prometheusPath + path },
      { certificate },
      resolve,
    );
    expect(isTaken).toBe(true);
  });
}

describe('metrics of the past', () => {
  it('are of the instant: what came later is not known', async () => {
    const metrics = new PastMetrics(journal);
    const query = '/api/v1/query?query=kube_deployment_spec_replicas';
    const before = await ask(metrics, scaledMs - 1000, query);
    expect(before.body).toMatchObject({
      data: { resultType: 'vector', result: [{ metric: { deployment: 'web' } }] },
    });
    const valueAt = async (ms: number): Promise<unknown> => {
      const { body } = await ask(metrics, ms, query);
      const { data } = body as { data: { result: { value: [number, string] }[] } };
      return data.result[0]?.value[1];
    };
    expect(await valueAt(scaledMs - 1000)).toBe('1');
    expect(await valueAt(journal.endMs)).toBe('3');
    const late = await ask(metrics, scaledMs, `${query}&time=${journal.endMs / 1000}`);
    expect(late.status).toBe(422);
  });

  it('are asked over ranges, and say what is wrong with a query', async () => {
    const metrics = new PastMetrics(journal);
    const start = (scaledMs - 120_000) / 1000;
    const range = `/api/v1/query_range?query=kube_deployment_spec_replicas&step=60&start=${start}`;
    const { body } = await ask(metrics, journal.endMs, range);
    const { data } = body as { data: { result: { values: [number, string][] }[] } };
    const values = data.result[0]?.values.map(([, value]) => value) ?? [];
    expect([values[0], values.at(-1)]).toEqual(['1', '3']);
    expect((await ask(metrics, journal.endMs, '/api/v1/query?query=sum(')).status).toBe(400);
  });

  it('are those that were imported as well, held between their changes', async () => {
    const metrics = new PastMetrics(journal, folder);
    const answer = metrics.at('queue_length + on() kube_deployment_spec_replicas', scaledMs - 1000);
    expect(answer).toMatchObject({ value: { elements: [{ value: 6 }] } });
  });
});
