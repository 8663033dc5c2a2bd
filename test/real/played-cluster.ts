/** A cluster that stands for a real one: a simulated API server on a socket, with nothing else of a cluster. */
import { fitOut, type Fitted } from '../../src/backends/fit-out.js';
import { connectCluster } from '../../src/backends/kubeconfig.js';
import { endProcesses } from '../../src/backends/leaders.js';
import { Pacer } from '../../src/backends/pacer.js';
import type { OpenedCluster, RealBackend } from '../../src/backends/real-backend.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import type { PlantedFault } from '../../sim/engine/planted.js';

/**
 * The backend: in real time our controllers, scheduler and kubelets are attached to its API server, as they
 * are to a control plane that has only etcd and kube-apiserver.
 *
 * @param planted The defects that "the real one" has too.
 */
export function playedBackend(planted: readonly PlantedFault[] = []): RealBackend {
  return {
    name: 'played',
    about: 'for tests',
    async open({ needs, interleaving, endMs, recorded, tell }): Promise<OpenedCluster> {
      const simulated = await bootSimulatedCluster({
        seed: 1,
        nodes: [],
        hasMetricsServer: false,
        planted,
      });
      endProcesses(simulated, ['kube-controller-manager', 'kube-scheduler']);
      const pacer = new Pacer(simulated.simulation.loop, 1);
      const config = await simulated.client();
      pacer.start();
      const held: { fitted?: Fitted } = {};
      const cluster = await connectCluster({
        backend: 'played',
        config,
        ...(endMs !== undefined && { endMs }),
        ...(recorded !== undefined && { isRecorded: ({ name }) => recorded.includes(name) }),
        failure: () => held.fitted?.failure(),
        inject: fault => {
          held.fitted?.inject(fault);
          return held.fitted !== undefined;
        },
        dispose: async () => {
          await held.fitted?.webhooks?.close({ isClusterGone: true });
          held.fitted?.close();
          await pacer.stop();
          await simulated[Symbol.asyncDispose]();
        },
      });
      const fitted = await fitOut(cluster, {
        needs,
        tell,
        hasNodes: true,
        hostAddress: '127.0.0.1',
        controlPlane: { hasControllerManager: true, scheduler: needs.scheduler ?? {} },
        ...(interleaving !== undefined && { interleaving }),
      });
      held.fitted = fitted;
      return Object.assign(cluster, { fitted, thin: fitted.thin });
    },
  };
}
