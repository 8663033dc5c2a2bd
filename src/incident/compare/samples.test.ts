/** The story of the samples, imported and replayed: the simulated history tells the same. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Journal } from '../../scenario/journal/reader.js';
import { RunJournal } from '../../scenario/journal/run-journal.js';
import { memoryShelf } from '../../scenario/journal/shelf.js';
import { loadScenario } from '../../scenario/scenario.js';
import { sail } from '../../scenario/voyage.js';
import { collect } from '../collect.js';
import { writeFolder } from '../folder/write-folder.js';
import { rebuild } from '../rebuild/incident.js';
import { closenessOf, type Closeness } from './closeness.js';
import type { Observed } from './observed.js';
import { readRecorded } from './recorded.js';
import { readSimulated } from './simulated.js';

const samples = '../shared/incident-samples';
const hasSamples = existsSync(samples);

describe.skipIf(!hasSamples)('the samples, replayed (skipped where ../shared is not there)', () => {
  const own = mkdtempSync(join(tmpdir(), 'seatrial-samples-'));
  const folder = join(own, 'incident');
  let simulated: Observed;
  let all: readonly Closeness[];

  beforeAll(async () => {
    const names = ['audit', 'kubectl-yaml', 'events-export', 'scheduler-log'];
    const collection = await collect(names.map(name => `${samples}/${name}`));
    const incident = rebuild(collection, 2026);
    await writeFolder(incident, collection, {
      folder,
      name: 'samples',
      isAnonymous: false,
      hasTest: false,
      force: false,
    });
    collection.writes.close();
    const shelf = memoryShelf();
    const journal = new RunJournal(shelf);
    await sail(loadScenario(join(folder, 'scenario.yaml')), {
      seed: 1,
      tell: () => undefined,
      journal,
    });
    const read = Journal.open(shelf);
    if (read === undefined) throw new Error('the run left a journal');
    const recorded = readRecorded(folder);
    const { fromMs, toMs } = recorded.observed;
    simulated = readSimulated(read, { fromMs, toMs, namespaces: recorded.namespaces });
    all = closenessOf(recorded, simulated);
  });

  afterAll(() => rmSync(own, { recursive: true, force: true }));

  const scoreOf = (kind: Closeness['kind']): number =>
    all.find(one => one.kind === kind)?.score ?? 0;

  it('sets the replicas back and forth, ten times within the fight, at the recorded times', () => {
    const steps = simulated.replicas.get('Deployment fraud/scorer') ?? [];
    const fight = steps.filter(
      ([atMs]) =>
        atMs >= Date.parse('2026-08-20T09:14:00Z') && atMs <= Date.parse('2026-08-20T09:28:00Z'),
    );
    expect(fight.map(([, value]) => value)).toEqual([3, 6, 3, 6, 3, 6, 3, 6, 3, 6]);
    expect(scoreOf('replicas')).toBeGreaterThan(0.99);
  });

  it('refuses pods of the job and of the scorer by the quota', () => {
    const workloads = new Set(simulated.refusals.map(({ workload }) => workload));
    expect([...workloads].sort()).toEqual(['retrain-fraud-0820', 'scorer']);
    expect(all.find(({ kind }) => kind === 'refusals')?.parted?.atMs).toBeUndefined();
  });

  it('lets the second pod of the training wait for a GPU for more than half an hour', () => {
    const waits = simulated.pods
      .filter(({ workload }) => workload === 'retrain-fraud-0820')
      .map(({ createdMs, boundMs = Infinity }) => (boundMs - createdMs) / 60_000);
    expect(Math.max(...waits)).toBeGreaterThan(30);
    expect(Math.max(...waits)).toBeLessThan(45);
    expect(scoreOf('waits')).toBeGreaterThan(0.9);
    expect(scoreOf('quota used')).toBeGreaterThan(0.8);
  });

  it('tells a likely reason wherever they part', () => {
    for (const { parted, reason } of all) expect(reason === undefined).toBe(parted === undefined);
  });
});
