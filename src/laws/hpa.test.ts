import { describe, expect, it } from 'vitest';
import { Past, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { hpaNoFlapping } from './hpa-no-flapping.js';
import { hpaOvershootBounded } from './hpa-overshoot-bounded.js';
import { hpaSettles } from './hpa-settles.js';
import { hpaWithinBounds } from './hpa-within-bounds.js';

const name = 'serving/fraud';
const spec = { minReplicas: 1, maxReplicas: 10 };
let scaled = 0;

/** The autoscaler looks: it sees so many replicas, so much use of each, and wants so many. */
function looks(past: Past, at: string, from: number, to: number, use = 50): Past {
  const current = { averageUtilization: use };
  const currentMetrics = [{ type: 'Resource', resource: { name: 'cpu', current } }];
  return past.at(at).write('HorizontalPodAutoscaler', name, {
    status: {
      currentReplicas: from,
      desiredReplicas: to,
      currentMetrics,
      ...(from !== to && { lastScaleTime: `${++scaled}` }),
    },
  });
}

function autoscaler(more: Readonly<Record<string, unknown>> = {}): Past {
  return new Past()
    .write('HorizontalPodAutoscaler', name, { spec: { ...spec, ...more } })
    .as('system:serviceaccount:kube-system:horizontal-pod-autoscaler');
}

const who =
  'system:serviceaccount:kube-system:horizontal-pod-autoscaler writes HorizontalPodAutoscaler serving/fraud';

describe('hpa-within-bounds', () => {
  it('is broken when an autoscaler wants more than its maximum', () => {
    const verdict = looks(autoscaler(), '15s', 4, 11).verdict(hpaWithinBounds);
    expect(storyOf(verdict)).toEqual({
      what: 'HorizontalPodAutoscaler serving/fraud wants 11 replicas, its bounds are 1 to 10',
      objects: ['HorizontalPodAutoscaler serving/fraud'],
      evidence: [`15s ${who}: it wants 11, bounds 1 to 10`],
    });
  });

  it('lets an old wish stand when the user changes the bounds, and a target at zero alone', () => {
    const past = looks(autoscaler(), '15s', 4, 8)
      .at('20s')
      .write('HorizontalPodAutoscaler', name, { spec: { ...spec, maxReplicas: 5 } });
    expect(past.verdict(hpaWithinBounds)).toMatchObject({ kind: 'held', looked: 1 });
    const disabled = [{ type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled' }];
    const zero = autoscaler()
      .at('15s')
      .write('HorizontalPodAutoscaler', name, {
        status: { currentReplicas: 0, desiredReplicas: 0, conditions: disabled },
      });
    expect(zero.verdict(hpaWithinBounds).kind).toBe('vacuous');
  });
});

describe('hpa-no-flapping', () => {
  it('is broken when it goes back within its window', () => {
    const past = looks(looks(autoscaler(), '1m', 2, 6), '3m', 6, 3);
    expect(storyOf(past.verdict(hpaNoFlapping))).toEqual({
      what: 'HorizontalPodAutoscaler serving/fraud goes to 3 replicas 2 min after it chose 6',
      objects: ['HorizontalPodAutoscaler serving/fraud'],
      evidence: [`60s ${who}: from 2 to 6 replicas`, `180s ${who}: from 6 to 3 replicas`],
    });
  });

  it('lets it come down step by step, go back after its window, or by a shorter one of its own', () => {
    const later = looks(looks(looks(autoscaler(), '1m', 2, 6), '6m', 6, 4), '6m15s', 4, 3);
    expect(later.verdict(hpaNoFlapping)).toMatchObject({ kind: 'held', looked: 3 });
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    const short = looks(looks(autoscaler({ behavior }), '1m', 2, 6), '3m', 6, 3);
    expect(short.verdict(hpaNoFlapping).kind).toBe('held');
  });

  /** Somebody has it run so many, which the autoscaler puts back. */
  function scaledByHand(past: Past, at: string, replicas: number): Past {
    const before = past.at(at).as('alice');
    return before
      .write('Deployment', name, { spec: { replicas } })
      .as('system:serviceaccount:kube-system:horizontal-pod-autoscaler');
  }

  const scaleTargetRef = { kind: 'Deployment', name: 'fraud' };

  it('does not take for its own choice what answers to somebody who scaled beyond its bounds', () => {
    const past = autoscaler({ scaleTargetRef }).write('Deployment', name, {
      spec: { replicas: 2 },
    });
    scaledByHand(past, '1m', 20);
    // The pods are not there yet when it goes back to its maximum.
    looks(looks(past, '1m5s', 2, 10), '1m20s', 10, 2);
    expect(past.verdict(hpaNoFlapping)).toMatchObject({ kind: 'held', looked: 1 });
    // Without the hand, the same is flapping.
    const alone = looks(looks(autoscaler({ scaleTargetRef }), '1m5s', 2, 10), '1m20s', 10, 2);
    expect(alone.verdict(hpaNoFlapping).kind).toBe('broken');
  });

  it('lets an older choice end that it went back to after somebody scaled down, and no newer one', () => {
    // What it wanted five minutes ago is forgotten 15 s after it went back to it.
    const past = autoscaler({ scaleTargetRef }).write('Deployment', name, {
      spec: { replicas: 2 },
    });
    scaledByHand(past, '5m', 1);
    looks(looks(past, '5m1s', 1, 2), '5m16s', 2, 1);
    expect(past.verdict(hpaNoFlapping)).toMatchObject({ kind: 'held', looked: 2 });
    const more = autoscaler({ scaleTargetRef }).write('Deployment', name, {
      spec: { replicas: 2 },
    });
    scaledByHand(more, '5m', 1);
    looks(looks(more, '5m1s', 1, 4), '5m16s', 4, 1);
    expect(more.verdict(hpaNoFlapping).kind).toBe('broken');
  });

  it('lets it go back in the steps of its policies, and not beyond what there was', () => {
    const after = (last: number): Past => {
      const past = autoscaler({ scaleTargetRef }).write('Deployment', name, {
        spec: { replicas: 5 },
      });
      scaledByHand(past, '5m', 1);
      looks(looks(past, '5m1s', 1, 4), '5m16s', 4, last);
      return looks(past, '5m46s', last, 1);
    };
    expect(after(5).verdict(hpaNoFlapping)).toMatchObject({ kind: 'held', looked: 3 });
    expect(after(6).verdict(hpaNoFlapping).kind).toBe('broken');
    // The first of the steps may lead back from beyond its bounds.
    const beyond = autoscaler({ scaleTargetRef, minReplicas: 2 }).write('Deployment', name, {
      spec: { replicas: 3 },
    });
    scaledByHand(beyond, '5m', 1);
    looks(looks(looks(beyond, '5m1s', 1, 2), '5m16s', 2, 3), '9m46s', 3, 2);
    expect(beyond.verdict(hpaNoFlapping)).toMatchObject({ kind: 'held', looked: 2 });
  });

  it('does not count as turns what others made it do', () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };
    const past = autoscaler({ behavior, scaleTargetRef });
    past.write('Deployment', name, { spec: { replicas: 2 } });
    for (let minute = 1; minute < 20; minute += 2) {
      looks(scaledByHand(past, `${minute}m`, 4), `${minute}m15s`, 4, 2);
      looks(scaledByHand(past, `${minute + 1}m`, 1), `${minute + 1}m15s`, 1, 2);
    }
    expect(past.verdict(hpaNoFlapping).kind).toBe('held');
  });

  it('is broken when it turns again and again', () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };
    const past = autoscaler({ behavior });
    for (let minute = 1; minute < 20; minute += 2) {
      looks(looks(past, `${minute}m`, 2, 4), `${minute + 1}m`, 4, 2);
    }
    const verdict = past.verdict(hpaNoFlapping);
    expect(verdict).toMatchObject({ kind: 'broken', breachCount: 2 });
    expect(verdict.kind === 'broken' && verdict.breaches[0]?.what).toContain(
      'turned 9 times within 30 min',
    );
  });
});

