/**
 * The order in which the pods of a trace arrive, and in which equal nodes are taken: as the published
 * experiment drew them from one seed, with Go's generator.
 */
import { GoRandom } from '../go/go-random.js';
import { capacityMilli, gpuMilliOf, type Trace, type TracePod } from '../trace/trace.js';

/** An order of arrival. */
export interface ArrivalOrder {
  readonly seed: number;
  /** Rows of the pods, in the order of arrival; a row may come more than once. */
  readonly podRows: readonly number[];
  /** The rank of each node, by row: equal scores go to the smallest. */
  readonly nodeRank: readonly number[];
}

/** Draws that the authors' process loses between tuning and ranking (its ten informers, each with one). */
const drawsLost = 10;

/**
 * The order of a seed, tuned so that the pods ask for `tune` times what the cluster has.
 *
 * Pods are sorted by name and shuffled; then pods drawn from the trace are added until the next would be
 * too much (counting what it asks of one GPU), or drawn ones are left out until it is not too much.
 */
export function arrivalOrder(
  { nodes, pods }: Trace,
  { seed, tune }: { readonly seed: number; readonly tune: number },
): ArrivalOrder {
  const random = new GoRandom(seed);
  random.skip(1);
  const original = sortedRows(pods);
  const rows = [...original];
  random.shuffle(rows);
  tuned(rows, { original, pods, targetMilli: tune * capacityMilli(nodes), random });
  random.skip(drawsLost);
  const permutation = random.permutation(nodes.length);
  const nodeRank: number[] = [];
  for (const [place, row] of sortedRows(nodes).entries()) nodeRank[row] = permutation[place] ?? 0;
  return { seed, podRows: rows, nodeRank };
}

function tuned(
  rows: number[],
  {
    original,
    pods,
    targetMilli,
    random,
  }: {
    readonly original: readonly number[];
    readonly pods: readonly TracePod[];
    readonly targetMilli: number;
    readonly random: GoRandom;
  },
): void {
  const podAt = (row: number | undefined): TracePod => pods[row ?? 0] as TracePod;
  let requested = rows.reduce((total, row) => total + gpuMilliOf(podAt(row)), 0);
  // Without pods that want GPUs no number of them would come near the target.
  if (requested === 0) return;
  while (requested > targetMilli) {
    const [removed] = rows.splice(random.intn(rows.length), 1);
    requested -= gpuMilliOf(podAt(removed));
  }
  if (rows.length < original.length) return;
  for (;;) {
    const row = original[random.intn(original.length)] ?? 0;
    if (requested + podAt(row).gpuMilli > targetMilli) return;
    rows.push(row);
    requested += gpuMilliOf(podAt(row));
  }
}

/** The rows in the order of their names. */
function sortedRows(items: readonly { readonly name: string }[]): number[] {
  const name = (row: number): string => items[row]?.name ?? '';
  return items.map((_, row) => row).sort((a, b) => (name(a) < name(b) ? -1 : 1));
}
