/** Gives real nodes the GPUs of a configuration, in one of the ways, and takes them away again. */
import { mkdirSync } from 'node:fs';
import type { NodeDevice } from '../../../sim/simulation.js';
import type { Cluster, Fault } from '../../cluster.js';
import { gpuDeviceClasses, gpuDriver, gpuSlices } from '../../gpu/device-slices.js';
import { realNowMs, sleep, writeError } from '../../host.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { countNode, markNode, seenNode, type Ask, type Undo } from './node-patch.js';
import { emulationAnnotation, refuseNode } from './refusals.js';
import { requireSockets, type EmulationWay } from './way.js';

/** The folders of a node's kubelet, as this machine sees them. */
export interface KubeletFolders {
  readonly devicePlugins: string;
  readonly plugins: string;
  readonly registry: string;
}

/** A node and what it is to have. */
export interface EmulatedNode {
  readonly name: string;
  readonly devices: readonly NodeDevice[];
  /** All labels of the node, with those of feature discovery. */
  readonly labels: Readonly<Record<string, string>>;
  readonly folders?: KubeletFolders;
}

/** How nodes are emulated. */
export interface EmulateOptions {
  readonly cluster: Pick<Cluster, 'request' | 'apply'>;
  /** `kubelets` is no such way: there the nodes themselves are ours. */
  readonly way: Exclude<EmulationWay, 'kubelets'>;
  readonly nodes: readonly EmulatedNode[];
  /** The user says that the cluster is theirs, though seatrial has not created it. */
  readonly isOwnCluster: boolean;
  /** Opens a node's folders to this user where its kubelet, as root, has closed them. */
  readonly openFolders?: (node: string) => Promise<void>;
}

/** GPUs that are emulated; disposing of it leaves the nodes as they were. */
export interface Emulation extends AsyncDisposable {
  readonly way: EmulationWay;
  /** Lets a GPU fall ill or get well; false when the way cannot show it, or it is no such fault. */
  inject(fault: Fault): boolean;
}

/**
 * Emulates the GPUs of all nodes that have some. Nothing is touched before all of them are looked at.
 *
 * @throws UserError when a node is refused; what was done before is taken back.
 */
