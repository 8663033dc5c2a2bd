/**
 * Finds the best node for a pod. Scores are kept by shape of pod and node; when a shape comes again, only
 * the nodes that changed since are scored anew. So a cluster of a thousand nodes takes ten thousand pods in
 * a fraction of a second.
 */
import type { Random } from '../../../sim/engine/random.js';
import type { TieRule } from '../../../sim/scheduler/ties.js';
import type { Policy, Scorer } from '../policies/policy.js';
import type { PodShape } from '../trace/trace.js';
import type { BenchCluster, Placement } from './bench-cluster.js';
import type { Fragmentation } from './fragmentation.js';

/** How a placer decides. */
export interface PlacerOptions {
  readonly policy: Policy;
  readonly ties: TieRule;
  readonly fragmentation: Fragmentation;
  readonly random: Random;
}

/** A shape's scores on all nodes, as of so many changes. */
interface Row {
  readonly scores: Int32Array;
  seen: number;
}

/** Below all scores: those of nodes larger than a policy has in mind can be negative. */
const doesNotFit = -(2 ** 31);

/** Cells of all rows together: beyond them the rows are thrown away and begun again. */
const cellsMax = 16_000_000;

/** Decides where pods go; the cluster is left as it is. */
export class Placer {
  private readonly rows = new Map<string, Row>();
  private readonly scorer: Scorer;
  private readonly ties: TieRule;
  private readonly random: Random;

  constructor(
    private readonly cluster: BenchCluster,
    { policy, ties, fragmentation, random }: PlacerOptions,
  ) {
    this.scorer = policy.create({ fragmentation, random: random.fork('policy') });
    this.ties = policy.drawsAlways === true ? 'random' : ties;
    this.random = random.fork('ties');
  }

  /** The best place for the pod, on another node than `except`; undefined when it fits nowhere. */
  find(pod: PodShape, { except = -1 }: { readonly except?: number } = {}): Placement | undefined {
    const node = this.best(this.row(pod).scores, except);
    if (node === undefined) return undefined;
    const on = this.cluster.nodes[node];
    const isShare = pod.gpus === 1 && pod.gpuMilli < 1000;
    const device = isShare && on !== undefined ? this.scorer.shareDevice?.(on, pod) : undefined;
    return { node, gpus: this.cluster.devicesFor(node, pod, device) };
  }

  /** The first of the best nodes, or one of them by chance. Normalising would keep the order: it is left out. */
  private best(scores: Int32Array, except: number): number | undefined {
    let best = doesNotFit;
    let node = 0;
    let count = 0;
    for (let index = 0; index < scores.length; index++) {
      const score = scores[index] as number;
      if (index === except) continue;
      if (score > best) {
        best = score;
        node = index;
        count = 1;
      } else if (score === best) count++;
    }
    if (best === doesNotFit) return undefined;
    if (count === 1) return node;
    switch (this.ties) {
      case 'smallest-name':
        return node;
      case 'random':
        return nthOf(scores, { value: best, nth: this.random.integer(count), except });
      case 'reservoir': {
        let picked = 0;
        for (let nth = 1; nth < count; nth++) if (this.random.integer(nth + 1) === 0) picked = nth;
        return nthOf(scores, { value: best, nth: picked, except });
      }
    }
  }

  private row(pod: PodShape): Row {
    const key = `${pod.cpuMilli} ${pod.memoryMib} ${pod.gpus} ${pod.gpuMilli} ${pod.models}`;
    const { nodes, changes, lastChange } = this.cluster;
    let row = this.rows.get(key);
    if (row === undefined) {
      if ((this.rows.size + 1) * nodes.length > cellsMax) this.rows.clear();
      row = { scores: new Int32Array(nodes.length), seen: changes.length };
      this.rows.set(key, row);
      for (let node = 0; node < nodes.length; node++) this.rate(row.scores, node, pod);
      return row;
    }
    for (; row.seen < changes.length; row.seen++) {
      const node = changes[row.seen] as number;
      // A node that changes again is scored once, for its last change.
      if (lastChange[node] === row.seen) this.rate(row.scores, node, pod);
    }
    return row;
  }

  private rate(scores: Int32Array, node: number, pod: PodShape): void {
    const on = this.cluster.nodes[node];
    if (on === undefined) return;
    scores[node] = on.fits(pod) ? this.scorer.score(on, pod) : doesNotFit;
  }
}

/** The n-th place, from 0, that holds the value. */
function nthOf(
  scores: Int32Array,
  { value, nth, except }: { readonly value: number; readonly nth: number; readonly except: number },
): number {
  let left = nth;
  let at = -1;
  while (left >= 0) {
    at = scores.indexOf(value, at + 1);
    if (at !== except) left--;
  }
  return at;
}
