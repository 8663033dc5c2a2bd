import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../api/kinds/apps.js';
import { kindOf } from '../api/object.js';
import { basicCounts, nearestCounts, routedCounts } from './argo-rollouts/canary-counts.js';
import { pauseSecondsOf, stepText } from './argo-rollouts/canary-steps.js';
import { stepHashOf, templateHash } from './argo-rollouts/hash.js';
import { rolloutHints } from './argo-rollouts/hints.js';
import { routesProblem, withWeight } from './argo-rollouts/istio.js';
import { argsOf, resolvedMetric } from './argo-rollouts/run-args.js';
import { limitPassed, phaseOfMetric } from './argo-rollouts/run/assess.js';
import { evaluate } from '../expr/evaluate.js';
import { metricsProblem } from './argo-rollouts/run/metric.js';
import { conditionFunctions } from './argo-rollouts/run/condition-functions.js';
import { verdictOn } from './argo-rollouts/run/verdict.js';
import { runSpec } from './argo-rollouts/templates.js';
import { phaseOf } from './argo-rollouts/phase.js';
import type { CanaryStrategy, Rollout, RolloutStatus } from './argo-rollouts/types.js';
import { rolloutErrors } from './argo-rollouts/validation.js';

const labels = { app: 'web' };

function canary(
  strategy: CanaryStrategy,
  { replicas = 10, status = {} }: { replicas?: number; status?: RolloutStatus } = {},
): Rollout {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  return {
    metadata: { name: 'web', namespace: 'ns', uid: 'u' },
    spec: {
      ...{ replicas, selector: { matchLabels: labels }, template },
      strategy: { canary: strategy },
    },
    status: { stableRS: 'old', currentPodHash: 'new', ...status },
  };
}

function set(name: string, size: number, available = size): ReplicaSet {
  return {
    metadata: { name, labels: { 'rollouts-pod-template-hash': name } },
    spec: { replicas: size, selector: {} },
    status: { replicas: size, availableReplicas: available },
  };
}

describe('the replicas of a canary', () => {
  it.each([
    [10, 10, 0, 10, 1, 1, [1, 9]],
    [10, 30, 0, 10, 0, 3, [3, 10]],
    [10, 30, 0, 10, 5, 0, [0, 7]],
    [10, 5, 0, 10, 1, 1, [1, 10]],
    [1, 5, 0, 1, 0, 1, [1, 1]],
    [1, 95, 0, 1, 0, 1, [1, 1]],
  ])(
    'of %i at weight %i with %i and %i pods, %i of them missing or %i in excess, are %j',
    (replicas, setWeight, fresh, old, maxUnavailable, maxSurge, wanted) => {
      const strategy = { maxUnavailable, maxSurge, steps: [{ setWeight }] };
      const sets = { newSet: set('new', fresh), stableSet: set('old', old), others: [] };
      const { canary: one, stable } = basicCounts(canary(strategy, { replicas }), sets);
      expect([one, stable]).toEqual(wanted);
    },
  );

  it('come as near to the weight as they can', () => {
    const counts = (replicas: number, weight: number, surge: number) =>
      Object.values(nearestCounts(replicas, weight, { maxWeight: 100, surge }));
    expect(counts(3, 50, 0)).toEqual([2, 1]);
    expect(counts(3, 50, 1)).toEqual([2, 2]);
    expect(counts(1, 50, 0)).toEqual([1, 0]);
    expect(counts(100, 1, 0)).toEqual([1, 99]);
    expect(counts(0, 50, 1)).toEqual([0, 0]);
  });

  it('leave the stable set whole where a router splits the traffic, unless it follows its weight', () => {
    const sets = { newSet: set('new', 0), stableSet: set('old', 10), others: [] };
    const routed = { trafficRouting: { istio: {} }, steps: [{ setWeight: 15 }] };
    expect(routedCounts(canary(routed), sets)).toEqual({ canary: 2, stable: 10 });
    const dynamic = canary({ ...routed, dynamicStableScale: true });
    expect(routedCounts(dynamic, sets)).toEqual({ canary: 2, stable: 9 });
    const weights = { canary: { weight: 0 }, stable: { weight: 100 } };
    expect(routedCounts(dynamic, sets, weights)).toEqual({ canary: 2, stable: 10 });
    const scaled = canary({ ...routed, steps: [{ setCanaryScale: { replicas: 4 } }] });
    expect(routedCounts(scaled, sets)).toEqual({ canary: 4, stable: 10 });
  });
});

