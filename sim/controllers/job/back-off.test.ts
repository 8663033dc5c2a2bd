/** Back-off of Jobs: counted from when the last failed container ended. */
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/kinds/core.js';
import { rfc3339 } from '../../api/time.js';
import { nextBackOff, remainingMs } from './back-off.js';

const startMs = Date.parse('2026-03-02T10:00:00Z');

function ended(seconds: number): Pod {
  const terminated = { exitCode: 1, finishedAt: rfc3339(startMs + seconds * 1000) };
  const status = { name: 'c', image: 'x', imageID: '', restartCount: 0, ready: false };
  return { metadata: {}, status: { containerStatuses: [{ ...status, state: { terminated } }] } };
}

describe('back-off', () => {
  it('waits 10 s after a failure and twice as long after each further one', () => {
    const first = nextBackOff(undefined, [], [ended(0)]);
    expect(remainingMs(first, startMs + 3000)).toBe(7000);
    const second = nextBackOff(first, [], [ended(20)]);
    expect(remainingMs(second, startMs + 20_000)).toBe(20_000);
  });

  it('counts each of two pods that fail together', () => {
    const both = nextBackOff(undefined, [], [ended(0), ended(1)]);
    expect(remainingMs(both, startMs + 1000)).toBe(20_000);
  });

  it('begins anew with a success, but for failures after it', () => {
    const failed = nextBackOff(undefined, [], [ended(0), ended(1)]);
    expect(nextBackOff(failed, [ended(5)], [])).toEqual({ failures: 0 });
    expect(nextBackOff(failed, [ended(5)], [ended(4), ended(6)]).failures).toBe(1);
  });

  it('waits at most ten minutes', () => {
    const lastFailureMs = startMs;
    expect(remainingMs({ failures: 50, lastFailureMs }, startMs)).toBe(600_000);
  });
});
