/** What the cluster of a plan is booted with. */
import type { SimulationOptions } from '../../sim/simulation.js';
import { simulationOptions } from '../backends/sim-options.js';
import { modelPromoter } from '../stacks/releases/model-promoter.js';
import { clusterConfig } from './cluster-config.js';
import type { VoyagePlan } from './plan.js';

/** What voyages install besides the modelled operators. */
const installs = { [modelPromoter.name]: modelPromoter };

/** The options of the simulation, without what is planted. */
export function bootOptions(plan: VoyagePlan): SimulationOptions {
  const { cluster, seed } = plan;
  const { operators = [], hasMetrics = false } = cluster;
  return {
    ...simulationOptions({ seed, config: clusterConfig(plan), operators, installs }),
    hasMetricsServer: hasMetrics,
    interleaving: seed,
  };
}
