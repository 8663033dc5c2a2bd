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

function serve(show: (nowMs: number) => string | undefined) {
  const loop = new Loop({ startMs: 0 });
  const alerts: string[] = [];
  const configuration: PrometheusConfiguration = {
    jobs: [
      { name: 'shop', intervalMs: 15_000, names: [{ host: 'shop', port: 9090 }], targets: [] },
    ],
    groups: 'groups' in read ? read.groups : [],
    evaluationMs: 30_000,
    externalLabels: {},
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
  return { loop, ask, alerts };
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
