/** From a kind cluster that is there to one that scenarios run on: ready, with GPUs and parts of ours. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { KindConfig } from '../../gpu/kind-config.js';
import { nodeNames, nodeShapes, pooledNodes } from '../../gpu/node-shapes.js';
import { freshSeed, processId, writeError } from '../../host.js';
import { durationMs } from '../../input/duration.js';
import { emulateGpus, untilOffered, type Emulation } from '../emulation/emulate.js';
import { fitOut, type Fitted } from '../fit-out.js';
import { kubeconfigPath } from '../kubeconfig-file.js';
import { connectCluster } from '../kubeconfig.js';
import { openKubeletDoor, type KubeletDoor } from '../kubelet-door.js';
import { serveMetrics, type ServedMetrics } from '../metrics-api.js';
import { keepFree, untilClusterReady } from '../ready.js';
import type { KindCluster, KindOptions } from './contract.js';
import { goesWithProcess } from './alive.js';
import { removeCluster } from './create.js';
import { hostAddress } from './host-address.js';
import { faultInjector } from './faults.js';
import type { NodeFolders } from './node-folders.js';
import { note } from './owned.js';
import { engineOf, stopped, type KindTool } from './tool.js';

/** A cluster that was made or found. */
export interface Made {
  readonly name: string;
  readonly config: KindConfig;
  /** Whether it has a network plug-in: without one its nodes do not get ready. */
  readonly hasNetwork: boolean;
  readonly kubeconfig: string;
  /** It was there before, and stays. */
  readonly isReused: boolean;
}

/** What a cluster is opened with. */
export interface Opening {
  readonly tool: KindTool;
  readonly made: Made;
  readonly options: KindOptions;
  readonly signal: AbortSignal;
  readonly folders: NodeFolders | undefined;
}

/** What runs against the cluster and ends before it. */
interface Aboard {
  emulation?: Emulation;
  fitted?: Fitted;
  metrics?: ServedMetrics | undefined;
  door?: KubeletDoor | undefined;
  forgetProcess?: () => void;
}

/**
 * Connects, waits and fits out; when that fails the cluster goes, and its logs are kept.
 *
 * @throws UserError
 */
export async function openCluster(opening: Opening): Promise<KindCluster> {
  const { tool, made, options, folders } = opening;
  const aboard: Aboard = {};
  const nodes = made.isReused
    ? await tool.nodes(made.name)
    : nodeNames(made.config).filter(name => options.gpus !== 'kubelets' || !isWorker(name, made));
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= ended(opening, aboard));
  let cluster: KindCluster | undefined;
  try {
    if (options.images !== undefined) await tool.load(made.name, options.images);
    cluster = await connected(opening, { nodes, aboard, end });
    await ready(opening, cluster, nodes);
    await embark(opening, cluster, aboard);
    await merge(tool, made.name, options.mergeInto);
    aboard.forgetProcess = goesWithProcess(cluster);
    return Object.assign(cluster, {
      thin: aboard.fitted?.thin ?? [],
      ...(aboard.fitted !== undefined && { fitted: aboard.fitted }),
    });
  } catch (error) {
    await exportLogs(opening);
    await (cluster?.[Symbol.asyncDispose]() ?? end());
    if (!made.isReused && options.keep === true) await removed(tool, made.name, folders);
    throw error;
  }
}

async function exportLogs({ tool, made, options, signal }: Opening): Promise<void> {
  if (options.logsFolder === undefined || signal.aborted) return;
  try {
    await tool.exportLogs(made.name, options.logsFolder);
  } catch (error) {
    writeError(`no logs of kind cluster ${made.name}: ${(error as Error).message}\n`);
  }
}

/** A control-plane node is a real one in every way. */
function isWorker(name: string, { config }: Made): boolean {
  return config.nodes[nodeNames(config).indexOf(name)]?.role === 'worker';
}

async function connected(
  { tool, made, options }: Opening,
  {
    nodes,
    aboard,
    end,
  }: {
    readonly nodes: readonly string[];
    readonly aboard: Aboard;
    readonly end: () => Promise<void>;
  },
): Promise<KindCluster> {
  const onNodes = faultInjector(engineOf(options.engine), nodes);
  const cluster = await connectCluster({
    backend: 'kind',
    config: await configOf(made.kubeconfig),
    dispose: end,
    failure: () => aboard.fitted?.failure(),
    inject: async fault => {
      if (aboard.emulation?.inject(fault) === true) return true;
      const isOnReal = !('node' in fault) || nodes.includes(fault.node);
      if (isOnReal && (await onNodes(fault))) return true;
      aboard.fitted?.inject(fault);
      return aboard.fitted !== undefined;
    },
    ...(options.endMs !== undefined && { endMs: options.endMs }),
    ...(options.namespaces !== undefined && { namespaces: options.namespaces }),
    ...(options.isRecorded !== undefined && { isRecorded: options.isRecorded }),
  });
  return Object.assign(cluster, {
    name: made.name,
    nodes,
    thin: [],
    load: (images: readonly string[]) => tool.load(made.name, images),
    exportLogs: (folder: string) => tool.exportLogs(made.name, folder),
  });
}