export async function emulateGpus(options: EmulateOptions): Promise<Emulation> {
  const { way } = options;
  const nodes = options.nodes.filter(({ devices }) => devices.length > 0);
  const ask: Ask = request => options.cluster.request(request);
  const seen = new Map<string, Awaited<ReturnType<typeof seenNode>>>();
  for (const { name, devices, folders } of nodes) {
    requireSockets(way, `GPUs on node ${name}`, { hasSockets: folders !== undefined });
    const node = await seenNode(name, ask);
    refuseNode(node, {
      way,
      isOwnCluster: options.isOwnCluster,
      resources: [...countsOf(devices).keys()],
    });
    seen.set(name, node);
  }
  const running = new Running(way);
  try {
    if (way === 'dra') await installClasses(options.cluster);
    for (const node of nodes) {
      const before = seen.get(node.name);
      if (before === undefined) continue;
      const annotations = { [emulationAnnotation]: way };
      running.undos.push(await markNode(before, { labels: node.labels, annotations }, ask));
      await running.start(node, options, ask);
    }
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

/** Kubelets tell of new devices with their next status, within ten seconds. */
const offeredMaxMs = 60_000;
const pollMs = 250;

/**
 * Waits until the nodes offer what was emulated.
 *
 * @throws UserError that names a node which does not.
 */
export async function untilOffered(
  emulation: Emulation,
  nodes: readonly EmulatedNode[],
  ask: Ask,
): Promise<void> {
  if (emulation.way !== 'device-plugin') return;
  const untilMs = realNowMs() + offeredMaxMs;
  for (const { name, devices } of nodes) {
    const counts = [...countsOf(devices)];
    const isOffered = async (): Promise<boolean> => {
      const { status } = await seenNode(name, ask);
      return counts.every(([key, ids]) => Number(status?.allocatable?.[key] ?? 0) === ids.length);
    };
    while (!(await isOffered())) {
      if (realNowMs() > untilMs) throw notOffered(name);
      await sleep(pollMs);
    }
  }
}

function notOffered(node: string): UserError {
  return new UserError(`node ${node} does not offer its GPUs within ${offeredMaxMs / 1000} s`, {
    exitCode: exitCodes.backend,
    code: 'not-offered',
    next: 'the folders of its kubelet must be those of a Linux docker of this machine',
  });
}

/** The driver's chart would bring them; they stay, as other objects of the cluster do. */
async function installClasses(cluster: Pick<Cluster, 'apply'>): Promise<void> {
  const refused = (await cluster.apply(gpuDeviceClasses)).find(({ message }) => message);
  if (refused === undefined) return;
  throw new UserError(`the device classes are not taken: ${refused.message ?? ''}`, {
    exitCode: exitCodes.backend,
    code: 'no-dra',
    next: 'ResourceClaims need Kubernetes 1.34 or newer; take the way device-plugin or status',
  });
}

class Running implements Emulation {
  readonly undos: Undo[] = [];
  private readonly ill = new Map<string, (gpu: number | string, isHealthy: boolean) => boolean>();

  constructor(readonly way: EmulateOptions['way']) {}

  async start(node: EmulatedNode, options: EmulateOptions, ask: Ask): Promise<void> {
    const { name, devices, folders } = node;
    const counts = countsOf(devices);
    if (this.way === 'status') {
      const values = Object.fromEntries([...counts].map(([key, ids]) => [key, String(ids.length)]));
      this.undos.push(await countNode(name, values, ask));
      return;
    }
    if (folders === undefined) return;
    await options.openFolders?.(name);
    if (this.way === 'device-plugin') await this.plugins(node, folders, options);
    else await this.driver(node, folders, ask);
  }

  inject(fault: Fault): boolean {
    if (fault.kind !== 'gpu' && fault.kind !== 'gpu-repaired') return false;
    return this.ill.get(fault.node)?.(fault.gpu, fault.kind === 'gpu-repaired') ?? false;
  }

  /** In the opposite order; what cannot be taken back is told, and the rest goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const undo of this.undos.splice(0).reverse()) {
      await undo().catch((error: unknown) =>
        writeError(`not taken back: ${(error as Error).message}\n`),
      );
    }
  }

  private async plugins(
    node: EmulatedNode,
    folders: KubeletFolders,
    options: EmulateOptions,
  ): Promise<void> {
    // Loaded only here: other ways need no gRPC.
    const { DevicePlugin } = await import('./device-plugin.js');
    const { name, devices } = node;
    mkdirSync(folders.devicePlugins, { recursive: true });
    const plugins = [...countsOf(devices)].map(
      ([resourceName, ids]) =>
        new DevicePlugin({
          folder: folders.devicePlugins,
          resourceName,
          devices: ids,
          open: async () => options.openFolders?.(name),
        }),
    );
    for (const plugin of plugins) this.undos.push(() => plugin.close());
    this.ill.set(name, (gpu, isHealthy) => {
      const chosen = devices.filter(device => device.gpu === gpu || device.id === gpu);
      for (const { id } of chosen) for (const plugin of plugins) plugin.setHealth(id, isHealthy);
      return chosen.length > 0;
    });
  }

  private async driver(node: EmulatedNode, folders: KubeletFolders, ask: Ask): Promise<void> {
    const { name, devices } = node;
    for (const folder of [folders.plugins, folders.registry])
      mkdirSync(folder, { recursive: true });
    const { DraDriver } = await import('./dra-driver.js');
    const slices = gpuSlices(name, devices);
    const driver = await DraDriver.start({ driver: gpuDriver, node: name, folders, slices, ask });
    this.undos.push(() => driver.close());
    this.ill.set(name, (gpu, isHealthy) => {
      const index = devices.find(device => device.gpu === gpu || device.id === gpu)?.gpu;
      if (index === undefined) return false;
      driver.setHealth(`gpu-${index}`, isHealthy);
      return true;
    });
  }
}

/** The ids of the devices by the resource that counts them, in order. */
function countsOf(devices: readonly NodeDevice[]): ReadonlyMap<string, readonly string[]> {
  const counts = new Map<string, string[]>();
  for (const { resourceName, id } of devices) {
    const ids = counts.get(resourceName) ?? [];
    ids.push(id);
    counts.set(resourceName, ids);
  }
  return counts;
}
