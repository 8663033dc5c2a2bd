/**
 * A small trace that comes with seatrial, drawn from a seed: a mixed GPU cluster and the jobs of four teams.
 * Its sizes follow what published traces agree on (most pods want a share or one GPU, few want eight; runs
 * last minutes with a long tail), but nothing of them is copied.
 */
import { Random } from '../../../sim/engine/random.js';
import type { Trace, TraceNode, TracePod } from './trace.js';

/** A part of the cluster: so many nodes alike. */
interface Pool {
  readonly count: number;
  readonly gpus: number;
  readonly model: string;
  readonly cpuMilli: number;
  readonly memoryMib: number;
}

const gib = 1024;

/** 40 nodes with 216 GPUs. */
const pools: readonly Pool[] = [
  { count: 14, gpus: 8, model: 'A100', cpuMilli: 96_000, memoryMib: 768 * gib },
  { count: 8, gpus: 8, model: 'V100', cpuMilli: 96_000, memoryMib: 384 * gib },
  { count: 6, gpus: 4, model: 'A10', cpuMilli: 64_000, memoryMib: 256 * gib },
  { count: 8, gpus: 2, model: 'T4', cpuMilli: 64_000, memoryMib: 256 * gib },
];

/** Who wants what, and how often. */
interface Wish {
  readonly weight: number;
  readonly gpus: number;
  readonly gpuMilli: readonly number[];
  readonly cpuMilli: readonly number[];
  readonly meanSeconds: number;
}

const wishes: readonly Wish[] = [
  { weight: 12, gpus: 0, gpuMilli: [0], cpuMilli: [4000, 8000, 16_000], meanSeconds: 1800 },
  {
    weight: 38,
    gpus: 1,
    gpuMilli: [100, 200, 250, 330, 500, 500, 600, 750],
    cpuMilli: [2000, 4000, 6000, 8000],
    meanSeconds: 5400,
  },
  { weight: 40, gpus: 1, gpuMilli: [1000], cpuMilli: [6000, 8000, 12_000], meanSeconds: 7200 },
  { weight: 5, gpus: 2, gpuMilli: [1000], cpuMilli: [16_000, 24_000], meanSeconds: 10_800 },
  { weight: 3, gpus: 4, gpuMilli: [1000], cpuMilli: [32_000, 48_000], meanSeconds: 14_400 },
  { weight: 2, gpus: 8, gpuMilli: [1000], cpuMilli: [64_000, 88_000], meanSeconds: 21_600 },
];

/** Teams, by how much of the work is theirs. */
const teams = ['fraud', 'fraud', 'fraud', 'search', 'search', 'speech', 'research'];

const podCount = 1500;

/** Between two arrivals, in the mean. */
const gapSeconds = 40;

/** The trace of a seed: equal seeds give equal traces. */
export function generatedTrace(seed: number): Trace {
  const random = new Random(seed).fork('generated trace');
  return { name: 'generated', nodes: nodesOf(pools), pods: podsOf(random) };
}

function nodesOf(wanted: readonly Pool[]): TraceNode[] {
  return wanted.flatMap(({ count, gpus, model, cpuMilli, memoryMib }) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${model.toLowerCase()}-${String(index).padStart(2, '0')}`,
      gpus,
      model,
      cpuMilli,
      memoryMib,
    })),
  );
}

function podsOf(random: Random): TracePod[] {
  const weights = wishes.reduce((sum, { weight }) => sum + weight, 0);
  let createdSeconds = 0;
  return Array.from({ length: podCount }, (_, index) => {
    const { gpus, gpuMilli, cpuMilli, meanSeconds } = drawn(random.between(0, weights));
    createdSeconds += Math.ceil(random.exponential(gapSeconds));
    const cpu = random.pick(cpuMilli);
    const models = gpus > 0 && random.float() < 0.2 ? random.pick(['A100', 'A100|V100', 'T4']) : '';
    return {
      name: `pod-${String(index).padStart(4, '0')}`,
      namespace: random.pick(teams),
      cpuMilli: cpu,
      memoryMib: (cpu / 1000) * 4 * gib,
      gpus,
      gpuMilli: random.pick(gpuMilli),
      // No node of T4 has more than two.
      models: gpus > 2 ? models.replace('T4', '') : models,
      createdSeconds,
      durationSeconds: Math.ceil(random.exponential(meanSeconds)),
    };
  });
}

function drawn(at: number): Wish {
  let left = at;
  const found = wishes.find(({ weight }) => (left -= weight) < 0);
  return found ?? (wishes[0] as Wish);
}
