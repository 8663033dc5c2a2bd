import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { KubeObject } from '../../../sim/api/object.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import { bootSimulatedCluster } from '../../backends/sim.js';
import { simulationOptions } from '../../backends/sim-options.js';
import { deltaOf, patched } from './delta.js';
import { Journal } from './reader.js';
import { RunJournal } from './run-journal.js';
import { memoryShelf } from './shelf.js';

describe('deltas', () => {
  const json = fc.jsonValue({ maxDepth: 4 });

  it('turn the old version into the new one', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const delta = deltaOf(before, after);
        const sent = delta === undefined ? undefined : JSON.parse(JSON.stringify(delta));
        const made = sent === undefined ? before : patched(before, sent);
        expect(made).toEqual(JSON.parse(JSON.stringify(after)));
      }),
    );
  });

  it('hold only what changed', () => {
    const before = {
      metadata: { name: 'a' },
      status: { conditions: [{ t: 'A' }, { t: 'B', n: 1 }] },
    };
    const after = { ...before, status: { conditions: [{ t: 'A' }, { t: 'B', n: 2 }] } };
    expect(deltaOf(before, after)).toEqual({
      s: { status: { s: { conditions: { i: { 1: { s: { n: [2] } } }, n: 2 } } } },
    });
  });
});

describe('the journal of a run', () => {
  const shelf = memoryShelf();
  let history: readonly HistoryEntry[];
  let journal: Journal;

  beforeAll(async () => {
    const kept = new RunJournal(shelf);
    await using cluster = await bootSimulatedCluster({
      ...simulationOptions({ seed: 1, operators: [] }),
      onLog: kept.log,
    });
    await cluster.apply([deployment(3)]);
    await cluster.advance('5m');
    await cluster.apply([deployment(1)]);
    await cluster.advance('5m');
    history = [];
    for await (const entry of cluster.history()) {
      kept.observe(entry);
      history = [...history, entry];
    }
    await kept.caughtUp(cluster);
    kept.keep(cluster.now(), { isLast: true });
    const opened = Journal.open(shelf);
    if (opened === undefined) throw new Error('there is a journal');
    journal = opened;
  });

  it('gives back every instant as it was, whatever way it is gone', () => {
    const { startMs, endMs } = journal;
    const walked = journal.at(startMs);
    for (const share of [0.1, 0.3, 0.3, 0.55, 0.9, 1]) {
      const atMs = startMs + share * (endMs - startMs);
      for (const _ of journal.forward(walked, atMs));
      const expected = stateAt(history, atMs);
      expect(shown(journal.at(atMs).entries())).toEqual(shown(expected));
      expect(shown(walked.entries())).toEqual(shown(expected));
    }
  });

  it('goes back as it came', () => {
    const { startMs, endMs } = journal;
    const walked = journal.at(endMs);
    for (const share of [0.9, 0.55, 0.3, 0.3, 0.1]) {
      const atMs = startMs + share * (endMs - startMs);
      expect(journal.back(walked, atMs)).toBe(true);
      expect(shown(walked.entries())).toEqual(shown(stateAt(history, atMs)));
    }
    for (const _ of journal.forward(walked, endMs));
    expect(shown(walked.entries())).toEqual(shown(stateAt(history, endMs)));
    expect(journal.back(walked, startMs - 1)).toBe(false);
  });

  it('knows what was used and what containers wrote', () => {
    const { usage, objects } = journal.at(journal.endMs + 1e6);
    expect(Object.keys(usage.nodes).length).toBeGreaterThan(0);
    expect(objects.get('pods')?.size).toBeGreaterThan(0);
  });

  it('leaves out a torn end, and says where a part is damaged', () => {
    const torn = { ...shelf, text: () => `${shelf.text('index') ?? ''}{"of":"cha` };
    expect(Journal.open(torn)?.endMs).toBe(journal.endMs);
    const cut: typeof shelf = { ...shelf, read: () => new Uint8Array([1, 2, 3]) };
    expect(() => Journal.open(cut)?.at(journal.endMs)).toThrow('the journal is damaged at 20');
  });
});

function deployment(replicas: number): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'nginx' }] },
      },
    },
  } as KubeObject;
}

/** The state by the history itself; a lease stands as it came. */
function stateAt(history: readonly HistoryEntry[], atMs: number): readonly HistoryEntry[] {
  const state = new Map<string, HistoryEntry>();
  for (const entry of history) {
    if (entry.timeMs > atMs) break;
    const key = `${entry.resource} ${entry.object.metadata.namespace ?? ''}/${entry.object.metadata.name ?? ''}`;
    if (entry.type === 'DELETED') state.delete(key);
    else state.set(key, entry);
  }
  return [...state.values()].sort((a, b) => a.revision - b.revision);
}

function shown(entries: readonly HistoryEntry[]): readonly unknown[] {
  return entries
    .filter(({ resource }) => !resource.startsWith('leases'))
    .map(({ resource, object }) => [resource, JSON.parse(JSON.stringify(object))]);
}
