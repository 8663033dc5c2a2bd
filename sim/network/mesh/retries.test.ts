/** What is sent once more: the policies of Istio's own tests, and what Envoy makes of them. */
import { describe, expect, it } from 'vitest';
import { backOffMs, isRetriable, retryPolicy, type AttemptOutcome } from './retries.js';

const on = (policy: ReturnType<typeof retryPolicy>) => [...(policy?.on ?? [])].join();
const usual = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';

describe('the policy of a route', () => {
  it('is two more attempts at other pods, where nothing is said', () => {
    const policy = retryPolicy(undefined);
    expect(policy).toMatchObject({ attempts: 2, avoidsTried: true, perTryTimeoutMs: 0 });
    expect([on(policy), policy?.statuses.size]).toEqual([usual, 0]);
    expect(retryPolicy(undefined, { isHashed: true })?.avoidsTried).toBe(false);
  });

  it('is none without attempts', () => {
    expect(retryPolicy({ attempts: 0 })).toBeUndefined();
    expect(retryPolicy({ retryOn: '5xx' })).toBeUndefined();
  });

  it('takes what the route says', () => {
    const policy = retryPolicy({
      ...{ attempts: 4, perTryTimeout: '2s', backoff: '10ms', retryIgnorePreviousHosts: false },
      retryOn: 'some, fake ,,5xx,404,1000, 503',
    });
    expect(policy).toMatchObject({
      ...{ attempts: 4, perTryTimeoutMs: 2000, backOffMs: 10, avoidsTried: false },
      statuses: new Set([404, 503]),
    });
    expect(on(policy)).toBe('some,fake,5xx,1000,retriable-status-codes');
  });
});

const answer = (status: number, headers = {}): AttemptOutcome => ({
  kind: 'answer',
  status,
  headers,
});
const refused: AttemptOutcome = { kind: 'connect-failure' };
const reset: AttemptOutcome = { kind: 'reset' };

it.each<[string, readonly AttemptOutcome[], readonly AttemptOutcome[]]>([
  ['', [refused, answer(200, { 'grpc-status': '14' })], [reset, answer(503), answer(500)]],
  ['5xx', [refused, reset, answer(500), answer(503)], [answer(404), answer(200)]],
  ['gateway-error', [refused, reset, answer(502), answer(504)], [answer(500)]],
  ['reset', [refused, reset], [answer(503)]],
  ['reset-before-request', [refused], [reset, answer(503)]],
  ['retriable-4xx', [answer(409)], [answer(404), refused]],
  ['503', [answer(503)], [answer(502), refused]],
])('after what is sent once more: %s', (retryOn, more, never) => {
  const policy = retryPolicy({ attempts: 1, retryOn });
  expect(more.map(one => policy && isRetriable(policy, one))).toEqual(more.map(() => true));
  expect(never.map(one => policy && isRetriable(policy, one))).toEqual(never.map(() => false));
});

it('waits longer each time, up to ten times the first', () => {
  const policy = retryPolicy({ attempts: 9 });
  expect([1, 2, 3, 9].map(tried => policy && backOffMs(policy, tried, 0.999))).toEqual([
    24, 49, 99, 249,
  ]);
});
