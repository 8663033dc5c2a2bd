/** What the cluster of a plan is booted with. */
import type { SimulationOptions } from '../../sim/simulation.js';
import { simulationOptions } from '../backends/sim-options.js';
import { releaseOperators } from '../stacks/releases/release-operators.js';
import { clusterConfig } from './cluster-config.js';
import type { VoyagePlan } from './plan.js';

/** The options of the simulation, without what is planted. */
export function bootOptions(plan: VoyagePlan): SimulationOptions {
  const { cluster, seed } = plan;
  const { operators = [], hasMetrics = false, autoscaler } = cluster;
  return {
    ...simulationOptions({
      seed,
      config: clusterConfig(plan),
      operators,
      ...(autoscaler !== undefined && { autoscaler }),
      installs: releaseOperators,
    }),
    hasMetricsServer: hasMetrics,
    interleaving: seed,
  };
}
