/** A real cluster on this machine, in containers: made by `kind`, its GPUs emulated, gone without trace. */
import { environment, onInterrupt } from '../host.js';
import { durationMs } from '../input/duration.js';
import { readyConfig, schedulerConfigInNode } from './kind/configuration.js';
import type { KindCluster, KindOptions } from './kind/contract.js';
import { createCluster } from './kind/create.js';
import { NodeFolders } from './kind/node-folders.js';
import { openCluster, type Made } from './kind/open.js';
import { schedulerFile } from './kind/owned.js';
import { engineOf, KindTool } from './kind/tool.js';
import { defaultConfigFile } from './sim-options.js';

export type { KindCluster, KindOptions } from './kind/contract.js';

/**
 * Creates a kind cluster and waits until its nodes and system pods are ready. Disposing of it deletes it.
 *
 * @throws InputError when the configuration is wrong, with file, line and field.
 * @throws UserError when it cannot be created; nothing of it is left then.
 */
export async function kind(options: KindOptions = {}): Promise<KindCluster> {
  const tool = new KindTool(toolOptions(options));
  const hasSockets = options.gpus === 'device-plugin' || options.gpus === 'dra';
  const folders = hasSockets ? new NodeFolders(engineOf(options.engine)) : undefined;
  const stop = new AbortController();
  const undo = onInterrupt(() => stop.abort());
  try {
    const signals = [stop.signal, ...(options.signal ? [options.signal] : [])];
    const signal = AbortSignal.any(signals);
    const made = await found(tool, options, folders);
    return await openCluster({ tool, made, options, signal, folders });
  } catch (error) {
    folders?.remove();
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

async function found(
  tool: KindTool,
  options: KindOptions,
  folders: NodeFolders | undefined,
): Promise<Made> {
  const file = options.config ?? defaultConfigFile;
  const given = options.configText !== undefined && { given: options.configText };
  const { config } = readyConfig(file, { ...given });
  const name = options.name ?? config.name;
  const isReused = options.reuse === true && (await tool.clusters()).includes(name);
  const isCgroupV1 = !isReused && (await tool.cgroupVersion()) === 1;
  const isPlayed = options.gpus === 'kubelets';
  const { configuration } = options.needs?.scheduler ?? {};
  const ready = readyConfig(file, {
    ...given,
    name,
    ...(configuration !== undefined && { schedulerFile: schedulerFile(name) }),
    isCgroupV1,
    ...(isPlayed && { withoutWorkers: true }),
    ...(folders !== undefined && { mounts: (index: number) => folders.mounts(index) }),
  });
  const { hasNetwork } = ready;
  if (isReused) {
    return { name, config, hasNetwork, isReused, kubeconfig: await tool.kubeconfig(name) };
  }
  const kubeconfig = await createCluster({
    tool,
    name,
    config: ready.text,
    ...(configuration !== undefined && { schedulerConfig: schedulerConfigInNode(configuration) }),
    timeoutMs: durationMs(options.timeout ?? '10m'),
    ...(folders !== undefined && { beforeDelete: nodes => folders.empty(nodes) }),
    ...(options.image !== undefined && { image: options.image }),
    ...(options.signal !== undefined && { signal: options.signal }),
    ...(options.logsFolder !== undefined && { logsFolder: options.logsFolder }),
  });
  return { name, config: ready.config, hasNetwork, kubeconfig, isReused };
}
