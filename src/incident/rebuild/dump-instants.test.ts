import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import type { TimedWrite } from '../import/format.js';
import { dumpInstants } from './dump-instants.js';
import { DumpTimes } from './dump-time.js';
import { Known } from './known.js';

const atMs = (second: number): number => Date.UTC(2026, 0, 1) + second * 1000;

function pod(name: string, revision: number, second = 0): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'a',
      name,
      uid: name,
      resourceVersion: String(revision),
      creationTimestamp: new Date(atMs(second)).toISOString(),
    },
  };
}

function write(verb: string, name: string, second: number, revision?: number): TimedWrite {
  return {
    at: new Date(atMs(second)).toISOString(),
    atMs: atMs(second),
    user: 'u',
    actor: 'person',
    verb,
    apiVersion: 'v1',
    resource: 'pods',
    namespace: 'a',
    name,
    status: 200,
    source: `log:${second}`,
    ...(revision !== undefined && { revision }),
  };
}

/** The moments of dumps, by name, beside a log. */
function instants(
  dumps: Readonly<Record<string, readonly KubeObject[]>>,
  log: readonly TimedWrite[],
  written: Readonly<Record<string, number>> = {},
) {
  const known = new Known();
  for (const [dump, objects] of Object.entries(dumps)) {
    for (const object of objects) known.add({ object, dump, source: { file: dump } });
  }
  const evidence = new DumpTimes(known.all());
  for (const each of log) evidence.look(each);
  return dumpInstants({
    known: known.all(),
    events: [],
    told: new Map(),
    written: new Map(Object.entries(written)),
    evidence,
    lastMs: log.at(-1)?.atMs ?? -Infinity,
  }).map(({ atMs: ms, by, dumps: names }) => [(ms - atMs(0)) / 1000, by, [...names].sort()]);
}

describe('the moments of dumps', () => {
  it('are held apart by a log: after what a dump shows, before what it does not', () => {
    const log = [
      write('update', 'p', 100, 20),
      write('create', 'q', 110, 30),
      write('update', 'p', 200, 40),
      write('update', 'p', 300, 50),
    ];
    const dumps = {
      before: [pod('p', 10, 5)],
      middle: [pod('p', 40, 5), pod('q', 30, 110)],
      after: [pod('p', 50, 5), pod('q', 30, 110)],
    };
    expect(instants(dumps, log)).toEqual([
      [5, 'newest time', ['before']],
      [215, 'log', ['middle']],
      [315, 'log', ['after']],
    ]);
  });

  it('are not told by a write that changes nothing, nor by what came and went after', () => {
    const log = [
      write('create', 'q', 100, 20),
      write('delete', 'q', 110),
      // Answered with the revision that was there.
      write('patch', 'p', 120, 10),
      write('update', 'p', 130, 30),
    ];
    expect(instants({ before: [pod('p', 10, 5)] }, log)).toEqual([[5, 'newest time', ['before']]]);
  });

  it('are not told by what is written of something after it was deleted', () => {
    const log = [
      write('create', 'q', 100, 20),
      write('delete', 'q', 200, 30),
      write('patch', 'q', 201, 31),
      write('update', 'p', 300, 40),
    ];
    const file = { after: atMs(310) };
    expect(instants({ after: [pod('p', 40, 5)] }, log, file)).toEqual([[310, 'log', ['after']]]);
  });

  it('are one where several files show one state, and each has the time of its file if that can be', () => {
    const dumps = { pods: [pod('p', 10, 5)], more: [pod('p', 10, 5), pod('q', 11, 9)] };
    const near = { pods: atMs(12), more: atMs(12) };
    expect(instants(dumps, [])).toEqual([[9, 'newest time', ['more', 'pods']]]);
    expect(instants(dumps, [], near)).toEqual([[12, 'file', ['more', 'pods']]]);
    // Copied a day later.
    const copied = { pods: atMs(86_400), more: atMs(86_400) };
    expect(instants(dumps, [], copied)).toEqual([[9, 'newest time', ['more', 'pods']]]);
  });
});