it('hashes templates as they are written, and steps in the order of Go', () => {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const other = { spec: { containers: [{ image: 'i', name: 'c' }] }, metadata: { labels } };
  expect(templateHash(template)).toBe(templateHash(other));
  expect(templateHash(template, 1)).not.toBe(templateHash(template));
  const hash = (steps: CanaryStrategy['steps']) =>
    stepHashOf(canary(steps === undefined ? {} : { steps }));
  expect(hash([{ pause: {} }])).toBe(hash([{ pause: {} }]));
  expect(hash(undefined)).not.toBe(hash([]));
});

it('reads the durations of pauses', () => {
  const seconds = (duration: number | string) => pauseSecondsOf({ pause: { duration } });
  expect(['10', 20, '1h1m', 'soon'].map(seconds)).toEqual([10, 20, 3660, -1]);
  expect(stepText({ pause: { duration: '1h' } })).toBe('pause: 1h');
});

describe('conditions', () => {
  it.each([
    ['result[0] >= 0.95', [0.96], true],
    ['result >= 1 && result < 3', 2, true],
    ['len(result) == 0 || isNaN(result[0]) || result[0] < 0.5', [], true],
    ['all(result, # > 1)', [2, 3], true],
    ['any(result, {# > 2})', [1, 2], false],
    ['default(result, 0) == 0', undefined, true],
    ['not (1 + 2 * 3 != 7) and 2 ** 3 == 8', 0, true],
    ['isInf(result[-1]) ? true : false', [1, Infinity], true],
    ['result in [1, 2]', 2, true],
  ])('%s of %j', (text, result, wanted) => {
    expect(evaluate(text, { ...conditionFunctions, result })).toEqual({ value: wanted });
  });

  it.each([
    ['result[1] > 0', [1], 'index out of range: 1 (array length is 1)'],
    ['reslt > 0', 1, 'unknown name reslt'],
    ['result >', 1, 'unexpected token EOF'],
    ['result > 0', [1], 'invalid operation: > (mismatched types []float64 and float64)'],
  ])('%s of %j is an error', (text, result, error) => {
    expect(evaluate(text, { ...conditionFunctions, result })).toEqual({ error });
  });

  it('make a value good, bad or neither', () => {
    const provider = { prometheus: {} };
    const verdict = (successCondition: string, failureCondition: string) =>
      verdictOn([5], { name: 'm', provider, successCondition, failureCondition });
    expect(verdict('result[0] > 3', '')).toEqual({ phase: 'Successful' });
    expect(verdict('', 'result[0] > 3')).toEqual({ phase: 'Failed' });
    expect(verdict('result[0] > 9', 'result[0] < 3')).toEqual({ phase: 'Inconclusive' });
    expect(verdictOn([], { name: 'm', provider, successCondition: 'result[0] > 1' })).toEqual({
      error:
        'could not evaluate successCondition "result[0] > 1": metric result is nil or empty: no data returned from the metric provider',
    });
  });
});

