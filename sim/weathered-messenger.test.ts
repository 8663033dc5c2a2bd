/** An errand reaches the server when a timer and a request would, whatever the weather does meanwhile. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ApiRequest, Serve } from './api/request.js';
import type { Connect } from './client/contract.js';
import { TimedMessenger, type Errand, type Messenger } from './client/errand.js';
import { Loop } from './engine/loop.js';
import { inProcessConnect } from './in-process.js';
import { Weather, type RequestTrouble } from './weather.js';

const latencies = { requestMs: 1, answerMs: 2, watchMs: 2 };
const identity = { user: 'system:node:n1', groups: ['system:nodes'] };

interface Turn {
  readonly afterMs: number;
  readonly what: 'cut' | 'step' | RequestTrouble;
  readonly forMs: number;
}

/** What reached the server and what was answered, when. */
function lived(
  turns: readonly Turn[],
  way: 'errand' | 'timer',
  interleaving = 0,
): readonly unknown[] {
  const clock = new Loop();
  const told: unknown[] = [];
  let served = 0;
  const serve: Serve = ({ body }, _connection, done) => {
    told.push(['served', clock.now(), body]);
    served++;
    const answer = { status: served % 7 === 0 ? 409 : 200, headers: {}, body };
    if (served % 11 === 0) clock.after(3, 'late', () => done(answer));
    else done(answer);
  };
  const direct = inProcessConnect(serve, clock, latencies);
  const plain: Connect = given => {
    const transport = direct(given);
    return {
      send: (request, done) => transport.send(request, done),
      watch: (request, sink) => transport.watch(request, sink),
    };
  };
  const weather = new Weather(clock, interleaving);
  const transport = weather.around('kubelet', way === 'errand' ? direct : plain)(identity);
  const travel: { by?: Messenger } = {};
  let count = 0;
  const errand: Errand = {
    label: 'lease',
    request: (leavesMs): ApiRequest => {
      const spec = { renewTime: new Date(leavesMs).toISOString() };
      return { method: 'PUT', path: '/lease', body: { spec, count: count++ } };
    },
    done: ({ status }, arrivesMs) => {
      told.push(['answered', arrivesMs, status]);
      travel.by?.leaveAt(arrivesMs + 5 + (count % 3) * 1.25);
    },
  };
  travel.by = transport.messenger?.(errand) ?? new TimedMessenger(clock, transport, errand);
  travel.by.leaveAt(clock.now() + 5);
  const kubelet = weather.way('kubelet');
  let atMs = 1 / 8;
  for (const { afterMs, what, forMs } of turns) {
    atMs += afterMs;
    clock.after(atMs, 'turn', () => {
      if (what === 'cut') kubelet.cut(forMs);
      else if (what === 'step') kubelet.stepClock(forMs - 20);
      else kubelet.trouble(what, forMs);
    });
  }
  const endMs = clock.now() + 1000;
  clock.runUntil(endMs);
  // An answer that comes at once is known when it is given, and not when it arrives.
  const timeOf = (entry: unknown): number => (entry as [string, number])[1];
  return told
    .filter(entry => timeOf(entry) <= endMs)
    .toSorted((one, other) => timeOf(one) - timeOf(other));
}

const turn: fc.Arbitrary<Turn> = fc.record({
  // Nothing happens at the very moment at which a request leaves.
  afterMs: fc.integer({ min: 1, max: 100 }),
  what: fc.oneof(
    fc.constantFrom('cut' as const, 'step' as const),
    fc.record({
      delayMs: fc.integer({ min: 0, max: 9 }),
      code: fc.constantFrom(undefined, 503),
      isServed: fc.boolean(),
    }) as fc.Arbitrary<RequestTrouble>,
  ),
  forMs: fc.integer({ min: 1, max: 40 }),
});

it('travels as a timer and a request do', () => {
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 12 }), turns => {
      expect(lived(turns, 'errand')).toEqual(lived(turns, 'timer'));
    }),
    { seed: 7, numRuns: 200 },
  );
  expect(lived([], 'errand').length).toBeGreaterThan(100);
});

it('is as late in rough weather as requests are', () => {
  const lags = (way: 'errand' | 'timer'): Map<number, number> => {
    const counts = new Map<number, number>();
    for (let interleaving = 1; interleaving <= 60; interleaving++) {
      for (const entry of lived([], way, interleaving)) {
        const [what, atMs, body] = entry as [string, number, { spec: { renewTime: string } }];
        if (what !== 'served') continue;
        const lagMs = Math.floor(atMs) - Date.parse(body.spec.renewTime) - latencies.requestMs;
        counts.set(lagMs, (counts.get(lagMs) ?? 0) + 1);
      }
    }
    return counts;
  };
  const errand = lags('errand');
  const timer = lags('timer');
  expect([...errand.keys()].sort((a, b) => a - b)).toEqual([0, 1, 3, 10, 40]);
  for (const [lagMs, count] of timer) {
    const other = errand.get(lagMs) ?? 0;
    expect(Math.abs(other - count), `${lagMs} ms`).toBeLessThan(4 * Math.sqrt(count));
  }
});
