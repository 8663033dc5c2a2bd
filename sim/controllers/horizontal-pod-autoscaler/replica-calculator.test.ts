import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/kinds/core.js';
import { rfc3339 } from '../../api/time.js';
import { averageReplicas, externalTotal, resourceReplicas } from './replica-calculator.js';
import { limitedByRules } from './scaling-rules.js';

const nowMs = Date.UTC(2026, 0, 1);
const readySinceMs = nowMs - 3_600_000;

const pod = (name: string): Pod => ({
  metadata: { name, namespace: 'shop' },
  spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
  status: {
    phase: 'Running',
    startTime: rfc3339(readySinceMs),
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(readySinceMs) }],
  },
});

/** Samples in thousandths of a core, pod by pod; undefined: there is none. */
function calculation(values: readonly (number | undefined)[]) {
  const pods = values.map((_, index) => pod(`p${index}`));
  const metrics = new Map(
    values.flatMap((value, index) =>
      value === undefined
        ? []
        : [[`p${index}`, { timestampMs: nowMs, windowMs: 30_000, value: BigInt(value) }] as const],
    ),
  );
  const input = {
    nowMs,
    pods,
    tolerances: { scaleUp: 0.1, scaleDown: 0.1 },
    currentReplicas: values.length,
    usesPodLevelResources: true,
    cpuInitializationMs: 300_000,
    initialReadinessMs: 30_000,
  };
  return { metrics, input };
}

function cpuReplicas(values: readonly (number | undefined)[], utilization: number) {
  const { metrics, input } = calculation(values);
  return resourceReplicas(metrics, { utilization, resource: 'cpu', container: '' }, input);
}

describe('The replicas that a metric asks for', () => {
  it('follow the ratio of use to target', () => {
    expect(cpuReplicas([900, 900], 60)).toMatchObject({ replicas: 3, utilization: 90 });
    expect(cpuReplicas([100, 100, 100, 100], 50)).toMatchObject({ replicas: 1 });
  });

  it('stay within the tolerance', () => {
    expect(cpuReplicas([540, 540], 50)).toMatchObject({ replicas: 2 });
    expect(cpuReplicas([560, 560], 50)).toMatchObject({ replicas: 3 });
  });

  it('take a pod without a sample for idle when scaling up, and for busy when scaling down', () => {
    expect(cpuReplicas([900, 900, undefined], 50)).toMatchObject({ replicas: 4 });
    expect(cpuReplicas([100, 100, undefined], 50)).toMatchObject({ replicas: 3 });
  });

  it('are exact beyond the integers of a double', () => {
    const { metrics, input } = calculation([1]);
    const huge = new Map([...metrics].map(([name, one]) => [name, { ...one, value: 2n ** 60n }]));
    expect(averageReplicas(huge, { usage: 2n ** 58n, resource: '' }, input)).toEqual({
      replicas: 4,
      usage: 2n ** 60n,
    });
    expect(externalTotal([2n ** 62n, 2n ** 62n])).toBe(2n ** 63n - 1n);
  });

  it('at most double at once', () => {
    const limits = { scaleUpFactor: 2, scaleUpMinimum: 4 };
    const limited = (current: number, desired: number) =>
      limitedByRules({ current, desired, min: 1, max: 100 }, limits);
    expect(limited(1, 10)).toEqual({ replicas: 4, reason: 'ScaleUpLimit' });
    expect(limited(10, 50)).toEqual({ replicas: 20, reason: 'ScaleUpLimit' });
    expect(limited(10, 0)).toEqual({ replicas: 1, reason: 'TooFewReplicas' });
  });
});
