/** What waits where it arrived, because nobody acts on it, is in the cache for whoever looks, whatever the weather does. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { configMaps, type ConfigMap } from './api/kinds/core.js';
import type { Serve, StreamSink } from './api/request.js';
import type { Connect, Transport, WatchSink } from './client/contract.js';
import { Informer } from './client/informer.js';
import { Loop } from './engine/loop.js';
import { Random } from './engine/random.js';
import { inProcessConnect } from './in-process.js';
import { Weather } from './weather.js';
import type { WatchTrouble } from './weathered-stream.js';

const latencies = { requestMs: 1, answerMs: 2, watchMs: 2 };
const identity = { user: 'system:kube-controller-manager', groups: [] };

type Turn =
  | { readonly what: 'write'; readonly name: string; readonly text: string }
  | { readonly what: 'read' | 'listen' | 'cut' | WatchTrouble['mode'] };

/** A server that has two objects, and tells of what is written to them. */
function server(clock: Loop) {
  const sinks = new Set<StreamSink>();
  const live = new Map<string, ConfigMap>();
  let version = 1;
  const write = (name: string, text: string): void => {
    const metadata = { namespace: 'default', name, uid: name, resourceVersion: `${++version}` };
    const object = { metadata, data: { text } };
    const type = live.has(name) ? 'MODIFIED' : 'ADDED';
    live.set(name, object);
    for (const sink of sinks) sink.item({ type, object });
  };
  for (const name of ['a', 'b']) write(name, '');
  const start = (sink: StreamSink): (() => void) => {
    for (const object of live.values()) sink.item({ type: 'ADDED', object });
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const metadata = { resourceVersion: `${version}`, annotations };
    sink.item({ type: 'BOOKMARK', object: { metadata } });
    sinks.add(sink);
    return () => void sinks.delete(sink);
  };
  const serve: Serve = (_request, _connection, done) => {
    done({ status: 200, headers: {}, body: undefined, stream: { start } });
  };
  return { write, connect: inProcessConnect(serve, clock, latencies) };
}

/** A manager that looks at what it watches, and listens to what its texts become. */
function manager(clock: Loop, connect: Connect, mayWait: boolean, interleaving = 0) {
  let waited = 0;
  const watching = (inner: Transport): Transport => ({
    send: inner.send.bind(inner),
    watch: (request, { event, end, lateIfWaiting }) => {
      const heard: WatchSink = { event, end };
      if (!mayWait) return inner.watch(request, heard);
      const counted: WatchSink['lateIfWaiting'] = (each, arrived) => {
        const lateMs = lateIfWaiting?.(each, arrived);
        waited += lateMs === undefined ? 0 : 1;
        return lateMs;
      };
      return inner.watch(request, { ...heard, lateIfWaiting: counted });
    },
  });
  const weather = new Weather(clock, interleaving);
  const transport = weather.around('manager', who => watching(connect(who)))(identity);
  const tools = { clock, random: new Random(1), transport, label: 'manager' };
  const informer = new Informer<ConfigMap>({ kind: configMaps }, tools);
  const told: unknown[] = [];
  informer.onChange(
    ({ type, object, old }) => {
      if (old?.data?.['text'] !== object.data?.['text']) told.push([type, textOf(object)]);
    },
    (object, old) => object.data?.['text'] === old.data?.['text'],
  );
  informer.start();
  return { informer, told, way: weather.way('manager'), waited: () => waited };
}

const textOf = ({ metadata, data }: ConfigMap) => `${metadata.name}=${data?.['text']}`;

/** What those see who look at the cache, and those who listen; and how much waited. */
function lived(turns: readonly Turn[], mayWait: boolean) {
  const clock = new Loop();
  const { write, connect } = server(clock);
  const { informer, told, way, waited } = manager(clock, connect, mayWait);
  let atMs = clock.now() + 20.25;
  for (const turn of turns) {
    // What is told while something is on its way travels with it: so writes keep their distance.
    clock.runUntil((atMs += turn.what === 'write' ? 2.25 : 0.75));
    if (turn.what === 'write') write(turn.name, turn.text);
    else if (turn.what === 'read') {
      told.push([informer.version, informer.cache.list().map(textOf)]);
    } else if (turn.what === 'listen') {
      informer.onChange(({ object }) => told.push(['heard', clock.now(), textOf(object)]));
    } else if (turn.what === 'cut') way.cut(7.1);
    else way.watchTrouble({ mode: turn.what }, 7.1);
  }
  clock.runUntil(atMs + 60_000);
  told.push([informer.version, informer.cache.list().map(textOf)]);
  return { told, waited: waited() };
}

