/**
 * What it costs to keep and to open the record of a day-long run with 10,000 pods. The cluster is really
 * started; the day after is made from its objects: every node's status each five minutes, and pods that
 * are replaced, all 10,000 in the day, each in the five writes that a pod's life has.
 * `npx tsx test/bench/journal.ts` tells sizes and times once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../sim/api/object.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { PastCluster } from '../../src/incident/past/past-cluster.js';
import { Journal } from '../../src/scenario/journal/reader.js';
import { RunJournal } from '../../src/scenario/journal/run-journal.js';
import { folderShelf } from '../../src/scenario/journal/shelf.js';
import type { Benchmark } from './benchmark.js';
import { gpuDeployment, gpuNodes } from './cluster.js';

const pods = 10_000;
const dayMs = 86_400_000;
const heartbeatMs = 300_000;

/** Keeps the record of the day in a folder; returns how many changes that were. */
async function recordDay(folder: string): Promise<number> {
  const journal = new RunJournal(folderShelf(() => folder));
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(200, 50),
    onLog: journal.log,
  });
  await cluster.apply([gpuDeployment(pods)]);
  await cluster.advance('20m');
  const live = new Map<string, HistoryEntry>();
  let count = 0;
  const observe = (entry: HistoryEntry): void => {
    journal.observe(entry);
    count++;
  };
  for await (const entry of cluster.history()) {
    observe(entry);
    live.set(`${entry.resource} ${entry.object.metadata.name ?? ''}`, entry);
  }
  await journal.caughtUp(cluster);
  const last = [...live.values()];
  const nodes = last.filter(({ resource }) => resource === 'nodes');
  const running = last.filter(({ resource, type }) => resource === 'pods' && type !== 'DELETED');
  const events = last.filter(({ resource, type }) => resource === 'events' && type !== 'DELETED');
  let revision = cluster.simulation.server.revision();
  let replaced = 0;
  const startMs = cluster.now();
  for (let timeMs = startMs; timeMs < startMs + dayMs; timeMs += heartbeatMs) {
    for (const entry of nodes) observe(beat(entry, { timeMs, revision: ++revision }));
    const due = Math.floor(((timeMs - startMs) / dayMs) * running.length);
    for (; replaced < due; replaced++) {
      const pod = running[replaced] as HistoryEntry;
      const [created, ended] = lifeOf(pod, { timeMs, revision });
      revision += 5;
      for (const entry of created) observe(entry);
      observe(ended);
    }
    // Events live for an hour.
    if (timeMs - startMs >= 3_600_000) {
      for (const event of events.splice(0)) {
        observe({ ...event, type: 'DELETED', timeMs, revision: ++revision });
      }
    }
    journal.keep(timeMs);
  }
  journal.keep(startMs + dayMs, { isLast: true });
  return count;
}

interface At {
  readonly timeMs: number;
  readonly revision: number;
}

function beat(entry: HistoryEntry, at: At): HistoryEntry {
  const status = entry.object['status'] as { conditions?: readonly object[] };
  const conditions = status.conditions?.map(condition => {
    return { ...condition, lastHeartbeatTime: new Date(at.timeMs).toISOString() };
  });
  return { ...entry, ...at, type: 'MODIFIED', object: stamped(entry.object, at, { conditions }) };
}

/** A pod is made, bound, started and ready under another name; the one before it goes. */
function lifeOf(pod: HistoryEntry, { timeMs, revision }: At): [HistoryEntry[], HistoryEntry] {
  const name = `${pod.object.metadata.name ?? ''}-next`;
  const { spec } = pod.object as KubeObject & { readonly spec: object };
  const versions = [
    { spec: { ...spec, nodeName: undefined }, status: { phase: 'Pending' } },
    { spec, status: { phase: 'Pending' } },
    { spec, status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True' }] } },
    { spec, status: pod.object['status'] },
  ];
  const created = versions.map((version, index): HistoryEntry => {
    const at = { timeMs: timeMs + index * 100, revision: revision + index + 1 };
    const { metadata } = stamped(pod.object, at);
    const object = { ...pod.object, ...version, metadata: { ...metadata, name } } as KubeObject;
    return { ...pod, ...at, type: index === 0 ? 'ADDED' : 'MODIFIED', object };
  });
  return [created, { ...pod, type: 'DELETED', timeMs: timeMs + 500, revision: revision + 5 }];
}

function stamped(object: KubeObject, { revision }: At, status: object = {}): KubeObject {
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(revision) },
    status: { ...(object['status'] as object), ...status },
  };
}

/** The record is made once for all benchmarks of a process. */
let recorded: Promise<{ readonly journal: Journal; readonly changes: number }> | undefined;

function day(): Promise<{ readonly journal: Journal; readonly changes: number }> {
  recorded ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seatrial-journal-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const changes = await recordDay(folder);
    const journal = Journal.open(folderShelf(() => folder));
    if (journal === undefined) throw new Error('the day left a record');
    return { journal, changes };
  })();
  return recorded;
}

/** Shares of the day, in no order. */
const instants = [0.97, 0.2, 0.55, 0.8, 0.34];

async function cluster(share: number): Promise<{ readonly at: PastCluster; readonly ms: number }> {
  const { journal } = await day();
  const ms = journal.endMs - journal.startMs;
  return { at: new PastCluster(journal, journal.startMs + share * ms), ms };
}

/** The record of a day. */
export const journalBenchmarks: readonly Benchmark[] = [
  {
    name: 'instants of a day with 10,000 pods opened',
    unit: 'instants',
    async run() {
      for (const share of instants) await cluster(share);
      return instants.length;
    },
  },
  {
    name: 'steps of an hour forward through that day',
    unit: 'steps',
    async run() {
      const { at } = await cluster(0.2);
      for (let step = 0; step < 5; step++) await at.forward(3_600_000);
      return 5;
    },
  },
  {
    name: 'steps of an hour back through that day',
    unit: 'steps',
    async run() {
      const { at } = await cluster(0.8);
      for (let step = 0; step < 5; step++) await at.rewind(3_600_000);
      return 5;
    },
  },
];

/** Tells sizes and times once. */
async function main(): Promise<void> {
  const cpuMs = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  let since = cpuMs();
  const lap = (what: string): void => {
    console.log(`${what}: ${(cpuMs() - since).toFixed(0)} ms of CPU`);
    since = cpuMs();
  };
  const { changes } = await day();
  lap(`started and recorded, ${changes} changes`);
  for (const share of instants) {
    const { at } = await cluster(share);
    lap(`opened ${new Date(at.now()).toISOString()}`);
    const { body } = await at.ask({ method: 'GET', path: '/api/v1/pods' });
    lap(`listed ${(body as { items: readonly unknown[] }).items.length} pods`);
  }
  const { at } = await cluster(0.5);
  lap('opened');
  for (const minutes of [5, 30, 120]) {
    for (const time of ['', ' again']) {
      await at.forward(minutes * 60_000);
      lap(`${minutes} minutes forward${time}`);
      await at.rewind(minutes * 60_000);
      lap(`${minutes} minutes back${time}`);
    }
  }
  // From an instant that was opened: nothing before it was gone through.
  for (const minutes of [5, 30, 120]) {
    const { at: opened } = await cluster(0.5);
    lap('opened');
    await opened.rewind(minutes * 60_000);
    lap(`${minutes} minutes back at once`);
  }
}

if (process.argv[1]?.endsWith('journal.ts') === true) await main();
