/** Spreads requests over the paths that they may take, each by chance as connections are. */
import type { FastRandom } from '../../../sim/workloads/serving/fast-random.js';
import { RequestBlock } from '../../../sim/workloads/serving/requests.js';
import type { FailureReason } from './contract.js';
import type { RevisionBook } from './ledger.js';
import type { ReplicaState } from './replica-state.js';

/** A way through gateway and Service to a replica, or to the failure that it ends in. */
export interface FlowPath {
  /** Its share of all requests; those of all paths add up to 1. */
  readonly share: number;
  readonly book: RevisionBook;
  readonly to: { readonly replica: ReplicaState } | { readonly failure: FailureReason };
}

const two32 = 0x1_0000_0000;

/** The paths, ready to be drawn from. A random split of a Poisson stream is Poisson on each path. */
export class Spread {
  /** What goes down each path in the window under way. */
  readonly blocks: readonly RequestBlock[];
  /** Walker's alias method: a path or its alias, by one draw. */
  private readonly chance: Float64Array;
  private readonly alias: Int32Array;
  private bits = new Int32Array(1024);

  constructor(readonly paths: readonly FlowPath[]) {
    this.blocks = paths.map(({ to }) => ('replica' in to ? to.replica.block : new RequestBlock()));
    const { chance, alias } = aliasTable(paths.map(({ share }) => share));
    this.chance = chance;
    this.alias = alias;
  }

  /** Sends plain requests on their ways: those of the offsets from `first` up to `end`. */
  scatter(
    offsetsMs: Float64Array,
    range: { readonly first: number; readonly end: number; readonly baseMs: number },
    random: FastRandom,
  ): void {
    const { first, end, baseMs } = range;
    const count = end - first;
    for (const block of this.blocks) block.reserve(block.count + count);
    if (this.blocks.length === 1) return this.all(offsetsMs, range);
    if (this.bits.length < count) this.bits = new Int32Array(2 ** Math.ceil(Math.log2(count)));
    const { blocks, chance, alias, bits } = this;
    const scale = blocks.length / two32;
    random.fillBits(bits, count);
    for (let index = 0; index < count; index++) {
      const place = ((bits[index] as number) >>> 0) * scale;
      let path = place | 0;
      if (place - path >= (chance[path] as number)) path = alias[path] as number;
      const block = blocks[path] as RequestBlock;
      const at = block.count++;
      block.timeMs[at] = baseMs + (offsetsMs[first + index] as number);
      block.tag[at] = 0;
    }
  }

  /** Draws one path. */
  pick(random: FastRandom): number {
    const place = random.float() * this.blocks.length;
    const path = place | 0;
    return place - path < (this.chance[path] ?? 1) ? path : (this.alias[path] ?? path);
  }

  private all(
    offsetsMs: Float64Array,
    range: { readonly first: number; readonly end: number; readonly baseMs: number },
  ): void {
    const { first, end, baseMs } = range;
    const block = this.blocks[0] as RequestBlock;
    for (let index = first; index < end; index++) {
      const at = block.count++;
      block.timeMs[at] = baseMs + (offsetsMs[index] as number);
      block.tag[at] = 0;
    }
  }
}

/** @see Walker, "An efficient method for generating discrete random variables" (1977) */
function aliasTable(shares: readonly number[]): { chance: Float64Array; alias: Int32Array } {
  const { length } = shares;
  const left = Float64Array.from(shares, share => share * length);
  const chance = new Float64Array(length).fill(1);
  const alias = Int32Array.from(shares, (_, index) => index);
  const indexes = [...shares.keys()];
  const small = indexes.filter(index => (left[index] ?? 0) < 1);
  const large = indexes.filter(index => (left[index] ?? 0) >= 1);
  while (small.length > 0 && large.length > 0) {
    const low = small.pop() ?? 0;
    const high = large.at(-1) ?? 0;
    chance[low] = left[low] ?? 0;
    alias[low] = high;
    left[high] = (left[high] ?? 0) - (1 - (left[low] ?? 0));
    if ((left[high] ?? 0) < 1) small.push(large.pop() ?? 0);
  }
  return { chance, alias };
}
