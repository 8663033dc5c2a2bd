/** FGD: the placement after which fragmentation has grown least. */
import type { NodeView } from '../cluster/bench-node.js';
import type { Fragmentation } from '../cluster/fragmentation.js';
import type { PodShape } from '../trace/trace.js';
import type { Policy } from './policy.js';

/** Fragmentation Gradient Descent. @upstream kubernetes-scheduler-simulator pkg/simulator/plugin/fgd_score.go */
export const fgd: Policy = {
  name: 'fgd',
  published: '06-FGD',
  summary: 'the placement that adds least fragmentation (fragmentation gradient descent)',
  create: ({ fragmentation }) => new Descent(fragmentation),
};

class Descent {
  /** A node's GPUs as they would be; one for each number of GPUs. */
  private readonly trials = new Map<number, Int32Array>();

  constructor(private readonly fragmentation: Fragmentation) {}

  score(node: NodeView, pod: PodShape): number {
    const before = this.fragmentation.of(node.model, node.cpuLeft, node.gpuLeft);
    if (pod.gpus === 1 && pod.gpuMilli < 1000) return this.best(node, pod, before).score;
    const after = this.trialOf(node);
    let wanted = pod.gpus;
    for (let gpu = 0; gpu < after.length && wanted > 0; gpu++) {
      if (after[gpu] !== 1000) continue;
      after[gpu] = 0;
      wanted--;
    }
    return this.gained(node, pod, before, after);
  }

  shareDevice(node: NodeView, pod: PodShape): number {
    const before = this.fragmentation.of(node.model, node.cpuLeft, node.gpuLeft);
    return this.best(node, pod, before).gpu;
  }

  /** Tries each GPU that has enough left; those with equal rests come out alike. */
  private best(
    node: NodeView,
    pod: PodShape,
    before: number,
  ): { readonly gpu: number; readonly score: number } {
    const { gpuLeft } = node;
    const after = this.trialOf(node);
    let best = { gpu: -1, score: -1 };
    for (let gpu = 0; gpu < gpuLeft.length; gpu++) {
      const left = gpuLeft[gpu] ?? 0;
      if (left < pod.gpuMilli || gpuLeft.indexOf(left) < gpu) continue;
      after[gpu] = left - pod.gpuMilli;
      const score = this.gained(node, pod, before, after);
      after[gpu] = left;
      if (score > best.score) best = { gpu, score };
    }
    return best;
  }

  private gained(node: NodeView, pod: PodShape, before: number, after: Int32Array): number {
    const now = this.fragmentation.of(node.model, node.cpuLeft - pod.cpuMilli, after);
    return Math.trunc((1 / (1 + Math.exp(-(before - now) / 1000))) * 100);
  }

  private trialOf({ gpuLeft }: NodeView): Int32Array {
    let trial = this.trials.get(gpuLeft.length);
    if (trial === undefined) this.trials.set(gpuLeft.length, (trial = gpuLeft.slice()));
    else trial.set(gpuLeft);
    return trial;
  }
}
