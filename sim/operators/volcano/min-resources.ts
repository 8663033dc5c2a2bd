/** What the least number of pods that must run asks for. @upstream volcano v1.15.1 pkg/controllers/job/job_controller_util.go CalcPGMinResources */
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import { addTo, listOf } from '../../api/quota/amounts.js';
import { podMeasure } from '../../api/quota/pods.js';
import type { Quantity } from '../../api/quantity.js';
import type { Quantities } from './amounts.js';
import type { TaskSpec } from './types.js';

/** What so many pods of a template ask for, as quotas count them. @upstream pkg/controllers/util/util.go CalTaskRequests */
export function requestsOf(template: PodTemplateSpec, count: number): Quantities {
  const total = new Map<string, Quantity>();
  addPods(total, template, count);
  return listOf(total);
}

function addPods(total: Map<string, Quantity>, template: PodTemplateSpec, count: number): void {
  const pod = { metadata: {}, spec: template.spec ?? { containers: [] } };
  const usage = podMeasure.usage(pod as unknown as KubeObject, 0);
  for (let index = 0; index < count; index++) {
    addTo(total, usage);
    addTo(total, extendedOf(usage));
  }
}

/** What a quota calls `requests.nvidia.com/gpu` is told by its own name, too. */
function extendedOf(usage: ReadonlyMap<string, Quantity>): ReadonlyMap<string, Quantity> {
  const prefix = 'requests.';
  return new Map(
    [...usage].flatMap(([name, amount]) =>
      name.startsWith(prefix) && name.includes('/') && !name.includes('kubernetes.io/')
        ? [[name.slice(prefix.length), amount] as const]
        : [],
    ),
  );
}

/** What the first pods of these tasks ask for; the tasks come in the order of their priorities. */
export function requestsOfTasks(tasks: readonly TaskSpec[], minAvailable: number): Quantities {
  const leasts = tasks.reduce((sum, task) => sum + leastOf(task), 0);
  const counts =
    minAvailable < leasts ? firstOf(tasks, minAvailable) : leastAndMore(tasks, minAvailable);
  const total = new Map<string, Quantity>();
  tasks.forEach(({ template = {} }, index) => addPods(total, template, counts[index] ?? 0));
  return listOf(total);
}

function leastOf({ minAvailable, replicas = 0 }: TaskSpec): number {
  return minAvailable ?? replicas;
}

function firstOf(tasks: readonly TaskSpec[], count: number): readonly number[] {
  let left = count;
  return tasks.map(({ replicas = 0 }) => {
    const taken = Math.min(left, replicas);
    left -= taken;
    return taken;
  });
}

/** Each task's least, then more of those that have more. */
function leastAndMore(tasks: readonly TaskSpec[], count: number): readonly number[] {
  let left = count;
  const counts = tasks.map(({ minAvailable = 0 }) => {
    const taken = Math.min(left, minAvailable);
    left -= taken;
    return taken;
  });
  return counts.map((taken, index) => {
    const more = Math.min(left, (tasks[index]?.replicas ?? 0) - (tasks[index]?.minAvailable ?? 0));
    left -= more;
    return taken + more;
  });
}
