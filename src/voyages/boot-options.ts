/** What the cluster of a plan is booted with. */
import type { SimulationOptions } from '../../sim/simulation.js';
import { simulationOptions } from '../backends/sim-options.js';
import { releaseOperators } from '../stacks/releases/release-operators.js';
import { clusterConfig } from './cluster-config.js';
import { neverPulled } from './never-pulled.js';
import type { VoyagePlan } from './plan.js';
import { appliedIn, servedServices } from '../scenario/served-services.js';

/** No law looks at what they tell, and a search would scrape for a tenth of its time: they only run. */
const idleMonitors = ['*prometheus', '*kube-state-metrics'].map(image => ({
  image,
  workload: 'run-forever',
}));

/** The options of the simulation, without what is planted. */
export function bootOptions(plan: VoyagePlan): SimulationOptions {
  const { cluster, seed } = plan;
  const { operators = [], hasMetrics = false, autoscaler } = cluster;
  const loadedImages = neverPulled(plan.objects);
  return {
    ...simulationOptions({
      seed,
      config: clusterConfig(plan),
      operators,
      // What they say of GPUs the configuration has already.
      installed: plan.objects,
      ...(autoscaler !== undefined && { autoscaler }),
      installs: releaseOperators,
      workloads: idleMonitors,
    }),
    hasMetricsServer: hasMetrics,
    interleaving: seed,
    servedServices: servedServices([...plan.objects, ...plan.events.flatMap(appliedIn)]),
    ...(loadedImages.length > 0 && { loadedImages }),
  };
}
