import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

const event = (fields: object): string =>
  `${JSON.stringify({
    metadata: { name: 'e', uid: 'u1' },
    involvedObject: { kind: 'Pod', name: 'web', namespace: 'shop' },
    reason: 'FailedCreate',
    message: 'no',
    type: 'Warning',
    firstTimestamp: '2026-08-20T09:00:00Z',
    lastTimestamp: '2026-08-20T09:00:00Z',
    count: 1,
    ...fields,
  })}\n`;

it('each update of a repeated event is the same event, with the last count', async () => {
  const later = event({ count: 4, lastTimestamp: '2026-08-20T09:10:00Z' });
  const { format, told } = await toldBy('events.jsonl', event({}) + later + event({ count: 2 }));
  expect(format).toBe('event export');
  expect(told.events).toMatchObject([{ count: 4, untilMs: Date.parse('2026-08-20T09:10:00Z') }]);
});

it("reads the scheduler's, which have eventTime alone, and events.k8s.io", async () => {
  const own = { firstTimestamp: null, lastTimestamp: null, eventTime: '2026-08-20T09:00:01.5Z' };
  const regarding = { kind: 'Pod', name: 'b', namespace: 'shop' };
  const modern = event({ involvedObject: undefined, regarding, note: 'hello', message: undefined });
  const { told } = await toldBy('e.jsonl', event({ ...own, metadata: { uid: 'u2' } }) + modern);
  expect(told.events).toMatchObject([
    { atMs: Date.parse('2026-08-20T09:00:01.5Z') },
    { message: 'hello', name: 'b' },
  ]);
});

it('tells what is no event, with its line', async () => {
  const { told } = await toldBy('e.jsonl', `${event({})}{"a":1}\n{"involvedObject"`);
  expect(told.problems.map(({ source }) => source.line)).toEqual([2, 3]);
});
