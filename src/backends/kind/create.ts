/** Creates a kind cluster whole, or leaves nothing of it: no containers, no files, no kubeconfig entries. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onInterrupt, processId, sleep, timeoutSignal, writeError } from '../../host.js';
import type { UserError } from '../../input/errors.js';
import { kindFailure } from './failures.js';
import { causeInLogs } from './node-log.js';
import { forget, note, ownedClusters, reserve } from './owned.js';
import type { CommandResult } from './run-command.js';
import { stopped, type KindTool } from './tool.js';

/** What is created. */
export interface CreateOptions {
  readonly tool: KindTool;
  readonly name: string;
  /** The text of the configuration. */
  readonly config: string;
  readonly image?: string;
  /** The whole create may take so long; kind itself knows no limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Where the nodes' logs go when it fails; without it they are only searched for the cause. */
  readonly logsFolder?: string;
}

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
  using scratch = new Scratch();
  const interrupted = new AbortController();
  const undo = onInterrupt(() => interrupted.abort());
  try {
    const timeout = timeoutSignal(options.timeoutMs);
    const signals = [timeout, interrupted.signal, ...(options.signal ? [options.signal] : [])];
    const result = await tool.create({
      name,
      config: options.config,
      kubeconfig: scratch.kubeconfig,
      signal: AbortSignal.any(signals),
      ...(options.image !== undefined && { image: options.image }),
    });
    if (result.code === 0 && !result.isAborted) return await kubeconfigOf(tool, name, scratch);
    // Somebody else was faster: what is there is theirs.
    if (result.stderr.includes('node(s) already exist')) {
      forget(name);
      throw existsAlready(name);
    }
    throw await takenBack(options, result, { scratch, isTimedOut: timeout.aborted });
  } finally {
    undo();
  }
}

/** Deletes a cluster that was created here, its entries in the kubeconfig that knows it, and our note of it. */
export async function removeCluster(tool: KindTool, name: string): Promise<void> {
  const owned = ownedClusters().find(each => each.name === name);
  using scratch = new Scratch();
  await deleteWhole(tool, name, { kubeconfig: owned?.mergedInto ?? scratch.kubeconfig });
  forget(name);
}

/** A folder for a kubeconfig that nobody else is to see; kind writes one whether it is wanted or not. */
class Scratch implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'seatrial-kind-'));
  readonly kubeconfig = join(this.folder, 'kubeconfig');
  readonly logs = join(this.folder, 'logs');

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function kubeconfigOf(tool: KindTool, name: string, scratch: Scratch): Promise<string> {
  try {
    const text = await tool.kubeconfig(name);
    note({ name, pid: processId(), isCreated: true });
    return text;
  } catch (error) {
    await deleteWhole(tool, name, { kubeconfig: scratch.kubeconfig });
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
  { tool, name, logsFolder }: CreateOptions,
  result: CommandResult,
  { scratch, isTimedOut }: { readonly scratch: Scratch; readonly isTimedOut: boolean },
): Promise<UserError> {
  const wasTried = !result.isMissing;
  const logs = logsFolder ?? scratch.logs;
  const isOver = result.isAborted && !isTimedOut;
  // Ctrl-C does not wait for logs that nobody asked for.
  const hasLogs = wasTried && !isOver && (await exported(tool, name, logs));
  const { kubeconfig } = scratch;
  if (wasTried) await deleteWhole(tool, name, { kubeconfig, wasCutOff: result.isAborted });
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
  options: { readonly kubeconfig: string; readonly wasCutOff?: boolean },
): Promise<void> {
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
