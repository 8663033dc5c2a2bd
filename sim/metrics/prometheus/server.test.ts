import { expect, it } from 'vitest';
import { Loop } from '../../engine/loop.js';
import { readRuleGroups } from '../promql/rules/rule.js';
import { PrometheusServer, type PrometheusConfiguration } from './server.js';

const read = readRuleGroups([
  {
    name: 'service',
    rules: [
      { record: 'service:rate', expr: 'sum(rate(requests_total[2m]))' },
      { alert: 'Down', expr: 'up == 0', for: '1m', annotations: { summary: '{{ $labels.job }}' } },
    ],
  },
]);

function serve(show: (nowMs: number) => string | undefined, retentionMs?: number) {
  const loop = new Loop({ startMs: 0 });
  const alerts: string[] = [];
  const configuration: PrometheusConfiguration = {
    jobs: [
      { name: 'shop', intervalMs: 15_000, names: [{ host: 'shop', port: 9090 }], targets: [] },
    ],
    groups: 'groups' in read ? read.groups : [],
    evaluationMs: 30_000,
    externalLabels: {},
    ...(retentionMs !== undefined && { retentionMs }),
  };
  const server = new PrometheusServer(configuration, {
    clock: loop,
    resolve: () => ['10.0.0.1'],
    scrape: (_, done) => {
      loop.after(5, 'answer', () => done(show(loop.now())));
    },
    onAlert: ({ state, annotations }) => alerts.push(`${state} ${annotations['summary'] ?? ''}`),
  });
  server.start();
  const ask = (query: string): readonly (readonly [string, number])[] => {
    const answer = server.query(query);
    if ('error' in answer || answer.value.kind !== 'vector') return [];
    return answer.value.elements.map(({ labels, value }) => [String(labels), value] as const);
  };
  return { loop, ask, alerts, server };
}

it('scrapes what DNS names, and records what rules say', () => {
  const { loop, ask } = serve(nowMs => `requests_total{job="x"} ${Math.floor(nowMs / 100)}\n`);
  loop.runUntil(300_000);
  expect(ask('requests_total')).toEqual([
    ['requests_total{exported_job="x", instance="10.0.0.1:9090", job="shop"}', 2850],
  ]);
  expect(ask('service:rate')[0]?.[1]).toBeCloseTo(10, 1);
});

it('ends the series of a target that does not answer, and tells of it', () => {
  const { loop, ask, alerts } = serve(nowMs => (nowMs < 60_000 ? 'requests_total 1\n' : undefined));
  loop.runUntil(45_000);
  expect(ask('requests_total')).toHaveLength(1);
  loop.runUntil(105_000);
  expect(ask('requests_total')).toEqual([]);
  expect(ask('up')).toEqual([['up{instance="10.0.0.1:9090", job="shop"}', 0]]);
  expect(alerts).toEqual([]);
  loop.runUntil(165_000);
  expect(alerts).toEqual(['firing shop']);
});

it('takes a text that it cannot read for no answer', () => {
  const { loop, ask } = serve(() => 'requests_total one\n');
  loop.runUntil(60_000);
  expect(ask('up')[0]?.[1]).toBe(0);
});

it('forgets what is older than its retention: samples, and series that have no others', () => {
  const hourMs = 3_600_000;
  const isShown = (nowMs: number): boolean => nowMs < hourMs || nowMs > 10 * hourMs;
  const show = (nowMs: number): string =>
    `requests_total 1\n${isShown(nowMs) ? `passing ${Math.floor(nowMs / hourMs)}\n` : ''}`;
  const { loop, ask, server } = serve(show, 2 * hourMs);
  loop.runUntil(1.5 * hourMs);
  const sizeWithAll = server.store.size;
  expect(ask('count_over_time(passing[1d])')[0]?.[1]).toBeGreaterThan(200);
  loop.runUntil(9 * hourMs);
  expect(server.store.size).toBe(sizeWithAll - 1);
  expect(ask('count_over_time(passing[1d])')).toEqual([]);
  const [, samples] = ask('count_over_time(requests_total[1d])')[0] ?? ['', 0];
  expect(samples).toBeGreaterThanOrEqual(480);
  expect(samples).toBeLessThan(4 * 480);
  // What is shown again is there again, and again in every scrape.
  loop.runUntil(11.9 * hourMs);
  expect(ask('passing')[0]?.[1]).toBe(11);
  expect(server.store.size).toBe(sizeWithAll);
});

it('keeps 15 days where nothing else is said', () => {
  const dayMs = 86_400_000;
  const { loop, server } = serve(nowMs => (nowMs < 60_000 ? 'passing 1\n' : 'other 1\n'));
  loop.runUntil(14.9 * dayMs);
  const before = server.store.size;
  loop.runUntil(15.2 * dayMs);
  expect(server.store.size).toBe(before - 1);
});

it('begins the series of a target anew that was silent for longer than the retention', () => {
  const hourMs = 3_600_000;
  const { loop, ask } = serve(
    nowMs => (nowMs < hourMs || nowMs > 8 * hourMs ? 'requests_total 1\n' : undefined),
    2 * hourMs,
  );
  loop.runUntil(7.9 * hourMs);
  expect(ask('count_over_time(requests_total[1d])')).toEqual([]);
  loop.runUntil(9 * hourMs);
  expect(ask('count_over_time(requests_total[1d])')[0]?.[1]).toBeGreaterThan(230);
});

it('goes on with another configuration: what is the same is not disturbed', () => {
  const { loop, ask, server } = serve(() => 'requests_total 1\n');
  loop.runUntil(65_000);
  const [shop] = server.configuration.jobs;
  const groups = readRuleGroups([{ name: 'service', rules: [{ record: 'n', expr: 'count(up)' }] }]);
  if (shop === undefined || !('groups' in groups)) throw new Error('no configuration');
  const bank = { ...shop, name: 'bank', intervalMs: 10_000 };
  const next = { ...server.configuration, groups: groups.groups };
  server.reload({ ...next, jobs: [shop, bank] });
  // What no rule writes any more ends at once; the job that stays has its beat, at 75 s.
  expect(ask('service:rate')).toEqual([]);
  loop.runUntil(75_010);
  expect(server.targets().map(({ lastMs }) => lastMs)).toEqual([75_000, 75_000]);
  loop.runUntil(95_010);
  expect(ask('n')).toEqual([['n', 2]]);
  server.reload({ ...next, jobs: [bank] });
  expect(ask('up')).toEqual([['up{instance="10.0.0.1:9090", job="bank"}', 1]]);
  // Another form of the job: its series go on.
  server.reload({ ...next, jobs: [{ ...bank, intervalMs: 60_000 }] });
  expect(ask('requests_total')).toHaveLength(1);
  loop.runUntil(154_000);
  expect(server.targets().map(({ lastMs }) => lastMs)).toEqual([95_000]);
});