describe('metrics', () => {
  const provider = { job: {} } as never;
  const good = { phase: 'Successful', finishedAt: '' } as const;

  it('end by their counts and limits', () => {
    const measured = { name: 'm', phase: 'Running' as const, measurements: [good] };
    const metric = { name: 'm', provider };
    expect(phaseOfMetric(metric, { ...measured, count: 1 }, false)).toBe('Successful');
    const endless = { ...metric, interval: '1m' };
    expect(phaseOfMetric(endless, { ...measured, count: 9 }, false)).toBe('Running');
    expect(phaseOfMetric(endless, { ...measured, count: 9 }, true)).toBe('Successful');
    expect(limitPassed({ ...metric, failureLimit: 2 }, { ...measured, failed: 3 })).toEqual({
      phase: 'Failed',
      message: 'failed (3) > failureLimit (2)',
    });
  });

  it('are refused where they cannot be measured', () => {
    const problem = (metric: object) => metricsProblem([{ name: 'm', provider, ...metric }]);
    expect(problem({ provider: {} })).toBe('metrics[0]: no provider specified');
    expect(problem({ count: 2 })).toBe('metrics[0]: interval must be specified when count > 1');
    expect(problem({ failureLimit: -1 })).toMatch(/cannot both be disabled$/);
    expect(problem({ interval: '1m', count: 3 })).toBeUndefined();
  });

  it('name the arguments of their analysis', () => {
    const metric = { name: 'm', provider, successCondition: 'result > {{ args.min }}' };
    const given = resolvedMetric(metric, [{ name: 'min', value: '"3"' }]);
    expect(given).toMatchObject({ value: { successCondition: 'result > "3"' } });
    expect(resolvedMetric(metric, [])).toEqual({ problem: 'failed to resolve {{ args.min }}' });
    const template = (name: string, value?: string) => ({
      metadata: { name, namespace: 'ns' },
      spec: { args: [{ name: 'a', ...(value !== undefined && { value }) }] },
    });
    expect(runSpec([template('t')], [], {})).toEqual({ problem: 'args.a was not resolved' });
    const twice = [template('t', '1'), template('u', '2')];
    expect(runSpec(twice, [], {})).toMatchObject({
      problem: "Argument `a` specified multiple times with different values: '1', '2'",
    });
    const hashes = { stable: 's', latest: 'l' };
    const args = [
      { name: 'h', valueFrom: { podTemplateHashValue: 'Latest' as const } },
      { name: 'n', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      {
        name: 'i',
        valueFrom: { fieldRef: { fieldPath: 'spec.template.spec.containers[0].image' } },
      },
    ];
    const values = [
      { name: 'h', value: 'l' },
      { name: 'n', value: '' },
      { name: 'i', value: 'i' },
    ];
    expect(argsOf(args, canary({}), hashes)).toEqual({ value: values });
  });
});

describe('a spec', () => {
  const texts = (rollout: Rollout) =>
    rolloutErrors(rollout).map(({ path, text }) => `${path}: ${text}`);

  it("is refused with upstream's words", () => {
    expect(texts(canary({ steps: [{ setWeight: 101 }, {}] }))).toEqual([
      'spec.strategy.steps[0].setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100',
      expect.stringMatching(/^spec\.strategy\.steps\[1\]: Invalid value: "step\.Experiment: true /),
    ]);
    expect(texts(canary({ trafficRouting: { istio: {} } }))).toHaveLength(2);
    expect(
      texts(canary({ scaleDownDelaySeconds: 1, maxSurge: 0, maxUnavailable: 0 })),
    ).toHaveLength(2);
    const { spec, ...rest } = canary({});
    const other = { ...spec, selector: { matchLabels: { app: 'other' } } };
    expect(texts({ ...rest, spec: other })).toEqual([
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ]);
  });
});

it('tells a phase', () => {
  const { spec } = canary({}, { replicas: 2 });
  const done = { updatedReplicas: 2, availableReplicas: 2, replicas: 2 };
  expect(phaseOf(spec, {}).message).toBe('more replicas need to be updated');
  expect(phaseOf(spec, { ...done, replicas: 3 }).message).toBe(
    'old replicas are pending termination',
  );
  expect(phaseOf(spec, done).message).toBe('waiting for all steps to complete');
  const stable = { ...done, stableRS: 'a', currentPodHash: 'a' };
  expect(phaseOf(spec, stable)).toEqual({ phase: 'Healthy', message: '' });
});

it('sets the weights of a VirtualService', () => {
  const strategy = {
    ...{ canaryService: 'new', stableService: 'old' },
    trafficRouting: { istio: { virtualService: { name: 'vs' } } },
  };
  const to = (host: string, weight: number) => ({ destination: { host }, weight });
  const http = [{ route: [to('old.ns.svc', 100), to('new', 0)] }];
  const kind = kindOf('networking.istio.io/v1', 'VirtualService', 'virtualservices');
  const object = { kind: kind.kind, metadata: { name: 'vs' }, spec: { hosts: ['a'], http } };
  expect(routesProblem(canary(strategy), { name: 'vs' }, object)).toBeUndefined();
  expect(withWeight(canary(strategy), { name: 'vs' }, object, 30)?.['spec']).toEqual({
    hosts: ['a'],
    http: [{ route: [to('old.ns.svc', 70), to('new', 30)] }],
  });
  expect(withWeight(canary(strategy), { name: 'vs' }, object, 0)).toBeUndefined();
  const named = { name: 'vs', routes: ['main'] };
  expect(routesProblem(canary(strategy), named, object)).toMatch(/'main' is not found/);
});

it('hints at what is not simulated', () => {
  const object = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' };
  const hints = (strategy: CanaryStrategy) =>
    rolloutHints({ ...object, ...canary(strategy) } as never);
  expect(hints({ trafficRouting: { nginx: {} } })[0]).toMatch(/^trafficRouting\.nginx is not/);
  expect(hints({ steps: [{ experiment: {} }] })[0]).toMatch(/^Experiments are not simulated/);
  expect(hints({ steps: [{ setWeight: 1 }] })).toEqual([]);
});
