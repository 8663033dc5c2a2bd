import { expect, it } from 'vitest';
import { Past, podSpec, running, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { disruptionBudgetRespected } from './disruption-budget-respected.js';

const labels = { app: 'db' };
const ready = running();
const evicted = {
  ...ready,
  conditions: [
    { type: 'Ready', status: 'True' },
    { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' },
  ],
};
const unready = { ...ready, conditions: [{ type: 'Ready', status: 'False' }] };

/** Three healthy pods, of which two must stay. */
function three(): Past {
  const past = new Past().write('PodDisruptionBudget', 'a/db', {
    spec: { minAvailable: 2, selector: { matchLabels: labels } },
    status: { desiredHealthy: 2, observedGeneration: 1 },
  });
  for (const name of ['one', 'two', 'three']) {
    past.write('Pod', `a/${name}`, {
      metadata: { labels },
      spec: podSpec({}, 'n1'),
      status: ready,
    });
  }
  return past.at('1m');
}

const evict = (past: Past, name: string): Past =>
  past.as('ops').write('Pod', `a/${name}`, { status: evicted });

it('is broken by one eviction too many', () => {
  const past = evict(evict(three(), 'one').at('70s'), 'two');
  expect(storyOf(past.verdict(disruptionBudgetRespected))).toEqual({
    what: 'the eviction of Pod a/two leaves 1 healthy pods, PodDisruptionBudget a/db demands 2',
    objects: ['Pod a/two', 'PodDisruptionBudget a/db'],
    evidence: [
      '0s kubernetes-admin creates PodDisruptionBudget a/db: it demands 2 healthy pods',
      '70s ops writes Pod a/two: it is evicted; 1 others are healthy',
    ],
  });
});

it('lets pods be deleted, unhealthy ones be evicted, and news of a loss come late', () => {
  const deleted = three();
  for (const name of ['one', 'two']) {
    deleted.write('Pod', `a/${name}`, { metadata: { deletionTimestamp: '2026-01-01T00:02:00Z' } });
  }
  expect(deleted.verdict(disruptionBudgetRespected).kind).toBe('vacuous');
  const sick = three().write('Pod', 'a/one', { status: unready }).at('5m');
  expect(evict(sick, 'one').verdict(disruptionBudgetRespected).kind).toBe('vacuous');
  const lost = three().write('Pod', 'a/one', { status: unready }).at('61s');
  expect(evict(lost, 'two').verdict(disruptionBudgetRespected)).toMatchObject({
    kind: 'held',
    looked: 1,
  });
  expect(evict(lost.at('5m'), 'three').verdict(disruptionBudgetRespected).kind).toBe('broken');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(disruptionBudgetRespected)).toBe('vacuous');
});
