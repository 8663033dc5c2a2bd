/** Streams of numbers, fed one at a time: where a detector warns and alarms, and what it then holds. */
import type { StreamDetector } from '../../../../src/drift/detector.js';
import { streamDetectorKinds } from '../../../../src/drift/streaming/index.js';
import { difference, type Case } from './case.js';

type Range = readonly [number, number];
type State = Readonly<Record<string, number | null>> & { readonly index: number };

interface StreamingCase {
  readonly id: string;
  readonly detector: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly stream: string;
  readonly expect: {
    readonly driftAt: readonly number[];
    readonly warningRanges: readonly Range[];
    readonly state: readonly State[];
  };
}

/** The file of streams. */
export interface StreamingFile {
  readonly streams: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly StreamingCase[];
}

/** Its cases. */
export function* streamingCases({ streams, cases }: StreamingFile): Iterable<Case> {
  for (const one of cases) {
    yield { id: one.id, replay: () => replay(one, streams[one.stream]) };
  }
}

function replay(one: StreamingCase, stream: readonly number[] | undefined): string | undefined {
  const kind = streamDetectorKinds.find(({ name }) => name === one.detector);
  if (kind === undefined) return `no detector ${one.detector}`;
  if (stream === undefined) return `no stream ${one.stream}`;
  const seen = feed(kind.create(inCamelCase(one.params)), stream, one.expect.state);
  return (
    difference(seen.driftAt, one.expect.driftAt, undefined, 'driftAt') ??
    difference(seen.warningRanges, one.expect.warningRanges, undefined, 'warningRanges') ??
    difference(seen.state, one.expect.state, undefined, 'state')
  );
}

/** A p-value of null was not exact where it was recorded: it is not compared. */
function feed(detector: StreamDetector, stream: readonly number[], states: readonly State[]) {
  const driftAt: number[] = [];
  const warningRanges: [number, number][] = [];
  const state: unknown[] = [];
  stream.forEach((value, index) => {
    if (detector.update(value) === 'drift') driftAt.push(index);
    if (detector.isWarning) {
      const last = warningRanges.at(-1);
      if (last?.[1] === index - 1) last[1] = index;
      else warningRanges.push([index, index]);
    }
    const expected = states.find(one => one.index === index);
    if (expected !== undefined) {
      const skipped = expected['pValue'] === null ? { pValue: null } : {};
      state.push({ index, ...detector.state(), ...skipped });
    }
  });
  return { driftAt, warningRanges, state };
}

/** The vectors name settings as river does. */
function inCamelCase(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(params).map(([name, value]) => [
    name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
