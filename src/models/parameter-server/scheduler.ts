/** The scheduler of a parameter-server training: members meet here, and end here. */
import type { ContainerContext, NetworkMessage, Program } from '../../../sim/workloads/workload.js';
import type { Finalize, Message, Register, Registered } from './messages.js';

interface Member {
  readonly host: string;
  readonly port: number;
}

/** Waits for all members, tells them of each other, and ends when all workers are done. */
export function startScheduler(
  context: ContainerContext,
  wanted: { readonly port: number; readonly servers: number; readonly workers: number },
): Program {
  const servers: Member[] = [];
  const workers = new Map<number, Member>();
  const done = new Set<number>();
  const told = new Set<string>();
  let hasStarted = false;

  const missing = (): number => wanted.servers - servers.length + (wanted.workers - workers.size);

  const register = (request: Register, from: string): Registered => {
    const member = { host: from, port: request.port };
    const name = request.role === 'server' ? from : `worker ${request.index ?? 0}`;
    if (request.role === 'worker') workers.set(request.index ?? 0, member);
    else if (!servers.some(({ host }) => host === from)) servers.push(member);
    if (missing() > 0) return { isReady: false, missing: missing() };
    if (!hasStarted) {
      hasStarted = true;
      context.log(`all ${wanted.servers} servers and ${wanted.workers} workers have met`);
    }
    const isRecovery = told.has(name);
    told.add(name);
    return { isReady: true, servers, isRecovery };
  };

  const finish = ({ index }: Finalize): void => {
    done.add(index);
    context.log(`worker ${index} is done (${done.size} of ${wanted.workers})`);
    if (done.size < wanted.workers) return;
    let waiting = servers.length;
    const exit = (): void => {
      context.log('training is complete');
      context.exit(0);
    };
    if (waiting === 0) return exit();
    for (const server of servers) {
      context.network.send(server, { kind: 'terminate' }, () => {
        waiting--;
        if (waiting === 0) exit();
      });
    }
  };

  context.log(`waiting for ${wanted.servers} servers and ${wanted.workers} workers`);
  context.use({ cpuMillis: 50, memoryBytes: 128 * 1024 ** 2 });
  context.network.listen(wanted.port, ({ from, payload, reply }: NetworkMessage) => {
    const message = payload as Message;
    if (message.kind === 'register') return reply(register(message, from));
    if (message.kind !== 'finalize') return;
    reply({});
    if (!done.has(message.index)) finish(message);
  });
  return {};
}
