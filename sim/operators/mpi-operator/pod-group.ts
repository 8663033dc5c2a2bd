/** The group by which a gang scheduler starts an MPIJob whole. @upstream kubeflow/mpi-operator v0.8.2 pkg/controller/podgroup.go */
import { priorityClasses } from '../../api/kinds/scheduling.js';
import { ownerReference } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import { quantity, type Quantity } from '../../api/quantity.js';
import { addTo, listOf } from '../../api/quota/amounts.js';
import type { View } from '../../client/contract.js';
import type { GangControl } from '../gangs/gang-control.js';
import { keys } from '../volcano/keys.js';
import { mpiJobs, type MpiJob, type MpiReplicaSpec } from './types.js';

/** The group of a job that has its defaults. */
export function podGroupOf(job: MpiJob, gang: GangControl, view: View): HasMetadata {
  const { name = '', namespace = '', annotations = {} } = job.metadata;
  const { schedulingPolicy: policy = {} } = job.spec.runPolicy ?? {};
  const workers = job.spec.mpiReplicaSpecs?.['Worker']?.replicas ?? 0;
  const minMember = policy.minAvailable ?? workers + 1;
  const minResources =
    policy.minResources ?? (minMember === 0 ? undefined : leastOf(job, minMember, view));
  const metadata = { name, namespace, ownerReferences: [ownerReference(job, mpiJobs)] };
  const amounts = minResources !== undefined && { minResources };
  if (!gang.isVolcano) {
    const { scheduleTimeoutSeconds = 0 } = policy;
    const spec = { minMember, ...amounts, scheduleTimeoutSeconds };
    return { metadata, spec } as HasMetadata;
  }
  const queue = policy.queue || annotations[keys.queueOfGroup] || undefined;
  const priorityClassName = policy.priorityClass || priorityOf(job);
  const spec = {
    minMember,
    ...(queue !== undefined && { queue }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...amounts,
  };
  return { metadata, spec } as HasMetadata;
}

function priorityOf({ spec }: MpiJob): string | undefined {
  const named = ['Launcher', 'Worker'].map(
    type => spec.mpiReplicaSpecs?.[type]?.template.spec?.priorityClassName ?? '',
  );
  return named.find(name => name !== '');
}

/** What so many members ask for; those of the lower priority, or the workers, are counted less. */
function leastOf({ spec }: MpiJob, minMember: number, view: View) {
  const order = Object.entries(spec.mpiReplicaSpecs ?? {})
    .map(([type, replica]) => ({ type, replica, priority: valueOf(replica, view) }))
    .sort((a, b) => b.priority - a.priority);
  const counts = new Map(order.map(({ type, replica }) => [type, replica.replicas ?? 0]));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total > minMember) {
    const [first, second] = order;
    const isEqual = first?.priority === second?.priority;
    const lower = isEqual ? order.find(({ type }) => type === 'Worker') : second;
    if (lower === undefined) return undefined;
    counts.set(lower.type, minMember - 1);
  }
  const sum = new Map<string, Quantity>();
  for (const { type, replica } of order) {
    for (const { resources = {} } of replica.template.spec?.containers ?? []) {
      // A limit that stands alone counts as a request.
      const asked = Object.entries({ ...resources.limits, ...resources.requests });
      const times = counts.get(type) ?? 0;
      addTo(sum, new Map(asked.map(([name, amount]) => [name, quantity(amount).multiply(times)])));
    }
  }
  return listOf(sum);
}

function valueOf({ template }: MpiReplicaSpec, view: View): number {
  const name = template.spec?.priorityClassName ?? '';
  return name === '' ? 0 : (view.get(priorityClasses, '', name)?.value ?? 0);
}
