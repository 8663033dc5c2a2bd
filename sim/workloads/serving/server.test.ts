import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../engine/random.js';
import { handBack, RequestBlock } from './requests.js';
import { requestServer, ServerOutcome } from './server.js';
import type { ServerSettings } from './settings.js';

/** Sends requests at these times and tells what became of them. */
function serve(settings: ServerSettings, times: readonly number[], untilMs: number, windowMs = 10) {
  const server = requestServer(settings, new Random(1));
  const outcome = new ServerOutcome();
  const block = new RequestBlock();
  let next = 0;
  for (let endMs = windowMs; endMs <= untilMs; endMs += windowMs) {
    block.count = 0;
    for (; (times[next] ?? Infinity) < endMs; next++) block.push(times[next] ?? 0, next + 1);
    server.advance(block, endMs, outcome);
  }
  const { answered, handedBack } = outcome;
  return {
    server,
    /** [request, when it was answered] in the order of answers. */
    answers: answered.tag.map((tag, index) => [tag - 1, answered.timeMs[index] ?? NaN]),
    back: Array.from({ length: handedBack.count }, (_, index) => ({
      request: (handedBack.tag[index] ?? 0) - 1,
      atMs: handedBack.atMs[index],
      why: handedBack.why[index],
    })),
  };
}

const batching = (more: object = {}, batchMax = 4): ServerSettings => ({
  service: { kind: 'batch', fixedMs: 10, perItemMs: 1, batchMax, ...more },
});

describe('a batching server', () => {
  it('takes at once what waits, up to the largest batch', () => {
    const { answers } = serve(batching(), [0, 1, 2, 3, 4, 5, 6], 100);
    expect(answers).toEqual([
      [0, 11],
      [1, 25],
      [2, 25],
      [3, 25],
      [4, 25],
      [5, 37],
      [6, 37],
    ]);
  });

  it('waits for a batch to fill, but not longer than the oldest may', () => {
    const { answers } = serve(batching({ delayMaxMs: 5 }), [0, 3, 20, 21, 22, 23], 100);
    expect(answers).toEqual([
      [0, 17],
      [1, 17],
      // The batch was full at 23.
      [2, 37],
      [3, 37],
      [4, 37],
      [5, 37],
    ]);
  });

  it('has instances that share the queue', () => {
    const { answers } = serve({ ...batching({}, 1), servers: 2 }, [0, 1, 2], 100);
    expect(answers).toEqual([
      [0, 11],
      [1, 12],
      [2, 22],
    ]);
  });

  it('sheds what finds the queue full, at once', () => {
    const { answers, back } = serve({ ...batching({}, 2), queueMax: 2 }, [0, 1, 2, 3, 4], 100);
    expect(answers.map(([request]) => request)).toEqual([0, 1, 2]);
    expect(back).toEqual([
      { request: 3, atMs: 3, why: handBack.shed },
      { request: 4, atMs: 4, why: handBack.shed },
    ]);
  });

  it('drops those that waited too long when their turn comes', () => {
    const { answers, back } = serve({ ...batching(), queueTimeoutMs: 8 }, [0, 1, 5], 100);
    expect(answers).toEqual([
      [0, 11],
      [2, 22],
    ]);
    expect(back).toEqual([{ request: 1, atMs: 11, why: handBack.expired }]);
  });
});

describe('parallel servers', () => {
  it('serve in the order of arrival, each one at a time', () => {
    const settings: ServerSettings = { service: { kind: 'deterministic', ms: 10 }, servers: 2 };
    const { answers } = serve(settings, [0, 1, 2, 3], 100);
    expect(answers).toEqual([
      [0, 10],
      [1, 11],
      [2, 20],
      [3, 21],
    ]);
  });

  it('have no queue where its bound is 0', () => {
    const service = { kind: 'deterministic', ms: 10 } as const;
    const { answers, back } = serve({ service, queueMax: 0 }, [0, 1, 10], 100);
    expect(answers.map(([request]) => request)).toEqual([0, 2]);
    expect(back.map(({ request }) => request)).toEqual([1]);
  });

  it('draw lognormal times of the stated mean and spread', () => {
    const settings: ServerSettings = {
      service: { kind: 'lognormal', meanMs: 10, cv2: 2 },
      servers: 1,
    };
    const times = Array.from({ length: 40_000 }, (_, index) => index * 1000);
    const { answers } = serve(settings, times, 41_000_000, 1000);
    const services = answers.map(([request = 0, atMs = 0]) => atMs - request * 1000);
    const mean = services.reduce((sum, value) => sum + value, 0) / services.length;
    const variance =
      services.reduce((sum, value) => sum + (value - mean) ** 2, 0) / services.length;
    expect(mean).toBeCloseTo(10, 0);
    expect(variance / mean ** 2).toBeGreaterThan(1.7);
    expect(variance / mean ** 2).toBeLessThan(2.3);
  });
});

it('tells latencies of plain requests with the way there and back, and which are late', () => {
  const server = requestServer(batching(), new Random(1));
  const outcome = new ServerOutcome({ deadlineMs: 20, wayMs: 4 });
  const block = new RequestBlock();
  for (const time of [0, 1, 6]) block.push(time, 0);
  server.advance(block, 100, outcome);
  // Answered at 11, and two at 23: after 15, 26 and 21 ms.
  expect(outcome.latencies.count).toBe(1);
  expect(outcome.latencies.maxMs).toBe(15);
  expect(outcome.late).toBe(2);
});

