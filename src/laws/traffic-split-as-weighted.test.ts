import { expect, it } from 'vitest';
import { Past, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { trafficSplitAsWeighted } from './traffic-split-as-weighted.js';

const route = (stable: number, canary: number) => ({
  spec: {
    rules: [
      {
        backendRefs: [
          { name: 'stable', weight: stable },
          { name: 'canary', weight: canary },
        ],
      },
    ],
  },
});

function span(past: Past, at: string, stable: number, canary: number): Past {
  past.at(at);
  const told = { kind: 'requests', spanMs: 30_000, failed: {}, capacity: 10_000 } as const;
  past.measure({ ...told, service: 's/stable', offered: stable, finished: stable });
  return past.measure({ ...told, service: 's/canary', offered: canary, finished: canary });
}

const past = (): Past => new Past().write('HTTPRoute', 's/model', route(95, 5));

it('is broken when a weight is rounded away', () => {
  expect(storyOf(span(past(), '1m', 1_000, 0).verdict(trafficSplitAsWeighted))).toEqual({
    what: 'Service s/canary gets 0.0 % of the requests of HTTPRoute s/model, by its weight 5.0 %',
    objects: ['HTTPRoute s/model', 'Service s/canary'],
    evidence: [
      '0s kubernetes-admin creates HTTPRoute s/model: the weights are 95, 5',
      '60s requests: s/stable 1000, s/canary 0',
    ],
  });
});

it('lets chance have its part, and gateways hear of new weights a little later', () => {
  const drawn = span(past(), '1m', 955, 45).verdict(trafficSplitAsWeighted);
  expect(drawn).toMatchObject({ kind: 'held', looked: 1 });
  const fresh = span(past().at('50s').write('HTTPRoute', 's/model', route(50, 50)), '1m', 800, 200);
  expect(fresh.verdict(trafficSplitAsWeighted).kind).toBe('vacuous');
  expect(span(past(), '1m', 60, 0).verdict(trafficSplitAsWeighted).kind).toBe('vacuous');
});

it('wants nothing for a weight of 0', () => {
  const closed = new Past().write('HTTPRoute', 's/model', route(100, 0));
  expect(span(closed, '1m', 1_000, 0).verdict(trafficSplitAsWeighted).kind).toBe('held');
  expect(span(closed, '2m', 990, 10).verdict(trafficSplitAsWeighted).kind).toBe('broken');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(trafficSplitAsWeighted)).toBe('vacuous');
});