const writes = fc.record({
  what: fc.constant('write' as const),
  name: fc.constantFrom('a', 'b'),
  text: fc.constantFrom('', '', '', 'x'),
});
const others = fc.record({
  what: fc.constantFrom('read', 'read', 'listen', 'cut', 'stale', 'lost', 'replayed'),
});

it('is seen as if it had been told at once', () => {
  const turns = fc.array(fc.oneof({ weight: 3, arbitrary: writes }, others), { maxLength: 30 });
  fc.assert(
    fc.property(turns, given => {
      const { told } = lived(given as readonly Turn[], true);
      expect(told).toEqual(lived(given as readonly Turn[], false).told);
    }),
    { numRuns: 300, seed: 20261126 },
  );
});

it('does wait', () => {
  const again: Turn = { what: 'write', name: 'a', text: '' };
  const { told, waited } = lived([again, again, { what: 'read' }, again], true);
  expect(waited).toBe(3);
  expect(told.at(-1)).toEqual(['6', ['a=', 'b=']]);
});

/** What was written and what was seen in rough weather: texts that nobody listens to, and those that somebody does. */
function seenInRough(interleaving: number, turns: readonly Turn[]) {
  const clock = new Loop();
  const { write, connect } = server(clock);
  const { informer, told, waited } = manager(clock, connect, true, interleaving);
  const startMs = clock.now() + 1000.25;
  clock.runUntil(startMs);
  const written: { readonly atMs: number; readonly version: number }[] = [];
  const seen: { readonly atMs: number; readonly version: number }[] = [];
  let version = 3;
  let atMs = startMs;
  for (const turn of turns) {
    clock.runUntil((atMs += 7));
    if (turn.what === 'write') {
      write(turn.name, turn.text);
      written.push({ atMs, version: ++version });
    } else if (turn.what === 'read') {
      seen.push({ atMs, version: Number(informer.version) });
    }
  }
  clock.runUntil(atMs + 60_000);
  return { written, seen, told, waited: waited(), end: [informer.version, version] };
}

const latestLagMs = 250;

it('is late in rough weather, and never out of order', () => {
  const reads = fc.record({ what: fc.constant('read' as const) });
  const turns = fc.array(fc.oneof({ weight: 2, arbitrary: writes }, reads), { maxLength: 60 });
  let waitedInAll = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), turns, (interleaving, given) => {
      const { written, seen, told, waited, end } = seenInRough(interleaving, given);
      waitedInAll += waited;
      let before = 0;
      for (const { atMs, version } of seen) {
        expect(version).toBeGreaterThanOrEqual(before);
        before = version;
        const sent = written.filter(one => one.atMs <= atMs).length;
        const arrived = written.filter(one => one.atMs + 2 + latestLagMs <= atMs).length;
        expect(version - 3).toBeLessThanOrEqual(sent);
        expect(version - 3).toBeGreaterThanOrEqual(arrived);
      }
      expect(end).toEqual([String(3 + written.length), 3 + written.length]);
      expect(told).toEqual(changesOf(given));
    }),
    { numRuns: 200, seed: 20261126 },
  );
  expect(waitedInAll).toBeGreaterThan(300);
});

/** What a listener hears of: each change of a text, in the order in which they were written. */
function changesOf(turns: readonly Turn[]): readonly unknown[] {
  const texts = new Map([
    ['a', ''],
    ['b', ''],
  ]);
  const changes: unknown[] = [
    ['added', 'a='],
    ['added', 'b='],
  ];
  for (const turn of turns) {
    if (turn.what !== 'write' || texts.get(turn.name) === turn.text) continue;
    texts.set(turn.name, turn.text);
    changes.push(['updated', `${turn.name}=${turn.text}`]);
  }
  return changes;
}
