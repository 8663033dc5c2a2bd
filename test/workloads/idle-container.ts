/** A container in which nothing happens yet. */
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import type { ContainerContext } from '../../sim/workloads/workload.js';

/** What a program is given in it: pod `p`, container `c`, a clock at zero, nobody to reach; `more` overrides. */
export function idleContainer(more: Partial<ContainerContext> = {}): ContainerContext {
  return {
    pod: { metadata: { name: 'p' } },
    container: { name: 'c' },
    env: {},
    command: [],
    devices: {},
    restartCount: 0,
    clock: new Loop({ startMs: 0 }),
    random: new Random(1),
    log: () => undefined,
    exit: () => undefined,
    use: () => undefined,
    terminationMessage: () => undefined,
    volume: () => undefined,
    network: { listen: () => undefined, send: () => undefined, resolve: () => [] },
    api: () => undefined,
    ...more,
  };
}
