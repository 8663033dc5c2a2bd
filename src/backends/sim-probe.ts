/** Whether packets get from one pod to another in a simulation. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { Simulation } from '../../sim/simulation.js';

/** A connection between pods. */
interface Attempt {
  readonly from: Pod;
  readonly to: Pod;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Asks the simulated network, as it is at that moment. */
export function connects({ network }: Pick<Simulation, 'network'>): (attempt: Attempt) => boolean {
  return ({ from, to, port, protocol }) => {
    const reach = network.reach({ host: to.status?.podIP ?? '', port, protocol }, { pod: from });
    return 'backends' in reach && reach.backends.some(({ verdict }) => verdict === 'allow');
  };
}
