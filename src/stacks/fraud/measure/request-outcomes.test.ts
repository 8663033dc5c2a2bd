import { expect, it } from 'vitest';
import { Ledger } from '../../../traffic/flow/ledger.js';
import { requestOutcomes } from './request-outcomes.js';

const minute = 60_000;

it('tells what came of each minute, Service by Service, and of what came to none', () => {
  const ledger = new Ledger(0, 15 * minute, { deadlineMs: 2_000, wayMs: 0 });
  const book = ledger.book('scorer');
  const send = (count: number): void => {
    ledger.offer(count);
    book.offer(count);
  };
  send(100);
  book.counts.finished += 90;
  book.collect();
  book.fail('reset', 4);
  book.fail('shed', 6);
  ledger.offer(3);
  ledger.book('').fail('no gateway', 3);
  ledger.endSpan({ startMs: 0, endMs: minute }, new Map([[book, 50]]));
  ledger.endRow();
  send(10);
  book.counts.finished += 10;
  book.collect();
  ledger.endSpan({ startMs: minute, endMs: 2 * minute }, new Map([[book, 50]]));
  const gateway = { host: 'front.serving.svc.cluster.local' };
  const [first, all, second, rest] = requestOutcomes(ledger.spans(), gateway);
  expect(first).toEqual({
    kind: 'requests',
    timeMs: minute,
    spanMs: minute,
    service: 'serving/scorer',
    offered: 100,
    finished: 90,
    failed: { reset: 4, shed: 6 },
    capacity: 3_000,
  });
  expect(all).toMatchObject({ service: 'serving/front', offered: 103, failed: { refused: 3 } });
  expect(second).toMatchObject({ timeMs: 2 * minute, offered: 10, finished: 10, failed: {} });
  expect(rest).toMatchObject({ service: 'serving/front', offered: 10, failed: {} });
});