/** Sees the same load for half an hour. */
function steady(past: Past, replicas: number, use: number): Past {
  for (let minute = 1; minute <= 30; minute++) looks(past, `${minute}m`, replicas, replicas, use);
  return past;
}

describe('hpa-settles', () => {
  it('is broken when it goes on changing its mind at constant load', () => {
    const past = autoscaler();
    for (let minute = 1; minute <= 30; minute += 2) {
      looks(looks(past, `${minute}m`, 4, 5, 50), `${minute + 1}m`, 5, 4, 40);
    }
    const { what, evidence } = storyOf(past.verdict(hpaSettles));
    expect(what).toContain('changes its mind 19 times from 10 min after its load became constant');
    expect(evidence[0]).toBe(`60s ${who}: it sees a load of 200`);
  });

  it('lets it follow a load that rises for a moment and is soon what it was', () => {
    const past = steady(autoscaler(), 2, 40);
    looks(past, '31m', 2, 3, 72);
    looks(past, '31m15s', 3, 5, 100);
    looks(past, '31m30s', 5, 5, 14);
    looks(past, '36m', 5, 1, 14);
    for (let minute = 37; minute <= 60; minute++) looks(past, `${minute}m`, 1, 1, 70);
    expect(past.verdict(hpaSettles)).toMatchObject({ kind: 'held', looked: 2 });
  });

  it('counts answers to somebody who scales by hand twice at a time as one, and a fight as many', () => {
    const byHand = (past: Past, minute: number) => {
      looks(past, `${minute}m`, 9, 4, 22);
      looks(past, `${minute}m15s`, 1, 2, 200);
      looks(past, `${minute}m30s`, 2, 4, 100);
      return looks(past, `${minute}m45s`, 4, 4, 50);
    };
    const once = byHand(steady(autoscaler(), 4, 50), 31);
    for (let minute = 32; minute <= 60; minute++) looks(once, `${minute}m`, 4, 4, 50);
    expect(once.verdict(hpaSettles)).toMatchObject({ kind: 'held', looked: 1 });
    const fight = steady(autoscaler(), 4, 50);
    for (let minute = 31; minute <= 60; minute++) byHand(fight, minute);
    expect(storyOf(fight.verdict(hpaSettles)).what).toContain('changes its mind 90 times');
  });

  it('lets it follow a load that moves, and rest at one that stays', () => {
    const moving = autoscaler();
    for (let minute = 1; minute <= 30; minute++) {
      looks(moving, `${minute}m`, minute, minute + 1, 50);
    }
    expect(moving.verdict(hpaSettles).kind).toBe('vacuous');
    expect(steady(autoscaler(), 4, 50).verdict(hpaSettles)).toMatchObject({
      kind: 'held',
      looked: 1,
    });
  });
});

