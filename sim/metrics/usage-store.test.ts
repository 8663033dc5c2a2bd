import { expect, it } from 'vitest';
import { canonicalQuantity } from '../api/quantity.js';
import { Random } from '../engine/random.js';
import { nanosText, UsageStore, type NodeSample, type PodSample } from './usage-store.js';

it('writes nano-units as Kubernetes does', () => {
  const random = new Random(1);
  const nanos = [0, 1, 999, 1000, 1500, 1e6, 25e7, 1e9, 64e9, 1e12, 25e14, 1e18];
  for (let draw = 0; draw < 500; draw++) {
    nanos.push(random.integer(1e6) * 10 ** random.integer(10));
  }
  for (const each of nanos) {
    expect({ isOk: true, value: nanosText(each) }).toEqual(canonicalQuantity(`${each}n`));
  }
});

type Points = ReadonlyMap<string, PodSample>;

/** metrics-server's storage as upstream has it: each batch whole, and the one that precedes it. */
class WholeBatches {
  private last = new Map<string, Points>();
  private previous = new Map<string, Points>();

  constructor(private readonly resolutionMs: number) {}

  store(samples: readonly NodeSample[]): void {
    const batch = new Map<string, Points>();
    for (const { containers } of samples) {
      const ofNode = new Map<string, Map<string, PodSample>>();
      for (const point of containers) {
        const points = ofNode.get(point.pod) ?? new Map<string, PodSample>();
        ofNode.set(point.pod, points.set(point.container, point));
      }
      for (const [pod, points] of ofNode) batch.set(pod, points);
    }
    const previous = new Map<string, Points>();
    for (const [pod, points] of batch) {
      const found = new Map<string, PodSample>();
      for (const [container, point] of points) {
        const before = this.before(pod, point);
        if (before !== undefined) found.set(container, before);
      }
      if (found.size > 0) previous.set(pod, found);
    }
    this.last = batch;
    this.previous = previous;
  }

  private before(pod: string, point: PodSample): PodSample | undefined {
    const ageMs = point.timeMs - point.startedMs;
    if (ageMs >= 10_000 && ageMs < this.resolutionMs) {
      return { ...point, timeMs: point.startedMs, cpuNanoCoreSeconds: 0 };
    }
    const last = this.last.get(pod)?.get(point.container);
    if (last === undefined || point.startedMs >= last.timeMs) return undefined;
    if (point.timeMs > last.timeMs) return last;
    const previous = this.previous.get(pod)?.get(point.container);
    return previous !== undefined && previous.timeMs < point.timeMs ? previous : undefined;
  }

  /** The windows and the bytes of the containers that are measured; undefined: some are not. */
  pod(name: string): readonly unknown[] | undefined {
    const previous = this.previous.get(name);
    if (previous === undefined) return undefined;
    const found: unknown[] = [];
    for (const [container, point] of this.last.get(name) ?? []) {
      const before = previous.get(container);
      if (before === undefined) return undefined;
      const isReset =
        point.startedMs < before.startedMs || point.cpuNanoCoreSeconds < before.cpuNanoCoreSeconds;
      if (!isReset) found.push([container, point.memoryBytes, point.timeMs - before.timeMs]);
    }
    return found;
  }
}

function drawn(random: Random, nowMs: number): NodeSample[] {
  const nodes = ['a', 'b'].filter(() => random.float() < 0.8);
  return nodes.map(name => ({
    name,
    timeMs: nowMs,
    cpuNanoCoreSeconds: nowMs,
    memoryBytes: 1,
    containers: Array.from({ length: random.integer(5) }, () => {
      const startedMs = nowMs - random.integer(40_000);
      return {
        namespace: 'default',
        pod: `pod-${random.integer(3)}`,
        container: `main-${random.integer(2)}`,
        startedMs,
        timeMs: Math.max(startedMs, nowMs - random.integer(12_000)),
        cpuNanoCoreSeconds: random.integer(1000),
        memoryBytes: random.integer(4) * 1024,
      };
    }),
  }));
}

it('measures what a store of whole batches measures', () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = new Random(seed);
    const store = new UsageStore(15_000);
    const whole = new WholeBatches(15_000);
    for (let nowMs = 1e6; nowMs < 1e6 + 300_000; nowMs += 15_000) {
      const samples = drawn(random, nowMs);
      store.store(samples);
      whole.store(samples);
      for (const name of ['pod-0', 'pod-1', 'pod-2']) {
        const pod = store.pod('default', name);
        const expected = whole.pod(name);
        expect(pod?.containers.map(one => [one.name, memoryOf(one.usage.memory)])).toEqual(
          expected?.map(one => (one as readonly unknown[]).slice(0, 2)),
        );
        const windows = (expected ?? []).map(one => (one as readonly number[])[2]);
        expect([0, ...windows]).toContain(pod?.windowMs ?? 0);
      }
    }
  }
});

function memoryOf(text: string): number {
  return text.endsWith('Ki') ? Number.parseInt(text, 10) * 1024 : Number(text);
}
