/** The backend `control-plane`: a real control plane, fitted out with our kubelets and operators. */
import type { Fault } from '../cluster.js';
import { startControlPlane, type ControlPlane } from './control-plane.js';
import { findControlPlane } from './control-plane-programs.js';
import { fitOut, type Fitted } from './fit-out.js';
import { openKubeletDoor, type KubeletDoor } from './kubelet-door.js';
import { connectCluster, type RealCluster } from './kubeconfig.js';
import { serveMetrics, type ServedMetrics } from './metrics-api.js';
import { OpeningStop } from './opening-stop.js';
import type { BackendFlags, OpenedCluster, OpenRequest, RealBackend } from './real-backend.js';

/** Everything runs on this machine. */
const loopback = '127.0.0.1';

/** The backend. */
export const controlPlaneBackend: RealBackend = {
  name: 'control-plane',
  about: 'real Kubernetes programs as local processes, with our kubelets',
  open,
  lookForPrograms,
};

function lookForPrograms({ binaries }: BackendFlags): Promise<void> {
  // What it finds is looked for again when the cluster is opened.
  return Promise.resolve(binaries).then(folder => void findControlPlane(folder));
}

async function open(options: OpenRequest): Promise<OpenedCluster> {
  const { needs, tell, config } = options;
  const programs = findControlPlane(options.flags.binaries);
  const { configuration } = needs.scheduler ?? {};
  const opening = new OpeningStop('starting the control plane');
  const plane = await startControlPlane({
    programs,
    serviceRange: config.serviceSubnet,
    featureGates: config.featureGates,
    runtimeConfig: config.runtimeConfig,
    failure: () => opening.failure(),
    hasWeather: options.interleaving !== undefined,
    ...(options.interleaving !== undefined && { interleaving: options.interleaving }),
    ...(configuration !== undefined && { schedulerConfig: configuration }),
  }).catch((error: unknown) => {
    opening.end();
    throw error;
  });
  const missing = {
    ...(programs.controllerManager === undefined && { hasControllerManager: true }),
    ...(programs.scheduler === undefined && { scheduler: needs.scheduler ?? {} }),
  };
  const played = [
    ...(programs.controllerManager === undefined ? ['kube-controller-manager'] : []),
    ...(programs.scheduler === undefined ? ['kube-scheduler'] : []),
  ];
  if (played.length > 0) tell(`${played.join(' and ')} not found: ours play them`);
  const held: Held = { opening };
  return connectFitted(plane, options, held, async cluster => {
    held.door = await openKubeletDoor({
      ...plane.serverKeys,
      clientAuthority: plane.access.authority,
      endpoints: () => held.fitted?.endpoints ?? [],
    });
    const kubeletAccess = { address: loopback, port: held.door.port };
    const fitted = await fitOut(cluster, {
      needs,
      tell,
      hasNodes: true,
      controlPlane: missing,
      kubeletAccess,
      hostAddress: loopback,
      ...(options.interleaving !== undefined && { interleaving: options.interleaving }),
    });
    if (needs.hasMetricsServer !== false) {
      held.metrics = await serveMetrics(cluster, fitted, { address: loopback });
    }
    return fitted;
  });
}

/** What is to be let go of besides the programs. */
interface Held {
  readonly opening: OpeningStop;
  fitted?: Fitted;
  door?: KubeletDoor;
  metrics?: ServedMetrics | undefined;
}

async function connectFitted(
  plane: ControlPlane,
  { endMs }: Pick<OpenRequest, 'endMs'>,
  held: Held,
  fit: (cluster: RealCluster) => Promise<Fitted>,
): Promise<OpenedCluster> {
  const connect = (): Promise<RealCluster> =>
    connectCluster({
      backend: 'control-plane',
      config: plane.config,
      auditLog: plane.auditLog,
      ...(endMs !== undefined && { endMs }),
      failure: () => held.opening.failure() ?? plane.crash() ?? held.fitted?.failure(),
      inject: (fault: Fault) => {
        if (plane.inject(fault)) return true;
        held.fitted?.inject(fault);
        return held.fitted !== undefined;
      },
      dispose: async () => {
        await held.fitted?.webhooks?.close({ isClusterGone: true });
        held.fitted?.close();
        held.door?.close();
        await held.metrics?.close({ isClusterGone: true });
        await plane.stop();
      },
    });
  const cluster = await connect().catch(async (error: unknown) => {
    held.opening.end();
    await plane.stop();
    throw error;
  });
  try {
    const fitted = await fit(cluster);
    held.fitted = fitted;
    const why = held.opening.failure();
    held.opening.end();
    if (why !== undefined) throw why;
    return Object.assign(cluster, { fitted, thin: fitted.thin });
  } catch (error) {
    held.opening.end();
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}