async function ready(
  { made, options, signal }: Opening,
  cluster: KindCluster,
  nodes: readonly string[],
): Promise<void> {
  await untilClusterReady({
    get: path => cluster.request({ method: 'GET', path }),
    nodes,
    hasNetwork: made.hasNetwork,
    withinMs: durationMs(options.timeout ?? '10m'),
    signal,
  });
  if (signal.aborted) throw stopped(`waiting for the kind cluster "${made.name}"`, 'aborted');
}

/** GPUs for its nodes, and what of ours runs against it. */
async function embark(
  { made, options, folders }: Opening,
  cluster: KindCluster,
  aboard: Aboard,
): Promise<void> {
  const { gpus = 'status', seed = freshSeed() } = options;
  if (gpus !== 'none' && gpus !== 'kubelets') {
    const nodes = pooledNodes({ ...made.config, name: made.name }, seed)
      .map((node, index) => ({ ...node, ...(folders && { folders: folders.of(index) }) }))
      .filter(({ name }) => cluster.nodes.includes(name));
    aboard.emulation = await emulateGpus({
      cluster,
      way: gpus,
      nodes,
      isOwnCluster: options.isOwnCluster === true,
      ...(folders !== undefined && { openFolders: node => folders.open(node) }),
    });
    await untilOffered(aboard.emulation, nodes, request => cluster.request(request));
  }
  if (gpus === 'kubelets') await keepFree(cluster, cluster.nodes);
  const needs = options.needs ?? {
    seed,
    nodes: nodeShapes(made.config, seed),
    operators: [],
    workloads: [],
  };
  if (options.needs === undefined && gpus !== 'kubelets') return;
  const played = needs.nodes.filter(({ isControlPlane }) => !isControlPlane);
  const tell = options.onLine ?? (line => writeError(`${line}\n`));
  const address = await hostAddress(engineOf(options.engine));
  if (gpus === 'kubelets' && address === undefined) {
    tell('no logs and no metrics: the nodes have no way to this machine');
  }
  const hasDoor = gpus === 'kubelets' && address !== undefined;
  aboard.door = hasDoor ? await openDoor(cluster, aboard, address) : undefined;
  aboard.fitted = await fitOut(cluster, {
    // kind brings a provisioner of volumes and a StorageClass of its own.
    needs: { ...needs, nodes: played, hasStorageClass: false },
    hasNodes: gpus === 'kubelets',
    hasOwnScheduler: made.isReused,
    hostAddress: address,
    tell,
    ...(address !== undefined &&
      aboard.door !== undefined && { kubeletAccess: { address, port: aboard.door.port } }),
  });
  if (!hasDoor || needs.hasMetricsServer === false) return;
  aboard.metrics = await serveMetrics(cluster, aboard.fitted, { address });
}

/** For the logs of our kubelets' containers: only the API server has a certificate of the cluster's own. */
async function openDoor(
  cluster: KindCluster,
  aboard: Aboard,
  address: string,
): Promise<KubeletDoor | undefined> {
  const authority = (await cluster.client()).getCurrentCluster()?.caData;
  if (authority === undefined) return undefined;
  const { createAuthority } = await import('../../../sim/http/certificates.js');
  const { certificate, key } = await (await createAuthority()).server([address]);
  return openKubeletDoor({
    certificate,
    key,
    clientAuthority: Buffer.from(authority, 'base64').toString('utf8'),
    address,
    endpoints: () => aboard.fitted?.endpoints ?? [],
  });
}

/** A patched status outlives us on a cluster that is kept; everything else goes. */
async function ended({ tool, made, options, folders }: Opening, aboard: Aboard): Promise<void> {
  const { emulation, fitted, metrics } = aboard;
  const isKept = options.keep === true && !made.isReused;
  const isClusterGone = !isKept && !made.isReused;
  await fitted?.webhooks?.close({ isClusterGone });
  await metrics?.close({ isClusterGone });
  fitted?.close();
  aboard.door?.close();
  if (!isKept || options.gpus === 'device-plugin' || options.gpus === 'dra') {
    await emulation?.[Symbol.asyncDispose]();
  }
  if (!isKept && !made.isReused) await removed(tool, made.name, folders);
  aboard.forgetProcess?.();
}

async function removed(
  tool: KindTool,
  name: string,
  folders: NodeFolders | undefined,
): Promise<void> {
  await removeCluster(tool, name, folders && (nodes => folders.empty(nodes)));
  folders?.remove();
}

async function configOf(text: string): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromString(text);
  return config;
}

/** Only when it was asked for; who deletes the cluster later finds in the note where its entries are. */
async function merge(
  tool: KindTool,
  name: string,
  into: string | boolean | undefined,
): Promise<void> {
  if (into === undefined || into === false) return;
  const file = kubeconfigPath(into === true ? undefined : into);
  await tool.merge(name, file);
  note({ name, pid: processId(), isCreated: true, mergedInto: file });
}
