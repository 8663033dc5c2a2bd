/**
 * The program of a DaskJob: it connects to the scheduler, has its tasks done and ends. It states them in
 * the annotation `seatrial.dev/dask-tasks` (`400x5s`); without it, it ends after `seatrial.dev/seconds`.
 */
import type { ContainerContext, Program } from '../workload.js';
import { readTasks } from './messages.js';
import { placeOf } from './worker.js';

/** So long a client tries to connect. @upstream distributed.comm.timeouts.connect */
const connectMs = 30_000;
const retryMs = 500;
const tasksAnnotation = 'seatrial.dev/dask-tasks';
const defaultSeconds = 2;

/** Starts one. */
export function startRunner(context: ContainerContext): Program {
  const untilMs = context.clock.now() + connectMs;
  connect(context, untilMs);
  return { terminate: () => context.exit(143) };
}

function connect(context: ContainerContext, untilMs: number): void {
  const { clock, env, network } = context;
  const address = env['DASK_SCHEDULER_ADDRESS'] ?? '';
  network.send(placeOf(address), { protocol: 'dask', op: 'identity' }, reply => {
    if (reply.isOk) return work(context);
    if (clock.now() >= untilMs) {
      context.log(`OSError: Timed out trying to connect to ${address} after 30 s`);
      return context.exit(1);
    }
    clock.after(retryMs, 'dask client connects again', () => connect(context, untilMs));
  });
}

function work(context: ContainerContext): void {
  const { clock, env, network, pod } = context;
  const { annotations = {} } = pod.metadata;
  const code = Number(annotations['seatrial.dev/exit-code'] ?? 0);
  const text = annotations[tasksAnnotation];
  if (text === undefined) {
    const seconds = Number(annotations['seatrial.dev/seconds'] ?? defaultSeconds);
    return void clock.after(seconds * 1_000, 'dask client is done', () => context.exit(code));
  }
  const tasks = readTasks(text);
  if (tasks === undefined) {
    context.log(`${tasksAnnotation} is not understood: ${text}; write 400x5s`);
    return context.exit(1);
  }
  const place = placeOf(env['DASK_SCHEDULER_ADDRESS'] ?? '');
  network.send(place, { protocol: 'dask', op: 'submit', ...tasks }, reply => {
    if (!reply.isOk) context.log('concurrent.futures._base.CancelledError: lost the scheduler');
    context.exit(reply.isOk ? code : 1);
  });
}
