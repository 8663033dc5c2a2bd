import { expect, it } from 'vitest';
import { Past, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { eventuallyStable } from './eventually-stable.js';

const controller = 'system:serviceaccount:kube-system:some-controller';

/** Writes the object so many times within a minute, each time with the status that comes. */
function busy(status: (turn: number) => unknown, times = 100, at = 0): Past {
  const past = new Past().write('Deployment', 'a/web', { metadata: { generation: 1 } });
  past.as(controller);
  for (let turn = 0; turn < times; turn++) {
    past.at(`${at + turn * 0.5}s`).write('Deployment', 'a/web', { status: status(turn) });
  }
  return past;
}

it('is broken when a status is written to and fro', () => {
  const verdict = busy(
    turn => ({ replicas: turn % 2, when: `2026-01-01T00:00:${10 + (turn % 40)}Z` }),
    200,
  );
  const { what, objects, evidence } = storyOf(verdict.verdict(eventuallyStable));
  expect(what).toBe(
    'Deployment a/web is written more than 60 times a minute for 2 minutes, with what it said before',
  );
  expect(objects).toEqual(['Deployment a/web']);
  expect(evidence[0]).toBe(`75s ${controller} writes Deployment a/web`);
});

it('lets a large roll-out tell its progress, write by write', () => {
  const past = busy(turn => ({ replicas: turn }));
  expect(past.verdict(eventuallyStable)).toMatchObject({ kind: 'held', looked: 100 });
});

it('is broken when writing never ends, whatever it brings', () => {
  const past = busy(turn => ({ counter: turn }), 1_800);
  expect(storyOf(past.verdict(eventuallyStable)).what).toContain(
    'is written all the time for 11 min',
  );
});

/** As `busy`, and with each fourth write a pod is evicted by preemption, while a pod waits. */
function preempting(waiting: Readonly<Record<string, unknown>>, times = 200): Past {
  const past = new Past().write('Deployment', 'a/web', { metadata: { generation: 1 } });
  past.write('Pod', 'a/waits', { spec: waiting });
  for (let turn = 0; turn < times; turn++) {
    past.at(`${turn * 0.5}s`).as(controller);
    past.write('Deployment', 'a/web', { status: { replicas: turn % 2 } });
    if (turn % 4 > 0) continue;
    const target = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' };
    past.write('Pod', `a/web-${turn}`, { spec: { nodeName: 'n' } }).as('system:kube-scheduler');
    past.write('Pod', `a/web-${turn}`, { status: { conditions: [target] } });
    past.write('Pod', `a/web-${turn}`, { metadata: { deletionTimestamp: '2026-01-01T00:00:30Z' } });
  }
  return past;
}

it('lets pods be evicted again and again for a group that never finds room', () => {
  const group = { schedulingGroup: { podGroupName: 'g' } };
  expect(preempting(group).verdict(eventuallyStable).kind).toBe('held');
  expect(preempting(group, 3_000).verdict(eventuallyStable).kind).toBe('held');
});

it('lets nothing pass for evictions that no waiting group explains', () => {
  expect(preempting({}).verdict(eventuallyStable).kind).toBe('broken');
  const bound = { schedulingGroup: { podGroupName: 'g' }, nodeName: 'n' };
  expect(preempting(bound).verdict(eventuallyStable).kind).toBe('broken');
});

it('is broken when far more is written than the evictions for a group explain', () => {
  const past = preempting({ schedulingGroup: { podGroupName: 'g' } }, 4).as(controller);
  for (let turn = 0; turn < 400; turn++) {
    past.at(`${2 + turn * 0.25}s`).write('Deployment', 'a/web', { status: { replicas: turn % 2 } });
  }
  expect(past.verdict(eventuallyStable).kind).toBe('broken');
});

it('is broken when the status never comes to know the spec', () => {
  const past = new Past()
    .write('Deployment', 'a/web', {
      metadata: { generation: 1 },
      status: { observedGeneration: 1 },
    })
    .at('10s')
    .write('Deployment', 'a/web', { metadata: { generation: 2 } })
    .at('10m');
  expect(storyOf(past.verdict(eventuallyStable))).toEqual({
    what: 'the status of Deployment a/web does not come to know generation 2 within 5 min',
    objects: ['Deployment a/web'],
    evidence: ['10s kubernetes-admin writes Deployment a/web: the spec is then of generation 2'],
  });
  const known = past.at('10m').write('Deployment', 'a/web', { status: { observedGeneration: 2 } });
  expect(known.verdict(eventuallyStable).kind).toBe('broken');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(eventuallyStable)).toBe('vacuous');
});
