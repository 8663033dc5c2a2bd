/** Replays the calculations of replicas. */
import {
  averageReplicas,
  externalTotal,
  resourceReplicas,
  valuePerPodReplicas,
  valueReplicas,
  type CalculationInput,
  type Tolerances,
} from '../../../../sim/controllers/horizontal-pod-autoscaler/replica-calculator.js';
import {
  resourceMetrics,
  type Fetched,
} from '../../../../sim/controllers/horizontal-pod-autoscaler/metrics-client.js';
import type { PodMetrics } from '../../../../sim/controllers/horizontal-pod-autoscaler/usage.js';
import { drive, ok } from './drive.js';
import {
  nowMs,
  podOf,
  samplesOf,
  timeOf,
  type Age,
  type ShortPod,
  type ShortSample,
} from './cases.js';

/** A case of kind `calc`. */
export interface CalcCase {
  readonly id: string;
  readonly function: string;
  readonly featureGates?: { readonly PodLevelResources: boolean };
  readonly input: CalcInput;
  readonly expect: CalcExpectation;
}

interface CalcInput {
  readonly container?: string;
  readonly resource?: string;
  readonly cpuInitializationPeriodSeconds: number;
  readonly delayOfInitialReadinessStatusSeconds: number;
  readonly currentReplicas: number;
  readonly pods: readonly ShortPod[];
  readonly podMetricValues?: Readonly<Record<string, ShortSample>>;
  readonly podMetrics?: readonly ShortPodMetrics[];
  readonly levelsMilli?: readonly string[];
  readonly targetUtilization?: number;
  readonly targetUsageMilli?: string;
  readonly tolerance: Tolerances;
}

interface ShortPodMetrics extends Age {
  readonly pod: string;
  readonly windowSeconds: number;
  readonly containers: readonly {
    readonly name: string;
    readonly usage: Readonly<Record<string, string>>;
  }[];
}

interface CalcExpectation {
  readonly replicas?: number;
  readonly utilization?: number;
  readonly rawValue?: string;
  readonly usageMilli?: string;
  readonly error?: string;
  readonly errorContains?: string;
}

/** The first difference, or undefined. */
export function replayCalc({ function: name, input, featureGates, expect }: CalcCase) {
  const calculation: CalculationInput = {
    nowMs,
    pods: input.pods.map(podOf),
    tolerances: input.tolerance,
    currentReplicas: input.currentReplicas,
    usesPodLevelResources: featureGates?.PodLevelResources ?? true,
    cpuInitializationMs: input.cpuInitializationPeriodSeconds * 1000,
    initialReadinessMs: input.delayOfInitialReadinessStatusSeconds * 1000,
  };
  const result = calculate(name, input, calculation);
  if ('error' in result) {
    const wanted = expect.errorContains ?? expect.error;
    if (wanted !== undefined && result.error.includes(wanted)) return undefined;
    return `error ${result.error}, expected ${JSON.stringify(expect)}`;
  }
  const told = Object.fromEntries(
    Object.entries(result).map(([key, value]) => [key, String(value)]),
  );
  const wanted = Object.fromEntries(
    Object.entries(expect).map(([key, value]) => [key, String(value)]),
  );
  const isEqual = Object.keys(wanted).every(key => told[key] === wanted[key]);
  return isEqual ? undefined : `${JSON.stringify(told)}, expected ${JSON.stringify(wanted)}`;
}

function calculate(
  name: string,
  input: CalcInput,
  calculation: CalculationInput,
):
  | { readonly replicas: number; readonly usageMilli?: bigint; readonly rawValue?: bigint }
  | { readonly error: string } {
  const targetUsage = BigInt(input.targetUsageMilli ?? '0');
  const levels = (input.levelsMilli ?? []).map(BigInt);
  const [level = 0n] = levels;
  switch (name) {
    case 'GetResourceReplicas': {
      const metrics = metricsOf(input);
      if ('error' in metrics) return resourceError(metrics, input);
      const { targetUtilization = 0, resource = '', container = '' } = input;
      const target = { utilization: targetUtilization, resource, container };
      const proposal = resourceReplicas(metrics.value, target, calculation);
      return 'error' in proposal ? proposal : { ...proposal, rawValue: proposal.rawAverage };
    }
    case 'GetRawResourceReplicas':
    case 'GetMetricReplicas': {
      const metrics = metricsOf(input);
      if ('error' in metrics) return resourceError(metrics, input);
      const resource = name === 'GetMetricReplicas' ? '' : (input.resource ?? '');
      return told(averageReplicas(metrics.value, { usage: targetUsage, resource }, calculation));
    }
    case 'GetObjectMetricReplicas':
      return told(valueReplicas(level, targetUsage, calculation));
    case 'GetExternalMetricReplicas':
      return told(valueReplicas(externalTotal(levels), targetUsage, calculation));
    case 'GetObjectPerPodMetricReplicas':
      return told(valuePerPodReplicas(level, targetUsage, calculation));
    case 'GetExternalPerPodMetricReplicas':
      return told(valuePerPodReplicas(externalTotal(levels), targetUsage, calculation));
    default:
      return { error: `unknown function ${name}` };
  }
}

function told(
  proposal: { readonly replicas: number; readonly usage: bigint } | { readonly error: string },
) {
  return 'error' in proposal ? proposal : { ...proposal, usageMilli: proposal.usage };
}

function resourceError({ error }: { readonly error: string }, { resource = '' }: CalcInput) {
  return { error: `unable to get metrics for resource ${resource}: ${error}` };
}

function metricsOf(input: CalcInput): Fetched<PodMetrics> {
  const { podMetricValues, podMetrics, levelsMilli = [], resource = '', container = '' } = input;
  if (podMetricValues !== undefined) return { value: samplesOf(podMetricValues) };
  if (podMetrics === undefined) {
    const samples = levelsMilli.map((value, index) => {
      return [`test-pod-${index}`, { value, ageSeconds: null, windowSeconds: 60 }] as const;
    });
    return { value: samplesOf(Object.fromEntries(samples)) };
  }
  const items = podMetrics.map(({ pod, windowSeconds, containers, ...age }) => ({
    metadata: { name: pod },
    timestamp: timeOf(age),
    window: `${windowSeconds}s`,
    containers,
  }));
  const query = { namespace: 'test-namespace', selector: 'name=test-pod', resource, container };
  return drive(resourceMetrics(query), () => ok({ items }));
}
