import { expect, it } from 'vitest';
import { Past, podSpec, running, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { noRequestLost } from './no-request-lost.js';

const labels = { app: 'fraud' };
const leaving = { deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 30 };

function server(hasHook: boolean) {
  const lifecycle = hasHook ? { lifecycle: { preStop: { sleep: { seconds: 10 } } } } : {};
  const container = { name: 'main', image: 'test', ports: [{ containerPort: 80 }], ...lifecycle };
  return {
    metadata: { labels },
    spec: { ...podSpec({}, 'n1'), containers: [container] },
    status: running(),
  };
}

/** One of two pods ends; so many requests were reset in the minute. */
function oneEnds(reset: number, { hasHook = true, crash = false } = {}): Past {
  const past = new Past()
    .write('Service', 's/fraud', { spec: { selector: labels } })
    .write('Pod', 's/one', server(hasHook))
    .write('Pod', 's/two', server(hasHook))
    .at('30s')
    .write('Pod', 's/one', { metadata: leaving });
  if (crash) {
    const ended = { name: 'main', state: { terminated: { exitCode: 137 } } };
    past.write('Pod', 's/two', { status: { ...running(), containerStatuses: [ended] } });
  }
  return past.at('1m').measure({
    kind: 'requests',
    spanMs: 60_000,
    service: 's/fraud',
    offered: 100,
    finished: 100 - reset,
    failed: { reset, shed: 3 },
    capacity: 200,
  });
}

it('is broken when requests are reset while a pod ends gracefully', () => {
  expect(storyOf(oneEnds(2).verdict(noRequestLost))).toEqual({
    what: 'Service s/fraud lost 2 requests while Pod s/one ended gracefully',
    objects: ['Service s/fraud', 'Pod s/one'],
    evidence: [
      '30s kubernetes-admin writes Pod s/one: it is to end',
      '60s 2 requests lost: {"reset":2,"shed":3}',
    ],
  });
});

it('does not count what was shed, nor losses of a pod without a hook or beside a crash', () => {
  expect(oneEnds(0).verdict(noRequestLost)).toMatchObject({ kind: 'held', looked: 1 });
  expect(oneEnds(2, { hasHook: false }).verdict(noRequestLost).kind).toBe('vacuous');
  expect(oneEnds(2, { crash: true }).verdict(noRequestLost).kind).toBe('vacuous');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(noRequestLost)).toBe('vacuous');
});
