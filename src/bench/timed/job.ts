/** Jobs that come, run and go: a pod of its own, or a gang of pods that only runs whole. */
import { Random } from '../../../sim/engine/random.js';
import { rowsOf } from '../trace/rows.js';
import { capacityMilli, gpuMilliOf, type PodShape, type Trace } from '../trace/trace.js';

/** A job. Times in seconds. */
export interface Job {
  readonly name: string;
  readonly namespace: string;
  /** Higher goes first. */
  readonly priority: number;
  readonly submitSeconds: number;
  /** How long it runs once all its pods are placed. */
  readonly durationSeconds: number;
  /** Its pods, all of them needed. */
  readonly pods: readonly PodShape[];
}

/** A pod whose end the trace does not tell runs for so long. */
const durationByDefault = 3600;

/** A job for each pod of a trace, in the order of their arrival. */
export function jobsOf({ pods }: Trace): Job[] {
  const jobs = pods.map((pod, index): Job => ({
    name: pod.name,
    namespace: pod.namespace,
    priority: pod.priority ?? 0,
    submitSeconds: pod.createdSeconds ?? index,
    durationSeconds: Math.max(1, pod.durationSeconds ?? durationByDefault),
    pods: [pod],
  }));
  return byArrival(jobs);
}

/** The job as a gang: each pod of several GPUs becomes as many pods of one, its CPU and memory shared out. */
export function asGang(job: Job): Job {
  const pods = job.pods.flatMap((pod): PodShape[] => {
    if (pod.gpus < 2) return [pod];
    const worker = {
      ...pod,
      gpus: 1,
      cpuMilli: Math.ceil(pod.cpuMilli / pod.gpus),
      memoryMib: Math.ceil(pod.memoryMib / pod.gpus),
    };
    return Array.from({ length: pod.gpus }, () => worker);
  });
  return { ...job, pods };
}

/** Thousandths of GPU-seconds that a job wants. */
export function workOf({ pods, durationSeconds }: Job): number {
  return durationSeconds * pods.reduce((sum, pod) => sum + gpuMilliOf(pod), 0);
}

/** What a worker of a training job takes besides its GPU. */
const workerCpuMilli = 4000;
const workerMemoryMib = 16_384;

/**
 * The jobs of a queue trace with the columns job_id, num_gpu, submit_time and duration (Tiresias' simulator):
 * each is a gang of one-GPU workers.
 *
 * @throws InputError that names file, line and field.
 */
export function readQueue(file: string): Job[] {
  const jobs: Job[] = [];
  for (const row of rowsOf(file, ['job_id', 'num_gpu', 'submit_time', 'duration'])) {
    const worker: PodShape = {
      cpuMilli: workerCpuMilli,
      memoryMib: workerMemoryMib,
      gpus: 1,
      gpuMilli: 1000,
      models: row.text('gpu_spec'),
    };
    jobs.push({
      name: `job-${row.text('job_id').padStart(4, '0')}`,
      namespace: row.text('namespace'),
      priority: row.count('priority', 0),
      submitSeconds: row.count('submit_time'),
      durationSeconds: Math.max(1, row.count('duration')),
      pods: Array.from({ length: row.count('num_gpu') }, () => worker),
    });
  }
  return byArrival(jobs);
}

/** How the jobs of a trace are dealt to one run. */
export interface Dealing {
  readonly seed: number;
  /** Whether jobs are dealt anew to the trace's instants of arrival; else the trace is kept as it is. */
  readonly isResampled: boolean;
  /** Mean demand for GPUs over the capacity that the arrivals are brought to; undefined: as they are. */
  readonly load: number | undefined;
}

/** The jobs of one run: resampled by the seed, and pressed or stretched in time to a load. */
export function dealt(jobs: readonly Job[], nodes: Trace['nodes'], dealing: Dealing): Job[] {
  const { seed, isResampled, load } = dealing;
  const random = new Random(seed).fork('dealing');
  const order = isResampled ? random.shuffle(jobs) : jobs;
  const [first] = jobs;
  const start = first?.submitSeconds ?? 0;
  const span = (jobs.at(-1)?.submitSeconds ?? 0) - start;
  const work = jobs.reduce((sum, job) => sum + workOf(job), 0);
  const factor = load === undefined || span === 0 ? 1 : work / (load * capacityMilli(nodes)) / span;
  return order.map((job, index) => ({
    ...job,
    submitSeconds: Math.round(((jobs[index]?.submitSeconds ?? 0) - start) * factor),
  }));
}

function byArrival(jobs: readonly Job[]): Job[] {
  return [...jobs].sort((a, b) => a.submitSeconds - b.submitSeconds || (a.name < b.name ? -1 : 1));
}
