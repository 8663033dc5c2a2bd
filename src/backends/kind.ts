/** A real cluster on this machine, in containers: made by `kind`, gone without trace. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { KindConfig } from '../gpu/kind-config.js';
import { nodeNames } from '../gpu/node-shapes.js';
import { environment, onInterrupt, processId } from '../host.js';
import { durationMs } from '../input/duration.js';
import { createCluster, removeCluster } from './kind/create.js';
import { readyConfig } from './kind/configuration.js';
import { faultInjector } from './kind/faults.js';
import { note } from './kind/owned.js';
import { KindTool, stopped, type ContainerEngine } from './kind/tool.js';
import { kubeconfigPath } from './kubeconfig-file.js';
import { connectCluster, type RealCluster, type RealClusterOptions } from './kubeconfig.js';
import { untilClusterReady } from './ready.js';
import { defaultConfigFile } from './sim-options.js';

/** What a kind cluster is made from; everything has a default. */
export interface KindOptions extends Pick<
  RealClusterOptions,
  'endMs' | 'isRecorded' | 'namespaces'
> {
  /** Default: the name in the configuration. */
  readonly name?: string;
  /** A kind configuration file. Default: seatrial's own, with four nodes. */
  readonly config?: string;
  /** The node image. Default: the one of the installed kind. */
  readonly image?: string;
  /** How long it may take until it is ready, as milliseconds or a Go duration. Default 10m. */
  readonly timeout?: number | string;
  /** It stays when the object is disposed of. Default false. */
  readonly keep?: boolean;
  /** Takes a cluster of this name when there is one, and leaves it when it ends. Default false. */
  readonly reuse?: boolean;
  /** Images of this machine, or `.tar` archives, for its nodes. */
  readonly images?: readonly string[];
  /** Where the nodes' logs go when it does not get ready. */
  readonly logsFolder?: string;
  /** A kubeconfig file that learns of the cluster, or true for the user's own. Default: none does. */
  readonly mergeInto?: string | boolean;
  /** Default: kind finds one, docker first. */
  readonly engine?: ContainerEngine;
  readonly signal?: AbortSignal;
  /** Hears kind's progress, line by line. */
  readonly onLine?: (line: string) => void;
}

/** A kind cluster: a cluster, and what only one in containers can do. */
export interface KindCluster extends RealCluster {
  readonly name: string;
  /** Its nodes, in the order of the configuration. */
  readonly nodes: readonly string[];
  /** Loads images of this machine, or `.tar` archives, onto its nodes. */
  load(images: readonly string[]): Promise<void>;
  /** Writes the logs of all nodes into a folder. */
  exportLogs(folder: string): Promise<void>;
}

/**
 * Creates a kind cluster and waits until its nodes and system pods are ready. Disposing of it deletes it.
 *
 * @throws InputError when the configuration is wrong, with file, line and field.
 * @throws UserError when it cannot be created; nothing of it is left then.
 */
export async function kind(options: KindOptions = {}): Promise<KindCluster> {
  const tool = new KindTool(toolOptions(options));
  const made = await found(tool, options);
  const stop = new AbortController();
  const undo = onInterrupt(() => stop.abort());
  try {
    const signals = [stop.signal, ...(options.signal ? [options.signal] : [])];
    return await opened(tool, made, options, AbortSignal.any(signals));
  } catch (error) {
    if (options.logsFolder !== undefined && !stop.signal.aborted) {
      await tool.exportLogs(made.name, options.logsFolder).catch(() => undefined);
    }
    if (!made.isReused) await removeCluster(tool, made.name);
    throw error;
  } finally {
    undo();
  }
}

/** The programs that the options name, or the environment. */
export function toolOptions(
  options: Pick<KindOptions, 'engine' | 'onLine'>,
): ConstructorParameters<typeof KindTool>[0] {
  const command = environment('SEATRIAL_KIND');
  return {
    ...(options.engine !== undefined && { engine: options.engine }),
    ...(options.onLine !== undefined && { onLine: options.onLine }),
    ...(command !== undefined && { kind: command }),
  };
}

interface Made {
  readonly name: string;
  readonly config: KindConfig;
  readonly hasNetwork: boolean;
  readonly kubeconfig: string;
  readonly isReused: boolean;
}

async function found(tool: KindTool, options: KindOptions): Promise<Made> {
  const file = options.config ?? defaultConfigFile;
  const { config } = readyConfig(file, {});
  const name = options.name ?? config.name;
  const isReused = options.reuse === true && (await tool.clusters()).includes(name);
  const isCgroupV1 = !isReused && (await tool.cgroupVersion()) === 1;
  const ready = readyConfig(file, { name, isCgroupV1 });
  const { hasNetwork } = ready;
  const kubeconfig = isReused
    ? await tool.kubeconfig(name)
    : await createCluster({
        tool,
        name,
        config: ready.text,
        timeoutMs: durationMs(options.timeout ?? '10m'),
        ...(options.image !== undefined && { image: options.image }),
        ...(options.signal !== undefined && { signal: options.signal }),
        ...(options.logsFolder !== undefined && { logsFolder: options.logsFolder }),
      });
  return { name, config: ready.config, hasNetwork, kubeconfig, isReused };
}

async function opened(
  tool: KindTool,
  made: Made,
  options: KindOptions,
  signal: AbortSignal,
): Promise<KindCluster> {
  const { name, isReused } = made;
  const nodes = isReused ? await tool.nodes(name) : nodeNames(made.config);
  if (options.images !== undefined) await tool.load(name, options.images);
  const stays = isReused || options.keep === true;
  const cluster = await connectCluster({
    backend: 'kind',
    config: await configOf(made.kubeconfig),
    inject: faultInjector(options.engine ?? 'docker', nodes),
    ...(!stays && { dispose: () => removeCluster(tool, name) }),
    ...(options.endMs !== undefined && { endMs: options.endMs }),
    ...(options.namespaces !== undefined && { namespaces: options.namespaces }),
    ...(options.isRecorded !== undefined && { isRecorded: options.isRecorded }),
  });
  const whole: KindCluster = Object.assign(cluster, {
    name,
    nodes,
    load: (images: readonly string[]) => tool.load(name, images),
    exportLogs: (folder: string) => tool.exportLogs(name, folder),
  });
  await untilClusterReady({
    get: path => cluster.request({ method: 'GET', path }),
    nodes,
    hasNetwork: made.hasNetwork,
    withinMs: durationMs(options.timeout ?? '10m'),
    signal,
  });
  if (signal.aborted) throw stopped(`waiting for the kind cluster "${name}"`, 'aborted');
  await merge(tool, name, options.mergeInto);
  return whole;
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
