/**
 * The trainer: scheduler, servers and workers of an MXJob. Worker 0 fetches labelled rows, trains the
 * model for real, and adds it to the registry with the pod's own account; all workers hold their GPUs
 * for as long as the training is stated to take.
 */
import type { ContainerContext, Program, Workload } from '../../../../sim/workloads/workload.js';
import { meet, tellScheduler } from '../../../models/parameter-server/rendezvous.js';
import { startScheduler } from '../../../models/parameter-server/scheduler.js';
import { startServer } from '../../../models/parameter-server/server.js';
import { ChiefWorker } from './chief.js';

/** How long a training takes. */
export interface TrainingTime {
  readonly epochs: number;
  /** One epoch on all GPUs of the job, in seconds. */
  readonly epochSeconds: number;
}

/** The defaults: ten minutes. */
export const defaultTrainingTime: TrainingTime = { epochs: 20, epochSeconds: 30 };

const serverPort = 9092;
const abortedCode = 134;

/** The workload. */
export function trainer(time: TrainingTime): Workload {
  return {
    name: 'fraud-trainer',
    start: context => startRole(context, time),
  };
}

function startRole(context: ContainerContext, time: TrainingTime): Program {
  const { env } = context;
  const role = env['DMLC_ROLE'];
  const servers = Number(env['DMLC_NUM_SERVER']);
  const workers = Number(env['DMLC_NUM_WORKER']);
  if (role === 'scheduler') {
    return startScheduler(context, { port: Number(env['DMLC_PS_ROOT_PORT']), servers, workers });
  }
  if (role === 'server') {
    const program = startServer(context, { port: serverPort, workers, learningRate: 1 });
    meet(context, { role, port: serverPort }, () => context.log('ready for histograms'));
    return program;
  }
  if (role === 'worker') return startWorker(context, time);
  context.log('DMLC_ROLE is not set: this program is started by an MXJob');
  context.exit(1);
  return {};
}

function startWorker(context: ContainerContext, time: TrainingTime): Program {
  const index = Number(context.env['DMLC_WORKER_ID'] ?? 0);
  let isLost = false;
  const finalize = (): void =>
    tellScheduler(context, { kind: 'finalize', index }, () => context.exit(0));
  useGpus(context, 0);
  meet(context, { role: 'worker', index, port: serverPort }, () => {
    if (isLost) return;
    useGpus(context, 0.9);
    if (index === 0) return new ChiefWorker(context, time, finalize).start();
    context.log('computing histograms for worker 0');
    const workMs = time.epochs * time.epochSeconds * 1000;
    context.clock.after(workMs, 'training', finalize);
  });
  return {
    deviceLost(id, xid) {
      isLost = true;
      context.log(`CUDA error: Xid ${xid} (${id})`);
      context.exit(abortedCode);
    },
  };
}

function useGpus(context: ContainerContext, utilization: number): void {
  const devices = context.devices['nvidia.com/gpu'] ?? [];
  context.use({
    cpuMillis: utilization === 0 ? 50 : 12_000,
    memoryBytes: 24 * 1024 ** 3,
    gpuUtilization: Object.fromEntries(devices.map(device => [device, utilization])),
  });
}
