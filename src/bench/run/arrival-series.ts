/** How allocation and fragmentation went while the workload arrived, per cent by per cent. */

/** A value for each percentage of arrival, from 0; NaN where nothing arrived. */
export interface Series {
  /** Allocated GPU thousandths, in % of all. */
  readonly allocated: readonly number[];
  /** Fragmented GPU thousandths, in % of all. */
  readonly fragmentedOfTotal: readonly number[];
  /** Fragmented GPU thousandths, in % of those not allocated. */
  readonly fragmentedOfFree: readonly number[];
}

/** How things stand after an arrival. */
export interface ArrivalState {
  /** GPU thousandths of all pods so far, placed or failed. */
  readonly arrivedMilli: number;
  readonly allocatedMilli: number;
  readonly fragmentedMilli: number;
}

interface Bucket {
  events: number;
  allocated: number;
  fragmented: number;
  ratio: number;
}

/** Gathers the states in buckets of one per cent, as the published tables do. */
export class ArrivalSeries {
  private readonly buckets: Bucket[] = [];

  constructor(private readonly capacityMilli: number) {}

  /** Adds the state after an arrival. */
  add({ arrivedMilli, allocatedMilli, fragmentedMilli }: ArrivalState): void {
    const { capacityMilli } = this;
    if (capacityMilli === 0) return;
    const place = roundHalfEven((100 * arrivedMilli) / capacityMilli);
    while (this.buckets.length <= place) {
      this.buckets.push({ events: 0, allocated: 0, fragmented: 0, ratio: 0 });
    }
    const bucket = this.buckets[place];
    if (bucket === undefined) return;
    const free = capacityMilli - allocatedMilli;
    bucket.events++;
    bucket.allocated += roundTo((100 * allocatedMilli) / capacityMilli, 2);
    bucket.fragmented += fragmentedMilli;
    bucket.ratio += free === 0 ? 0 : roundTo((100 * fragmentedMilli) / free, 2);
  }

  /** The means of the buckets; an empty one takes what its neighbours have. */
  finished(): Series {
    const { capacityMilli, buckets } = this;
    const mean = (of: (bucket: Bucket) => number): number[] =>
      buckets.map((bucket, place) => {
        const own = bucket.events > 0 ? [bucket] : around(buckets, place);
        const events = own.reduce((sum, one) => sum + one.events, 0);
        return own.reduce((sum, one) => sum + of(one), 0) / events;
      });
    return {
      allocated: mean(({ allocated }) => allocated).map(value => roundTo(value, 2)),
      fragmentedOfTotal: mean(({ fragmented }) => fragmented).map(value =>
        roundTo((100 * value) / capacityMilli, 2),
      ),
      fragmentedOfFree: mean(({ ratio }) => ratio).map(value => roundTo(value, 4)),
    };
  }
}

/** The neighbours of an empty bucket, farther ones where those are empty too. */
function around(buckets: readonly Bucket[], place: number): Bucket[] {
  for (let distance = 1; distance < buckets.length; distance++) {
    const near = [buckets[place - distance], buckets[place + distance]];
    const found = near.flatMap(bucket => (bucket !== undefined && bucket.events > 0 ? bucket : []));
    if (found.length > 0) return found;
  }
  return [];
}

/** Halves go to the even neighbour, as numpy and Python round. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function roundTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  return roundHalfEven(value * scale) / scale;
}
