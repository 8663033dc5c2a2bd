import { expect, it } from 'vitest';
import { k6Summary, outcomeCsv, vegetaReport } from './dump.js';
import { Ledger } from './ledger.js';

function ledger(options: { readonly unmeasured?: number } = {}): Ledger {
  const made = new Ledger(Date.UTC(2026, 0, 1), 60_000, { deadlineMs: 1000, wayMs: 4 });
  const book = made.book('v1');
  made.offer(104);
  made.drop(1);
  book.offer(103);
  for (let index = 1; index <= 100; index++) book.outcome.latencies.record(index);
  book.fail('shed', 2);
  book.fail('timed out', 1);
  book.outcome.unmeasured = options.unmeasured ?? 0;
  book.collect();
  book.row.replicas = 3;
  made.endRow();
  return made;
}

const untilMs = Date.UTC(2026, 0, 1, 0, 1);

it('writes rows as CSV, unknown values empty', () => {
  expect(outcomeCsv(ledger())).toBe(
    [
      'time,revision,offered,finished,failed,shed,retried,meanMs,p50Ms,p95Ms,p99Ms,replicas',
      '2026-01-01T00:00:00Z,all,103,100,1,2,0,50.500,50.048,94.976,99.072,3',
      '2026-01-01T00:00:00Z,v1,103,100,1,2,0,50.500,50.048,94.976,99.072,3',
      '',
    ].join('\n'),
  );
  expect(outcomeCsv(ledger({ unmeasured: 5 }))).toContain('103,105,1,2,0,,,,,3');
});

it('reports as vegeta does', () => {
  const books = ledger();
  const report = vegetaReport(books, books.totals(), untilMs);
  expect(report).toMatchObject({
    latencies: { total: 5_050_000_000, mean: 50_500_000, max: 100_000_000, min: 1_000_000 },
    earliest: '2026-01-01T00:00:00Z',
    duration: 60_000_000_000,
    requests: 103,
    throughput: 100 / 60,
    success: 100 / 103,
    status_codes: { '200': 100, '503': 2, '504': 1 },
    errors: ['timed out', 'shed'],
  });
});

it('sums up as k6 does', () => {
  const books = ledger();
  expect(k6Summary(books, books.totals(), untilMs)).toMatchObject({
    metrics: {
      http_req_duration: { avg: 50.5, min: 1, max: 100 },
      http_req_failed: { value: 3 / 103 },
      http_reqs: { count: 103 },
      dropped_iterations: { count: 1 },
    },
  });
});

it('tells no percentiles where some requests were reckoned per batch', () => {
  const books = ledger({ unmeasured: 5 });
  const totals = books.totals();
  expect(totals).toMatchObject({ finished: 105, unmeasured: 5 });
  expect(vegetaReport(books, totals, untilMs)).not.toHaveProperty('latencies');
  expect(k6Summary(books, totals, untilMs)).not.toHaveProperty('metrics.http_req_duration');
  expect(books.columns().p99Ms[0]).toBeNaN();
});

it('keeps books by minute and hour that add up', () => {
  const made = new Ledger(0, 60_000, { deadlineMs: 1000, wayMs: 0 });
  for (let minute = 0; minute < 130; minute++) {
    if (minute === 70) made.book('late').offer(1);
    made.book('v1').outcome.latencies.record(minute + 1);
    made.endRow();
  }
  expect(made.hours().map(({ startMs, latencies }) => [startMs, latencies.count])).toEqual([
    [0, 60],
    [3_600_000, 60],
    [7_200_000, 10],
  ]);
  expect(made.latencies.count).toBe(130);
  const late = made.revisions().get('late');
  expect(late?.offered).toHaveLength(130);
  expect(late?.offered[70]).toBe(1);
  expect(made.columns().p50Ms[9]).toBeCloseTo(10, 0);
});
