/** What KubeRay has a worker's pod wait for: that the head's state answers. */
import type { ContainerContext, Program } from '../workload.js';
import { placeOf } from './words.js';

/** So long Python takes to ask. */
const askMs = 1_000;
const pauseMs = 5_000;

/** Starts one. */
export function startWait(context: ContainerContext, address: string): Program {
  const startMs = context.clock.now();
  ask(context, address, startMs);
  return { terminate: () => context.exit(143) };
}

function ask(context: ContainerContext, address: string, startMs: number): void {
  const { clock, network } = context;
  clock.after(askMs, 'ray health-check asks', () => {
    network.send(placeOf(address, 6379), { protocol: 'ray', op: 'health' }, reply => {
      if (reply.isOk) {
        context.log('GCS is ready.');
        return context.exit(0);
      }
      const seconds = Math.floor((clock.now() - startMs) / 1_000);
      const more =
        seconds <= 120
          ? 'Waiting for GCS to be ready.'
          : 'Still waiting for GCS to be ready. For troubleshooting, refer to the FAQ at https://docs.ray.io/en/master/cluster/kubernetes/troubleshooting.html.';
      context.log(`${seconds} seconds elapsed: ${more}`);
      clock.after(pauseMs, 'ray health-check waits', () => ask(context, address, startMs));
    });
  });
}