describe('hpa-overshoot-bounded', () => {
  it('is broken when it rises to a multiple of what it then needs', () => {
    const past = looks(looks(autoscaler(), '1m', 2, 2, 100), '2m', 2, 10, 100);
    looks(looks(past, '7m', 10, 3, 20), '8m', 3, 3, 66);
    const verdict = looks(past, '20m', 3, 3, 66).verdict(hpaOvershootBounded);
    expect(storyOf(verdict)).toEqual({
      what: 'HorizontalPodAutoscaler serving/fraud rises to 10 replicas at a load for which 3 are enough',
      objects: ['HorizontalPodAutoscaler serving/fraud'],
      evidence: [
        `60s ${who}: it sees a load of 200`,
        `120s ${who}: from 2 to 10 replicas`,
        `420s ${who}: from 10 to 3 replicas`,
      ],
    });
  });

  it('judges a rise although the metric is that of the old pods until the new ones work', () => {
    const past = looks(looks(autoscaler(), '1m', 2, 2, 40), '5m', 2, 4, 100);
    looks(looks(past, '5m15s', 4, 4, 100), '5m30s', 4, 4, 50);
    const verdict = looks(past, '25m', 4, 4, 50).verdict(hpaOvershootBounded);
    expect(verdict).toMatchObject({ kind: 'held', looked: 1 });
  });

  it('lets it come down from where an earlier load had it', () => {
    const past = looks(looks(autoscaler(), '1m', 10, 10, 20), '6m', 10, 3, 20);
    expect(looks(past, '20m', 3, 3, 66).verdict(hpaOvershootBounded).kind).toBe('vacuous');
  });
});

it.each([hpaWithinBounds, hpaNoFlapping, hpaSettles, hpaOvershootBounded])(
  '$name has nothing to judge in an empty history',
  law => expect(verdictOnNothing(law)).toBe('vacuous'),
);
