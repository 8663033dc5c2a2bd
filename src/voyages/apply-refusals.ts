/** Which manifests of a plan the API server does not take. */
import type { KubeObject } from '../../sim/api/object.js';
import { bootSimulatedCluster } from '../backends/sim.js';
import { bootOptions } from './boot-options.js';
import type { VoyagePlan } from './plan.js';

/** Applies them to a cluster of the plan, and tells those that were refused. */
export async function applyRefusals(plan: VoyagePlan): Promise<ReadonlySet<KubeObject>> {
  await using cluster = await bootSimulatedCluster(bootOptions(plan));
  const applied = await cluster.apply(plan.objects);
  return new Set(plan.objects.filter((_, index) => applied[index]?.message !== undefined));
}
