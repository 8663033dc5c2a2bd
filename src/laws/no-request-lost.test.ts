import { expect, it } from 'vitest';
import { Past, podSpec, running, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import type { UnheardRequests } from './law.js';
import { noRequestLost } from './no-request-lost.js';

const labels = { app: 'fraud' };
const leaving = { deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 30 };

function server(hasHook: boolean) {
  const lifecycle = hasHook ? { lifecycle: { preStop: { sleep: { seconds: 10 } } } } : {};
  const readinessProbe = { tcpSocket: { port: 80 } };
  const ports = [{ containerPort: 80 }];
  const container = { name: 'main', image: 'test', ports, readinessProbe, ...lifecycle };
  return {
    metadata: { labels },
    spec: { ...podSpec({}, 'n1'), containers: [container] },
    status: running(),
  };
}

interface Circumstances {
  readonly hasHook?: boolean;
  readonly crash?: boolean;
  readonly unheard?: UnheardRequests;
}

/** One of two pods ends; so many requests were reset in the minute. */
function oneEnds(
  reset: number,
  { hasHook = true, crash = false, unheard }: Circumstances = {},
): Past {
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
    ...(unheard && { unheard }),
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

it('excuses what a pod without a hook loses until clients have heard of its end, and no more', () => {
  const of = (reset: number, ended: number, hasHook = false) =>
    oneEnds(reset, { hasHook, unheard: { ended, starting: 0 } }).verdict(noRequestLost);
  expect(of(2, 2)).toMatchObject({ kind: 'held', looked: 1 });
  expect(of(0, 0)).toMatchObject({ kind: 'held', looked: 1 });
  expect(storyOf(of(3, 2)).what).toBe(
    'Service s/fraud lost 1 requests while Pod s/one ended gracefully',
  );
  expect(of(2, 2, true).kind).toBe('broken');
});

it('does not take a new pod that does not listen yet for one that ends', () => {
  const starts = (probe: object, starting?: number): Past => {
    const [container] = server(true).spec.containers;
    const pod = {
      ...server(true),
      spec: { ...podSpec({}, 'n1'), containers: [{ ...container, ...probe }] },
    };
    return oneEnds(0)
      .at('80s')
      .write('Pod', 's/three', pod)
      .at('2m')
      .measure({
        ...lost,
        ...(starting !== undefined && { unheard: { ended: 0, starting } }),
      });
  };
  const lost = {
    kind: 'requests',
    spanMs: 60_000,
    service: 's/fraud',
    offered: 100,
    finished: 98,
    failed: { refused: 2 },
    capacity: 200,
  } as const;
  const unasked = starts({ readinessProbe: undefined });
  expect(unasked.verdict(noRequestLost)).toMatchObject({ kind: 'held', looked: 1 });
  expect(starts({}).verdict(noRequestLost).kind).toBe('broken');
  const none = { readinessProbe: undefined };
  expect(starts(none, 2).verdict(noRequestLost)).toMatchObject({ kind: 'held', looked: 2 });
  expect(starts(none, 1).verdict(noRequestLost).kind).toBe('broken');
  expect(starts({}, 2).verdict(noRequestLost).kind).toBe('broken');
});

it('does not judge spans in which at some moment no other pod was ready', () => {
  const past = new Past()
    .write('Service', 's/fraud', { spec: { selector: labels } })
    .write('Pod', 's/one', server(true))
    .at('1m')
    .write('Pod', 's/one', { metadata: leaving })
    .at('70s')
    .write('Pod', 's/two', server(true));
  const told = { kind: 'requests', spanMs: 60_000, service: 's/fraud', capacity: 200 } as const;
  past.at('80s').measure({ ...told, offered: 100, finished: 90, failed: { 'no endpoint': 10 } });
  expect(past.verdict(noRequestLost).kind).toBe('vacuous');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(noRequestLost)).toBe('vacuous');
});
