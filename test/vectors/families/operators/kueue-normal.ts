/** Brings what is recorded and replayed of Kueue to one form. */
import { compareText } from '../../../../sim/api/go-text.js';
import type { KubeObject } from '../../../../sim/api/object.js';
import { normalText } from './normal.js';

/** Type, reason, kind, name, message. */
export type KueueEvent = readonly [
  type: string,
  reason: string,
  kind: string,
  name: string,
  message: string,
];

/** The recorder kept so much of a message. */
const messageMax = 300;

/** Names of workloads end in a hash of a uid; how long something took is the machine's affair. */
function normalHash(text: string): string {
  const told = text.replaceAll(/\b(\w*job-[\w-]+?)-[0-9a-f]{5}(?![\w-])/g, '$1-<hash>');
  return normalText(told.replaceAll(/was \d+s/g, 'was <n>s'));
}

function normalHashes(value: unknown): unknown {
  if (typeof value === 'string') return normalHash(value);
  if (Array.isArray(value)) return value.map(normalHashes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, normalHashes(one)]));
}

/** An event as a line. */
export function normalEvent([type, reason, kind, name, message]: KueueEvent): string {
  const cut = message.slice(0, messageMax);
  return normalHash(`${type} ${reason} ${kind} ${name}: ${cut}`);
}

interface Condition {
  readonly type: string;
}

interface RawWorkload {
  /** A recorded workload has these at the top. */
  readonly name?: string;
  readonly labels?: unknown;
  readonly finalizers?: unknown;
  readonly metadata?: {
    readonly name?: string;
    readonly labels?: unknown;
    readonly finalizers?: unknown;
  };
  readonly spec?: unknown;
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly accumulatedPastExecutionTimeSeconds?: number;
  };
}

interface NormalWorkload {
  readonly name: string;
  readonly spec: { readonly podSets: readonly Readonly<Record<string, unknown>>[] };
}

/** A workload, stored or recorded: the order of conditions is that in which they were written first. */
export function normalWorkload(workload: RawWorkload | KubeObject): NormalWorkload {
  const { metadata, name, labels, finalizers, spec, status } = workload as RawWorkload;
  const { conditions = [], accumulatedPastExecutionTimeSeconds, ...rest } = status ?? {};
  const normal = {
    name: metadata?.name ?? name,
    labels: metadata?.labels ?? labels,
    finalizers: metadata?.finalizers ?? finalizers,
    spec,
    status: {
      ...rest,
      ...(accumulatedPastExecutionTimeSeconds !== undefined && {
        accumulatedPastExecutionTimeSeconds: '<n>',
      }),
      conditions: [...conditions].sort((a, b) => compareText(a.type, b.type)),
    },
  };
  return normalHashes(normal) as NormalWorkload;
}

/** What the recorder kept of a Job. */
export function observedJob(object: KubeObject): unknown {
  const { spec, status } = object as unknown as {
    readonly spec: {
      readonly suspend?: boolean;
      readonly template: { readonly spec: { readonly nodeSelector?: unknown } };
    };
    readonly status?: {
      readonly active?: number;
      readonly conditions?: readonly {
        readonly type: string;
        readonly status: string;
        readonly reason?: string;
      }[];
    };
  };
  return {
    suspend: spec.suspend ?? null,
    active: status?.active ?? null,
    nodeSelector: spec.template.spec.nodeSelector ?? null,
    conditions: (status?.conditions ?? []).map(one => [one.type, one.status, one.reason]),
  };
}

/** What it kept of a ClusterQueue. */
export function observedQueue({ status }: KubeObject): unknown {
  const { pendingWorkloads, admittedWorkloads, reservingWorkloads, flavorsReservation } = (status ??
    {}) as Readonly<Record<string, unknown>>;
  return { pendingWorkloads, admittedWorkloads, reservingWorkloads, flavorsReservation };
}

/** And of pods. */
export function observedPods(pods: readonly KubeObject[]): Record<string, unknown> {
  return Object.fromEntries(
    pods.map(pod => {
      const { metadata, spec, status } = pod as unknown as {
        readonly metadata: {
          readonly name: string;
          readonly labels?: Readonly<Record<string, string>>;
        };
        readonly spec: { readonly nodeSelector?: unknown };
        readonly status?: { readonly phase?: string };
      };
      const labels = Object.entries(metadata.labels ?? {}).filter(([key]) =>
        key.startsWith('kueue.x-k8s.io/'),
      );
      const own = Object.fromEntries(labels);
      return [metadata.name, [status?.phase ?? null, spec.nodeSelector ?? null, own]];
    }),
  );
}
