/** A parameter server: holds a part of the weights and steps when every worker has sent its gradient. */
import type { ContainerContext, NetworkMessage, Program } from '../../../sim/workloads/workload.js';
import type { Message, Push, Weights } from './messages.js';

/** Serves weights until the scheduler ends it. */
export function startServer(
  context: ContainerContext,
  options: { readonly port: number; readonly workers: number; readonly learningRate: number },
): Program {
  let weights: number[] | undefined;
  let step = 0;
  const waiting = new Map<
    number,
    { readonly push: Push; readonly reply: (weights: Weights) => void }
  >();

  const update = (): void => {
    if (weights === undefined || waiting.size < options.workers) return;
    const arrived = [...waiting.values()].sort((a, b) => a.push.index - b.push.index);
    waiting.clear();
    weights = weights.map((weight, position) => {
      const sum = arrived.reduce((total, { push }) => total + (push.gradient[position] ?? 0), 0);
      return weight - (options.learningRate * sum) / options.workers;
    });
    step++;
    for (const { reply } of arrived) reply({ weights, step });
  };

  context.use({ cpuMillis: 300, memoryBytes: 512 * 1024 ** 2 });
  context.network.listen(options.port, ({ payload, reply }: NetworkMessage) => {
    const message = payload as Message;
    switch (message.kind) {
      case 'initialize':
        if (weights === undefined) {
          weights = [...message.weights];
          step = message.step;
        }
        return reply({ weights, step });
      case 'push':
        // A worker that came back sends steps that are over; it gets the weights and catches up.
        if (weights !== undefined && message.step < step) return reply({ weights, step });
        waiting.set(message.index, { push: message, reply });
        return update();
      case 'terminate':
        reply({});
        context.log('all workers are done');
        return context.exit(0);
      default:
        return undefined;
    }
  });
  return {};
}
