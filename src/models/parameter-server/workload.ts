/**
 * A data-parallel training with parameter servers, as MXNet's dist_sync key-value store runs it:
 * scheduler, servers and workers find each other by the DMLC_* variables that the MXJob operator sets.
 * The gradients, the losses and the barrier are computed; the time that a batch takes is a setting.
 */
import type { ContainerContext, Program, Workload } from '../../../sim/workloads/workload.js';
import { meet, tellScheduler } from './rendezvous.js';
import { startScheduler } from './scheduler.js';
import { startServer } from './server.js';
import { defaultTrainingSettings, type TrainingSettings } from './settings.js';
import { Worker } from './worker.js';

/** The port on which servers take gradients. */
const serverPort = 9092;

/** The workload; settings that are not given have their defaults. */
export function parameterServerTraining(parameters: Partial<TrainingSettings> = {}): Workload {
  const settings = { ...defaultTrainingSettings, ...parameters };
  return {
    name: 'parameter-server-training',
    start: context => startRole(context, settings),
  };
}

function startRole(context: ContainerContext, settings: TrainingSettings): Program {
  const { env } = context;
  const role = env['DMLC_ROLE'];
  const servers = Number(env['DMLC_NUM_SERVER']);
  const workers = Number(env['DMLC_NUM_WORKER']);
  if (role === 'scheduler') {
    return startScheduler(context, { port: Number(env['DMLC_PS_ROOT_PORT']), servers, workers });
  }
  if (role === 'server') {
    const program = startServer(context, {
      port: serverPort,
      workers,
      learningRate: settings.learningRate,
    });
    meet(context, { role, port: serverPort }, () => context.log('ready for gradients'));
    return program;
  }
  if (role === 'worker') return startWorker(context, settings, { servers, workers });
  context.log('DMLC_ROLE is not set: this program is started by an MXJob');
  context.exit(1);
  return {};
}

function startWorker(
  context: ContainerContext,
  settings: TrainingSettings,
  { servers, workers }: { readonly servers: number; readonly workers: number },
): Program {
  const index = Number(context.env['DMLC_WORKER_ID'] ?? 0);
  let worker: Worker | undefined;
  let lost: readonly [string, number] | undefined;
  meet(context, { role: 'worker', index, port: serverPort }, met => {
    if (servers === 0) {
      return context.log('kvstore dist_sync waits for servers, but DMLC_NUM_SERVER is 0');
    }
    context.log(`worker ${index} of ${workers} ${met.isRecovery ? 'has come back' : 'starts'}`);
    const finalize = (): void =>
      tellScheduler(context, { kind: 'finalize', index }, () => context.exit(0));
    worker = new Worker(context, { index, workers, servers: met.servers, finalize }, settings);
    if (lost !== undefined) worker.deviceLost(...lost);
    worker.start();
  });
  return {
    deviceLost(id, xid) {
      lost = [id, xid];
      worker?.deviceLost(id, xid);
    },
  };
}
