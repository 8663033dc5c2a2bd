/** Voyages around manifests that somebody has: a part of them, and what may happen to them. */
import fc from 'fast-check';
import { valueOf } from '../../sim/api/quantity.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { NodePool, VoyagePlan } from '../voyages/plan.js';
import { lastingOrNot } from './lasting.js';
import { planArbitrary } from './plan-arbitrary.js';
import { voyagesOf, type PlanOptions } from './plans.js';

/** What voyages are drawn within. */
export interface AroundOptions extends PlanOptions {
  /** The nodes. Default: pools that the manifests fit on, with GPUs if they ask for some. */
  readonly pools?: readonly NodePool[];
  /** Whether workloads may be left out, so that small causes are found first. Default true. */
  readonly hasSubsets?: boolean;
}

/** What others stand on: it is never left out. */
const grounds = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'RuntimeClass',
  'ServiceAccount',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodGroup',
]);

/** Voyages of the manifests. */
export function plansAround(
  manifests: readonly KubeObject[],
  options: AroundOptions = {},
): fc.Arbitrary<VoyagePlan> {
  const { hasSubsets = true, autoscaler } = options;
  // What the manifests need beyond a node comes from the groups.
  const usual = autoscaler === undefined ? poolsFor(manifests) : [oneNode];
  const { pools = usual } = options;
  const free = manifests.filter(({ kind = '' }) => !grounds.has(kind));
  const some = fc.oneof(
    { weight: 2, arbitrary: fc.constant(manifests) },
    {
      weight: hasSubsets ? 1 : 0,
      arbitrary: fc.subarray([...free]).map(kept => {
        const left = new Set(kept);
        return manifests.filter(one => grounds.has(one.kind ?? '') || left.has(one));
      }),
    },
  );
  return planArbitrary(some.chain(lastingOrNot).chain(kept => voyagesOf(pools, kept, options)));
}

const oneNode: NodePool = { name: 'cpu', count: 1, cpu: '16', memory: '64Gi' };

/** Nodes for manifests of which nobody said on what they run: three, and more if GPUs need them. */
export function poolsFor(manifests: readonly KubeObject[]): readonly NodePool[] {
  const gpus = manifests.reduce((sum, object) => sum + gpusOf(object), 0);
  const cpu: NodePool = { name: 'cpu', count: 3, cpu: '16', memory: '64Gi' };
  if (gpus === 0) return [cpu];
  const largest = Math.max(...manifests.map(largestOf));
  const each = Math.max(largest, gpus > 8 ? 8 : 4);
  const count = Math.min(Math.ceil(gpus / each) + 1, 8);
  return [
    { ...cpu, count: 2 },
    {
      name: 'gpu',
      count,
      cpu: '64',
      memory: '512Gi',
      gpus: { product: 'NVIDIA-A100-SXM4-80GB', count: each },
    },
  ];
}

/** The GPUs that the pods of an object ask for: each pod's times the replicas around it. */
function gpusOf(value: unknown, replicas = 1): number {
  if (typeof value !== 'object' || value === null) return 0;
  const fields = value as Readonly<Record<string, unknown>>;
  const own = typeof fields['replicas'] === 'number' ? fields['replicas'] : 1;
  const times =
    replicas * (typeof fields['parallelism'] === 'number' ? fields['parallelism'] : own);
  const limits = fields['limits'] as Readonly<Record<string, unknown>> | undefined;
  const asked = gpuCount(limits) * times;
  return Object.entries(fields).reduce(
    (sum, [name, item]) => (name === 'limits' ? sum : sum + gpusOf(item, times)),
    asked,
  );
}

function largestOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const fields = value as Readonly<Record<string, unknown>>;
  const own = gpuCount(fields['limits'] as Readonly<Record<string, unknown>> | undefined);
  return Math.max(own, ...Object.values(fields).map(largestOf));
}

function gpuCount(limits: Readonly<Record<string, unknown>> | undefined): number {
  const count = limits?.['nvidia.com/gpu'] ?? limits?.['nvidia.com/gpu.shared'];
  return typeof count === 'string' || typeof count === 'number' ? valueOf(String(count)) : 0;
}
