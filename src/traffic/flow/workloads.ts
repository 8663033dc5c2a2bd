/** The workloads of the traffic, by the names that scenarios use. */
import type { WorkloadMaker } from '../../backends/sim-options.js';
import type { ServingHooks, TrafficExchange } from './contract.js';
import { trafficGateway } from './gateway-program.js';
import { batchingServer } from './server-program.js';

/** Their makers, for one run's exchange. */
export function servingWorkloads(
  exchange: TrafficExchange,
  hooks: ServingHooks = {},
): Readonly<Record<string, WorkloadMaker>> {
  return {
    'traffic-gateway': parameters => trafficGateway(exchange, parameters),
    'batching-server': parameters => batchingServer(exchange, hooks, parameters),
  };
}
