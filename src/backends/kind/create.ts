/** Creates a kind cluster whole, or leaves nothing of it: no containers, no files, no kubeconfig entries. */
import { onInterrupt, processId, sleep, timeoutSignal, writeError } from '../../host.js';
import type { UserError } from '../../input/errors.js';
import { scratchFolder, type ScratchFolder } from '../scratch-folder.js';
import { kindFailure } from './failures.js';
import { causeInLogs } from './node-log.js';
import { forget, note, ownedClusters, reserve, writeSchedulerFile } from './owned.js';
import type { CommandResult } from './run-command.js';
import { stopped, type KindTool } from './tool.js';

/** What is created. */
export interface CreateOptions {
  readonly tool: KindTool;
  readonly name: string;
  /** The text of the configuration. */
  readonly config: string;
  readonly image?: string;
  /** What stands in the file that the scheduler is configured by; default: there is none. */
  readonly schedulerConfig?: string;
  /** The whole create may take so long; kind itself knows no limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Where the nodes' logs go when it fails; without it they are only searched for the cause. */
  readonly logsFolder?: string;
  readonly beforeDelete?: BeforeDelete;
}

/** Is told of the nodes that are about to be deleted. */
export type BeforeDelete = (nodes: readonly string[]) => Promise<void>;

/** As often a cluster is deleted whose nodes do not go. */
const deletesMax = 5;
const betweenDeletesMs = 500;

/**
 * Creates the cluster and tells its kubeconfig.
 *
 * @throws UserError after everything is taken back.
 */
export async function createCluster(options: CreateOptions): Promise<string> {
  const { tool, name } = options;
  if ((await tool.clusters()).includes(name)) throw existsAlready(name);
  reserve(name);
  if (options.schedulerConfig !== undefined) writeSchedulerFile(name, options.schedulerConfig);
  const scratch = scratchFolder('kind');
  const interrupted = new AbortController();
  const undo = onInterrupt(() => interrupted.abort());
  try {
    const timeout = timeoutSignal(options.timeoutMs);
    const signals = [timeout, interrupted.signal, ...(options.signal ? [options.signal] : [])];
    const result = await tool.create({
      name,
      config: options.config,
      kubeconfig: scratch.file('kubeconfig'),
      signal: AbortSignal.any(signals),
      ...(options.image !== undefined && { image: options.image }),
    });
    if (result.code === 0 && !result.isAborted) return await kubeconfigOf(options, scratch);
    // Somebody else was faster: what is there is theirs.
    if (result.stderr.includes('node(s) already exist')) {
      forget(name);
      throw existsAlready(name);
    }
    throw await takenBack(options, result, { scratch, isTimedOut: timeout.aborted });
  } finally {
    undo();
    scratch.remove();
  }
}

/** Deletes a cluster that was created here, its entries in the kubeconfig that knows it, and our note of it. */
export async function removeCluster(
  tool: KindTool,
  name: string,
  beforeDelete?: BeforeDelete,
): Promise<void> {
  const owned = ownedClusters().find(each => each.name === name);
  // kind writes a kubeconfig whether one is wanted or not: where nobody sees it.
  const scratch = scratchFolder('kind');
  try {
    const kubeconfig = owned?.mergedInto ?? scratch.file('kubeconfig');
    await deleteWhole(tool, name, { kubeconfig, ...(beforeDelete && { beforeDelete }) });
    forget(name);
  } finally {
    scratch.remove();
  }
}

async function kubeconfigOf(options: CreateOptions, scratch: ScratchFolder): Promise<string> {
  const { tool, name, beforeDelete } = options;
  try {
    const text = await tool.kubeconfig(name);
    note({ name, pid: processId(), isCreated: true });
    return text;
  } catch (error) {
    const kubeconfig = scratch.file('kubeconfig');
    await deleteWhole(tool, name, { kubeconfig, ...(beforeDelete && { beforeDelete }) });
    forget(name);
    throw error;
  }
}

function existsAlready(name: string): UserError {
  const stderr = `node(s) already exist for a cluster with the name "${name}"`;
  return kindFailure('create the cluster', { code: 1, stderr, isMissing: false });
}

/** Reads the logs, deletes the nodes, and tells why. */
async function takenBack(
  { tool, name, logsFolder, beforeDelete }: CreateOptions,
  result: CommandResult,
  { scratch, isTimedOut }: { readonly scratch: ScratchFolder; readonly isTimedOut: boolean },
): Promise<UserError> {
  const wasTried = !result.isMissing;
  const logs = logsFolder ?? scratch.file('logs');
  const isOver = result.isAborted && !isTimedOut;
  // Ctrl-C does not wait for logs that nobody asked for.
  const hasLogs = wasTried && !isOver && (await exported(tool, name, logs));
  const kubeconfig = scratch.file('kubeconfig');
  const wasCutOff = result.isAborted;
  if (wasTried) {
    await deleteWhole(tool, name, {
      kubeconfig,
      wasCutOff,
      ...(beforeDelete !== undefined && { beforeDelete }),
    });
  }
  forget(name);
  const told = logsFolder === undefined || !hasLogs ? undefined : `the logs are in ${logs}`;
  if (isTimedOut) return stopped(`creating the kind cluster "${name}"`, 'timed-out', told);
  if (isOver) return stopped(`creating the kind cluster "${name}"`, 'aborted');
  return kindFailure('create the cluster', result, hasLogs ? causeInLogs(logs) : undefined);
}

/** Whether there are logs: a cluster that has no node yet has none. */
async function exported(tool: KindTool, name: string, folder: string): Promise<boolean> {
  try {
    if ((await tool.nodes(name)).length === 0) return false;
    await tool.exportLogs(name, folder);
    return true;
  } catch (error) {
    writeError(`no logs of kind cluster ${name}: ${(error as Error).message}\n`);
    return false;
  }
}

/**
 * Deletes a cluster until none of its nodes is left.
 *
 * @param options.wasCutOff - its create was: a `docker run` under way may bring its container yet, so that
 * none must be left twice in a row.
 * @throws UserError when some are.
 */
export async function deleteWhole(
  tool: KindTool,
  name: string,
  options: {
    readonly kubeconfig: string;
    readonly wasCutOff?: boolean;
    readonly beforeDelete?: BeforeDelete;
  },
): Promise<void> {
  await options.beforeDelete?.(await tool.nodes(name));
  let lookedEmpty = 0;
  let left: readonly string[] = [];
  for (let tries = 0; tries < deletesMax; tries++) {
    await tool.delete(name, options.kubeconfig);
    left = await tool.nodes(name);
    lookedEmpty = left.length === 0 ? lookedEmpty + 1 : 0;
    if (lookedEmpty > (options.wasCutOff === true ? 1 : 0)) return;
    await sleep(betweenDeletesMs);
  }
  throw kindFailure('delete the cluster', {
    code: 0,
    isMissing: false,
    stderr: `ERROR: these nodes stay: ${left.join(', ')}`,
  });
}
