/** What can be made to go wrong on nodes that are containers. */
import type { Fault } from '../../cluster.js';
import { timeoutSignal, writeError } from '../../host.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { runCommand } from './run-command.js';
import type { ContainerEngine } from './tool.js';

/** Lets faults happen on the nodes; the result tells whether it can. */
export type InjectFault = (fault: Fault) => Promise<boolean>;

/**
 * A node that is down is a container that is paused: its kubelet and its pods stand still and nothing of
 * them is lost. A kubelet that crashes or is cut off is stopped by systemd for a while; its pods run on.
 */
export function faultInjector(engine: ContainerEngine, nodes: readonly string[]): InjectFault {
  const run = async (words: readonly string[]): Promise<true> => {
    const { code, stderr } = await runCommand(engine, words);
    if (code === 0) return true;
    throw new UserError(`${engine} ${words.join(' ')}: ${stderr.trim()}`, {
      exitCode: exitCodes.backend,
      code: 'fault-failed',
      next: `look at the node with: ${engine} ps -a`,
    });
  };
  const kubelet = (node: string, verb: 'stop' | 'start'): Promise<true> =>
    run(['exec', '--privileged', node, 'systemctl', verb, 'kubelet']);
  const restart = async (node: string, forMs: number): Promise<true> => {
    await kubelet(node, 'stop');
    // The scenario goes on meanwhile, and a process that ends meanwhile has let go of the node.
    timeoutSignal(forMs).addEventListener('abort', () => {
      kubelet(node, 'start').catch((error: unknown) => writeError(`${(error as Error).message}\n`));
    });
    return true;
  };
  return async fault => {
    switch (fault.kind) {
      case 'node-down':
        return run(['pause', known(fault.node, nodes)]);
      case 'node-up':
        return run(['unpause', known(fault.node, nodes)]);
      case 'partition':
        return restart(known(fault.node, nodes), fault.forMs);
      case 'crash': {
        const node = /^kubelet\/(.+)$/.exec(fault.process)?.[1];
        if (node === undefined || fault.atRequest !== undefined) return false;
        return restart(known(node, nodes), fault.forMs);
      }
      default:
        return false;
    }
  };
}

function known(node: string, nodes: readonly string[]): string {
  if (nodes.includes(node)) return node;
  throw new UserError(`the cluster has no node ${node}`, {
    exitCode: exitCodes.usage,
    code: 'no-such-node',
    next: `its nodes: ${nodes.join(', ')}`,
  });
}
