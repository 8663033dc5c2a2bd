/** The files of the hpa vectors, and the objects that their short forms stand for. */
import type { Pod } from '../../../../sim/api/kinds/core.js';
import { rfc3339 } from '../../../../sim/api/time.js';
import type { PodMetric } from '../../../../sim/controllers/horizontal-pod-autoscaler/usage.js';

/** A file of cases of one kind. */
export interface VectorFile<C> {
  readonly format: string;
  readonly kind: string;
  readonly cases: readonly C[];
}

/** Seconds before now; null is Go's zero time. */
export interface Age {
  readonly ageSeconds: number | null;
}

/** A pod in short. */
export interface ShortPod {
  readonly name: string;
  readonly phase: string;
  readonly deleting: boolean;
  readonly startTime: Age | 'unset';
  readonly labels?: Readonly<Record<string, string>>;
  readonly ready?: { readonly status: string; readonly lastTransition: Age };
  readonly containers?: readonly ShortContainer[];
  readonly initContainers?: readonly ShortContainer[];
  readonly podRequests?: Readonly<Record<string, string>>;
}

interface ShortContainer {
  readonly name: string;
  readonly requests?: Readonly<Record<string, string>>;
  readonly restartPolicy?: string;
}

/** A sample in short. */
export interface ShortSample extends Age {
  readonly value: string;
  readonly windowSeconds: number;
}

/** When all cases happen. */
export const nowMs = 1_767_225_600_000;

const zeroTime = '0001-01-01T00:00:00Z';

/** The time of an age. */
export function timeOf({ ageSeconds }: Age): string {
  return ageSeconds === null ? zeroTime : rfc3339(nowMs - ageSeconds * 1000);
}

/** The pod that a short form stands for. */
export function podOf(short: ShortPod): Pod {
  const { name, phase, deleting, startTime, ready, labels, podRequests } = short;
  return {
    metadata: {
      name,
      namespace: 'test-namespace',
      ...(labels && { labels }),
      ...(deleting && { deletionTimestamp: rfc3339(nowMs) }),
    },
    spec: {
      containers: (short.containers ?? []).map(containerOf),
      ...(short.initContainers && { initContainers: short.initContainers.map(containerOf) }),
      ...(podRequests && { resources: { requests: podRequests } }),
    },
    status: {
      phase,
      ...(startTime !== 'unset' && { startTime: timeOf(startTime) }),
      ...(ready && {
        conditions: [
          { type: 'Ready', status: ready.status, lastTransitionTime: timeOf(ready.lastTransition) },
        ],
      }),
    },
  };
}

function containerOf({ name, requests, restartPolicy }: ShortContainer) {
  return {
    name,
    ...(requests && { resources: { requests } }),
    ...(restartPolicy !== undefined && { restartPolicy }),
  };
}

/** The samples that short forms stand for. */
export function samplesOf(
  values: Readonly<Record<string, ShortSample>>,
): ReadonlyMap<string, PodMetric> {
  const samples = new Map<string, PodMetric>();
  for (const [pod, { value, ageSeconds, windowSeconds }] of Object.entries(values)) {
    const timestampMs = ageSeconds === null ? -Infinity : nowMs - ageSeconds * 1000;
    samples.set(pod, { timestampMs, windowMs: windowSeconds * 1000, value: BigInt(value) });
  }
  return samples;
}
