import { expect, it } from 'vitest';
import type { Outcome } from '../laws/law.js';
import { outcomeSeries } from './outcome-series.js';

const span = 30_000;
const requests = (service: string, timeMs: number, offered: number): Outcome => ({
  kind: 'requests',
  timeMs,
  spanMs: span,
  service,
  offered,
  finished: offered - 60,
  failed: { refused: 60 },
  capacity: offered * 2,
});

it('tells rates of requests, the load of replicas, refusals and connections, span by span', () => {
  const outcomes: Outcome[] = [
    requests('default/a', span, 600),
    requests('default/b', span, 300),
    requests('default/a', 2 * span, 900),
    {
      kind: 'access',
      timeMs: 40_000,
      user: 'x',
      verb: 'get',
      resource: 'pods',
      namespace: 'default',
      name: 'p',
      code: 403,
      isAudited: true,
    },
    {
      kind: 'connection',
      timeMs: 10_000,
      from: 'default/p',
      to: 'default/q',
      port: 80,
      protocol: 'TCP',
      result: 'timed out',
    },
  ];
  const { columns, rows } = outcomeSeries(outcomes, { startMs: 0, endMs: 70_000 });
  expect(columns).toEqual([
    'time',
    'offered_per_second',
    'answered_per_second',
    'without an answer_per_second',
    'answered by default/a_per_second',
    'answered by default/b_per_second',
    'default/a_load',
    'default/b_load',
    'refused by the API server_accesses',
    'without an answer_connections',
  ]);
  expect(rows).toEqual([
    [0, 30, 26, 4, 18, 8, 50, 50, 0, 1],
    [30_000, 30, 28, 2, 28, null, 50, null, 1, 0],
    [60_000, null, null, null, null, null, null, null, 0, 0],
  ]);
});

it('tells what was counted after a fault, and says that it was', () => {
  const outcomes = [
    requests('default/a', span, 600),
    { ...requests('default/a', 2 * span, 900), afterFault: 'node-down w1' },
  ];
  const { columns, rows } = outcomeSeries(outcomes, { startMs: 0, endMs: 60_000 });
  expect(columns.slice(1, 5)).toEqual([
    'offered_per_second',
    'answered_per_second',
    'without an answer_per_second',
    'offered after a fault, judged by no law_per_second',
  ]);
  expect(rows.map(row => row.slice(1, 5))).toEqual([
    [20, 18, 2, null],
    [30, 28, 2, 30],
  ]);
});

it('tells nothing where nothing was measured', () => {
  expect(outcomeSeries([], { startMs: 0, endMs: 70_000 })).toEqual({ columns: [], rows: [] });
});
