/** What must hold of every run by inflation, whatever the policy: replayed by books kept apart. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tieRules } from '../../../sim/scheduler/ties.js';
import { policies } from '../policies/index.js';
import { gpuMilliOf, podClass, type PodShape, type Trace, type TraceNode } from '../trace/trace.js';
import { arrivalOrder } from './arrival-order.js';
import { inflate, type InflationEvent } from './inflation.js';

const models = ['A', 'B', 'C'];

const node = fc.record({
  cpuMilli: fc.integer({ min: 1, max: 32 }).map(cores => cores * 1000),
  memoryMib: fc.integer({ min: 1, max: 32 }).map(gib => gib * 1024),
  gpus: fc.integer({ min: 0, max: 8 }),
  model: fc.constantFrom(...models),
  podsMax: fc.integer({ min: 1, max: 20 }),
});

const shape: fc.Arbitrary<PodShape> = fc
  .record({
    cpuMilli: fc.integer({ min: 0, max: 8000 }),
    memoryMib: fc.integer({ min: 0, max: 8192 }),
    wish: fc.oneof(
      fc.constant([0, 0] as const),
      fc.integer({ min: 1, max: 1000 }).map(milli => [1, milli] as const),
      fc.integer({ min: 1, max: 8 }).map(gpus => [gpus, 1000] as const),
    ),
    models: fc.subarray(models).map(list => list.join('|')),
  })
  .map(({ wish: [gpus, gpuMilli], ...rest }) => ({ ...rest, gpus, gpuMilli }));

const trace: fc.Arbitrary<Trace> = fc
  .record({
    nodes: fc.array(node, { minLength: 1, maxLength: 8 }),
    pods: fc.array(shape, { minLength: 1, maxLength: 30 }),
  })
  .map(({ nodes, pods }) => ({
    name: 'any',
    nodes: nodes.map((one, index): TraceNode => ({ ...one, name: `n${index}` })),
    pods: pods.map((one, index) => ({ ...one, name: `p${index}`, namespace: '' })),
  }));

const setup = fc.record({
  policy: fc.constantFrom(...policies),
  ties: fc.constantFrom(...tieRules),
  seed: fc.integer({ min: 0, max: 1000 }),
  tune: fc.constantFrom(0.5, 1, 1.3),
});

/** What is left of a node, by our own reckoning. */
interface Book {
  readonly node: TraceNode;
  cpu: number;
  memory: number;
  pods: number;
  readonly gpus: number[];
}

function booksOf(nodes: readonly TraceNode[]): Book[] {
  return nodes.map(one => ({
    node: one,
    cpu: one.cpuMilli,
    memory: one.memoryMib,
    pods: one.podsMax ?? 1000,
    gpus: Array.from({ length: one.gpus }, () => 1000),
  }));
}

function hasRoom({ node: own, cpu, memory, pods, gpus }: Book, pod: PodShape): boolean {
  const isModel = pod.gpus === 0 || pod.models === '' || pod.models.split('|').includes(own.model);
  const fitting = gpus.filter(left => left >= pod.gpuMilli).length;
  return (
    isModel &&
    cpu >= pod.cpuMilli &&
    memory >= pod.memoryMib &&
    pods > 0 &&
    (pod.gpus === 0 || fitting >= pod.gpus)
  );
}

/** What is wrong with a decision, if anything; the books follow it. */
function problemOf(
  books: readonly Book[],
  pods: readonly PodShape[],
  event: InflationEvent,
): string | undefined {
  const pod = pods[event.podRow] as PodShape;
  const { placement } = event;
  if (placement === undefined) {
    if (books.some(book => hasRoom(book, pod))) return 'a pod failed that had room';
  } else {
    const book = books[placement.node] as Book;
    if (!hasRoom(book, pod)) return 'a pod was placed where it has no room';
    if (new Set(placement.gpus).size !== pod.gpus) return 'a pod got another number of GPUs';
    book.cpu -= pod.cpuMilli;
    book.memory -= pod.memoryMib;
    book.pods--;
    for (const gpu of placement.gpus) {
      book.gpus[gpu] = (book.gpus[gpu] ?? -1) - pod.gpuMilli;
      if ((book.gpus[gpu] ?? -1) < 0) return 'a GPU was given beyond its thousandths';
    }
  }
  const left = books.flatMap(({ gpus }) => gpus).reduce((sum, milli) => sum + milli, 0);
  const all = 1000 * books.reduce((sum, { node: own }) => sum + own.gpus, 0);
  if (event.unallocatedMilli !== left) return 'what is left is not what the books say';
  if (event.allocatedMilli !== all - left) return 'what is given is not what the books say';
  const { fragmentedMilli } = event;
  const isBounded = fragmentedMilli >= 0 && fragmentedMilli <= left + 1e-6;
  return isBounded ? undefined : `fragmentation ${fragmentedMilli} of ${left}`;
}

describe('a run by inflation', () => {
  it('keeps to what there is, refuses only what does not fit, and comes out alike again', () => {
    fc.assert(
      fc.property(trace, setup, ({ name, nodes, pods }, { policy, ties, seed, tune }) => {
        const own = { name, nodes, pods };
        const order = arrivalOrder(own, { seed, tune });
        const books = booksOf(nodes);
        const failed = { cpu: 0, share: 0, one: 0, multi: 0 };
        const result = inflate(own, {
          policy,
          order,
          ties,
          onEvent(event) {
            expect(problemOf(books, pods, event)).toBeUndefined();
            const pod = pods[event.podRow] as PodShape;
            if (event.placement === undefined) failed[podClass(pod)]++;
          },
        });
        expect(result.failed).toEqual(failed);
        expect(inflate(own, { policy, order, ties })).toEqual(result);
      }),
      { numRuns: 80 },
    );
  });

  it('asks for what it was tuned to, up to one pod', () => {
    fc.assert(
      fc.property(trace, setup, (own, { seed, tune }) => {
        const all = own.nodes.reduce((sum, { gpus }) => sum + 1000 * gpus, 0);
        const asks = (rows: readonly number[]): number =>
          rows.reduce((sum, row) => sum + gpuMilliOf(own.pods[row] as PodShape), 0);
        fc.pre(asks([...own.pods.keys()]) > 0);
        const { podRows, nodeRank } = arrivalOrder(own, { seed, tune });
        expect([...nodeRank].sort((a, b) => a - b)).toEqual([...own.nodes.keys()]);
        // The stop looks at what is asked of one GPU: a pod of eight goes at most seven beyond.
        expect(asks(podRows)).toBeLessThanOrEqual(tune * all + 7000);
      }),
      { numRuns: 100 },
    );
  });
});