it('was busy for as long as it served', () => {
  const { server } = serve(batching(), [0, 50], 60);
  expect(server.busyMs(60)).toBe(11 + 10);
});

const settingsArbitrary: fc.Arbitrary<ServerSettings> = fc.record({
  service: fc.oneof(
    fc.record({
      kind: fc.constant('batch' as const),
      fixedMs: fc.integer({ min: 1, max: 20 }),
      perItemMs: fc.integer({ min: 0, max: 5 }),
      batchMax: fc.constantFrom(1, 3, 8, Infinity),
      delayMaxMs: fc.constantFrom(0, 1, 15),
    }),
    fc.record({
      kind: fc.constant('exponential' as const),
      meanMs: fc.integer({ min: 1, max: 30 }),
    }),
    fc.record({ kind: fc.constant('deterministic' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  ),
  servers: fc.integer({ min: 1, max: 4 }),
  queueMax: fc.constantFrom(1, 5, 300, Infinity),
  queueTimeoutMs: fc.constantFrom(5, 50, Infinity),
});

const timesArbitrary = fc
  .array(fc.double({ min: 0, max: 40, noNaN: true }), { maxLength: 600 })
  .map(gaps => {
    let at = 0;
    return gaps.map(gap => (at += gap / 20));
  });

it('keeps every request: answered, handed back, or still there', () => {
  fc.assert(
    fc.property(settingsArbitrary, timesArbitrary, fc.nat(1000), (settings, times, untilMs) => {
      const { server, answers, back } = serve(settings, times, untilMs, 10);
      const sent = times.filter(time => time < untilMs - (untilMs % 10)).length;
      expect(answers.length + back.length + server.waiting + server.inService).toBe(sent);
      const left: number[] = [];
      server.loseAll((_, tag) => left.push(tag - 1));
      const all = [
        ...answers.map(([request]) => request),
        ...back.map(one => one.request),
        ...left,
      ];
      expect(all.sort((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: sent }, (_, i) => i));
      expect(server.waiting + server.inService).toBe(0);
    }),
    { numRuns: 300 },
  );
});

it('has the same outcome however time is cut into windows', () => {
  fc.assert(
    fc.property(settingsArbitrary, timesArbitrary, (settings, times) => {
      const [fine, coarse] = [7, 1400].map(windowMs => serve(settings, times, 1400, windowMs));
      expect(fine?.answers).toEqual(coarse?.answers);
      expect(fine?.back).toEqual(coarse?.back);
    }),
    { numRuns: 200 },
  );
});

it('decides as one who looks at every instant, queue and all', () => {
  const plain = fc.record({
    service: fc.record({
      kind: fc.constant('batch' as const),
      fixedMs: fc.integer({ min: 1, max: 20 }),
      perItemMs: fc.integer({ min: 0, max: 5 }),
      batchMax: fc.constantFrom(1, 3, 8),
    }),
    queueMax: fc.constantFrom(1, 5, 300),
    queueTimeoutMs: fc.constantFrom(5, 50, Infinity),
  });
  fc.assert(
    fc.property(plain, timesArbitrary, fc.constantFrom(7, 100), (settings, times, windowMs) => {
      const { answers, back } = serve(settings, times, 1400, windowMs);
      const told = slowly(
        settings,
        times.filter(time => time < 1400 - (1400 % windowMs)),
      );
      const endMs = 1400 - (1400 % windowMs);
      expect(answers).toEqual(told.answers.filter(([, atMs = 0]) => atMs <= endMs));
      expect(back).toEqual(told.back.filter(({ atMs }) => atMs <= endMs));
    }),
    { numRuns: 200 },
  );
});

/** One instance, told in the plainest way: from one batch's end to the next. */
function slowly(settings: ServerSettings, times: readonly number[]) {
  const { service, queueMax = Infinity, queueTimeoutMs = Infinity } = settings;
  if (service.kind !== 'batch') throw new Error('only batches are told here');
  const answers: number[][] = [];
  const back: { request: number; atMs: number; why: number }[] = [];
  let waiting: number[] = [];
  let freeMs = -Infinity;
  let next = 0;
  while (next < times.length || waiting.length > 0) {
    for (; (times[next] ?? Infinity) < freeMs; next++) {
      if (waiting.length < queueMax) waiting.push(next);
      else back.push({ request: next, atMs: times[next] ?? 0, why: handBack.shed });
    }
    const late = waiting.filter(request => freeMs - (times[request] ?? 0) > queueTimeoutMs);
    const gone = late.map(request => ({ request, atMs: freeMs, why: handBack.expired }));
    back.push(...gone);
    waiting = waiting.filter(request => !late.includes(request));
    if (waiting.length === 0) {
      if (next >= times.length) break;
      freeMs = times[next] ?? 0;
      waiting.push(next++);
    }
    const batch = waiting.splice(0, service.batchMax);
    freeMs += service.fixedMs + service.perItemMs * batch.length;
    for (const request of batch) answers.push([request, freeMs]);
  }
  return { answers, back };
}
