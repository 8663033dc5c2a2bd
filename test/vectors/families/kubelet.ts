/** The kubelet's vectors: what a real one wrote into pods and events, case by case. */
import type { CaseResult, ReplayOptions, VectorFamily } from '../family.js';
import { readLines, vectorFiles } from '../files.js';
import type { KubeletCase } from '../kubelet/case.js';
import { difference } from '../kubelet/compare.js';
import { nodeDifference, type NodeVector } from '../kubelet/node-case.js';
import { play } from '../kubelet/play.js';

/** How many seeds are tried: where the real one's runs differ by chance, one history must be among ours. */
const seedsMax = 6;

/** Groups that are replayed otherwise, or not at all, and why. */
const skipped: Readonly<Record<string, string>> = {
  latency: 'measured distributions are an input of the simulation',
  static: 'static pods are not simulated',
};

/** Cases whose recording is particular to its machine, as the README says. */
const particular: Readonly<Record<string, string>> = {
  'node-heartbeat': 'statistics: the periods are the timings of the simulation',
  'resize-memory-below-use':
    'on cgroup v1 usage is read as 0; on v2, which is simulated, it is real',
};

/** The family. */
export const kubelet: VectorFamily = {
  name: 'kubelet',
  *replay(folder, options) {
    for (const path of vectorFiles(folder, '.jsonl')) {
      for (const vector of readLines<KubeletCase>(path)) yield* replayed(vector, options);
    }
  },
};

function* replayed(vector: KubeletCase, { id }: ReplayOptions): Iterable<CaseResult> {
  if (id !== undefined && !id.test(`${vector.group}/${vector.id}`)) return;
  const why = skipped[vector.group] ?? particular[vector.id];
  yield why === undefined ? resultOf(vector) : { id: vector.id, result: 'skipped', reason: why };
}

function resultOf(vector: KubeletCase): CaseResult {
  let reason: string | undefined;
  for (let seed = 1; seed <= seedsMax; seed++) {
    const found = seedDifference(vector, seed);
    if (found === undefined) return { id: vector.id, result: 'passed' };
    reason ??= found;
  }
  return { id: vector.id, result: 'failed', ...(reason !== undefined && { reason }) };
}

function seedDifference(vector: KubeletCase, seed: number): string | undefined {
  try {
    if (vector.group === 'node') return nodeDifference(vector as NodeVector, seed);
    return difference(vector, play(vector, seed));
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
  }
}
