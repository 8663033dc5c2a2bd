/** How the members of a parameter-server training find each other: all of them know the scheduler. */
import type { ContainerContext } from '../../../sim/workloads/workload.js';
import type { Registered } from './messages.js';

const registerAgainMs = 1000;

/** Registers with the scheduler until everybody is there. */
export function meet(
  context: ContainerContext,
  member: { readonly role: 'server' | 'worker'; readonly index?: number; readonly port: number },
  then: (met: Extract<Registered, { isReady: true }>) => void,
): void {
  tellScheduler(context, { kind: 'register', ...member }, payload => {
    const answer = payload as Registered;
    if (answer.isReady) return then(answer);
    context.clock.after(registerAgainMs, 'register', () => meet(context, member, then));
  });
}

/** Sends to the scheduler, again and again while it cannot be reached: it may not have started. */
export function tellScheduler(
  context: ContainerContext,
  message: unknown,
  then: (payload: unknown) => void,
): void {
  const { env } = context;
  const to = { host: env['DMLC_PS_ROOT_URI'] ?? '', port: Number(env['DMLC_PS_ROOT_PORT']) };
  context.network.send(to, message, reply => {
    if (reply.isOk) return then(reply.payload);
    context.clock.after(registerAgainMs, 'scheduler', () => tellScheduler(context, message, then));
  });
}
