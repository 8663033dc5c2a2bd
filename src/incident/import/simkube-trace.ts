/**
 * A trace of SimKube (`skctl export`), version 2: what owners of pods there were over time, and how
 * long their pods ran.
 *
 * @see https://simkube.dev, sk-store/src/trace.rs
 */
import type { KubeObject } from '../../../sim/api/object.js';
import { wholeBytes } from '../intake/lines.js';
import { PackedError, plain, unpack, type Packed, type PackedMap } from '../intake/msgpack.js';
import type { Format, InputFile, Sink, Source } from './format.js';

/** A map of a few keys, the first of which is the text `version`. */
function isTrace({ head }: InputFile): boolean {
  const [first = 0] = head;
  if (first < 0x80 || first > 0x8f) return false;
  return Buffer.from(head.subarray(1, 9)).toString('latin1') === '\xa7version';
}

/** The format. */
export const simkubeTrace: Format = {
  name: 'SimKube trace',
  gives: 'owners of pods over time, and when their pods ran',
  lacks: ['nodes, quotas, metrics', "pods' own names", 'everything that was not tracked'],
  recognises: isTrace,
  async read(file, sink) {
    const bytes = await wholeBytes(file, sink);
    if (bytes === undefined) return;
    const source = { file: file.path };
    try {
      const trace = unpack(bytes);
      if (!(trace instanceof Map)) return sink.problem(source, 'no trace of SimKube; left out');
      tell(trace as PackedMap, source, sink);
    } catch (error) {
      if (!(error instanceof PackedError)) throw error;
      sink.problem(source, `the trace cannot be decoded: ${error.message}; left out`);
    }
  },
};

function tell(trace: PackedMap, source: Source, sink: Sink): void {
  const version = trace.get('version');
  if (version !== 2) {
    return sink.problem(source, `a trace of version ${String(version)}; only 2 is known, left out`);
  }
  const events = trace.get('events');
  for (const event of Array.isArray(events) ? (events as readonly Packed[]) : []) {
    const { ts, applied_objs, deleted_objs } = plain(event) as {
      readonly ts?: number;
      readonly applied_objs?: readonly KubeObject[];
      readonly deleted_objs?: readonly KubeObject[];
    };
    if (typeof ts !== 'number') {
      sink.problem(source, 'an event of the trace without a time; left out');
      continue;
    }
    const atMs = ts * 1000;
    sink.covers(atMs, atMs);
    sink.step({ atMs, applied: applied_objs ?? [], deleted: deleted_objs ?? [], source });
  }
  const lives = trace.get('pod_lifecycles');
  if (lives instanceof Map) tellLives(lives as PackedMap, sink);
}

function tellLives(lives: PackedMap, sink: Sink): void {
  for (const [key, byHash] of lives) {
    const [kind, name] = Array.isArray(key) ? (key as readonly Packed[]) : [];
    if (typeof kind !== 'string' || typeof name !== 'string' || !(byHash instanceof Map)) continue;
    const owner = `${kind.slice(kind.lastIndexOf('.') + 1)} ${name}`;
    for (const runs of (byHash as PackedMap).values()) {
      for (const run of Array.isArray(runs) ? (runs as readonly Packed[]) : []) {
        const { Running, Finished } = plain(run) as {
          readonly Running?: number;
          readonly Finished?: readonly [number, number];
        };
        if (Running !== undefined) sink.run({ owner, startMs: Running * 1000 });
        if (Finished !== undefined) {
          sink.run({ owner, startMs: Finished[0] * 1000, endMs: Finished[1] * 1000 });
        }
      }
    }
  }
}
