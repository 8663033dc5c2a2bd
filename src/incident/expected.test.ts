/** The samples of ../shared/incident-samples: each entry of their expected.json, from each source that can tell it. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { collect } from './collect.js';
import type { IncidentFacts, Stretch } from './contract.js';
import { factsOf, rebuild } from './rebuild/incident.js';

const folder = '../shared/incident-samples';
const hasSamples = existsSync(`${folder}/expected.json`);
const suite = hasSamples ? describe : (describe.skip as typeof describe).bind(undefined);

interface Expected {
  readonly window: readonly [string, string];
  readonly dumpTakenAt: string;
  readonly nodes: number;
  readonly gpus: number;
  readonly podsAtDump: readonly string[];
  readonly scorerReplicas: readonly Stretch<number>[];
  readonly quota: {
    readonly hard: readonly Stretch<number>[];
    readonly used: readonly Stretch<number>[];
  };
  readonly auditEvents: number;
  readonly audit403: number;
  readonly events: number;
  readonly eventsAtDump: number;
  readonly bindings: number;
  readonly schedulerLogLines: number;
  readonly findings: readonly Readonly<Record<string, unknown>>[];
}

async function factsFrom(paths: readonly string[]): Promise<IncidentFacts> {
  const collection = await collect(paths.map(path => `${folder}/${path}`));
  try {
    return factsOf(rebuild(collection, 2026), collection);
  } finally {
    collection.writes.close();
  }
}

suite(`the samples${hasSamples ? '' : ' (skipped: ../shared is not there)'}`, () => {
  const expected = hasSamples
    ? (JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Expected)
    : ({} as Expected);
  const cache = new Map<string, Promise<IncidentFacts>>();
  const facts = (...paths: string[]): Promise<IncidentFacts> => {
    const key = paths.join(' ');
    const known = cache.get(key) ?? factsFrom(paths);
    cache.set(key, known);
    return known;
  };
  afterAll(() => cache.clear());

  const scorer = ({ replicas }: IncidentFacts): readonly Stretch<number>[] | undefined =>
    Object.entries(replicas ?? {}).find(([name]) => name.endsWith('/scorer'))?.[1];
  const quota = ({ quotas }: IncidentFacts): Expected['quota'] | undefined => {
    const [resources] = Object.values(quotas ?? {});
    return Object.values(resources ?? {})[0];
  };
  const finding = (told: IncidentFacts, what: string) =>
    told.findings.find(each => each.what === what);
  /** Steps of a source that looks once a minute: each change at most so late, and none besides. */
  const nearly = (
    told: readonly Stretch<number>[] | undefined,
    wanted: readonly Stretch<number>[],
    lateMs = 60_000,
  ): void => {
    expect(told?.map(([, value]) => value)).toEqual(wanted.map(([, value]) => value));
    for (const [index, [at]] of wanted.entries()) {
      const late = Date.parse(told?.[index]?.[0] ?? '') - Date.parse(at);
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(lateMs);
    }
  };

  const dumps = ['kubectl-yaml', 'cluster-info-dump', 'must-gather', 'support-bundle'];
  it.each(dumps)('%s: nodes, GPUs, pods and events of the dump', async dump => {
    const told = await facts(dump);
    const { nodes, gpus, podsAtDump, eventsAtDump } = expected;
    expect(told).toMatchObject({ nodes, gpus, podsAtDump, eventsAtDump });
  });

  it.each(['kubectl-yaml', 'must-gather', 'support-bundle'])('%s: the quota then', async dump => {
    const at = Date.parse(expected.dumpTakenAt);
    const then = (steps: readonly Stretch<number>[]): number | undefined =>
      steps.findLast(([time]) => Date.parse(time) <= at)?.[1];
    const told = quota(await facts(dump));
    expect(told?.hard.at(-1)?.[1]).toBe(then(expected.quota.hard));
    expect(told?.used.at(-1)?.[1]).toBe(then(expected.quota.used));
  });

  it('when the dumps were taken: to the second where they tell, else within a minute', async () => {
    const exact = await facts('support-bundle');
    expect(exact.dumpTakenAt).toBe(expected.dumpTakenAt);
    for (const dump of dumps) {
      const { dumpTakenAt = '' } = await facts(dump);
      const off = Math.abs(Date.parse(dumpTakenAt) - Date.parse(expected.dumpTakenAt));
      expect(off).toBeLessThanOrEqual(60_000);
    }
  });

  it('the audit log: events, refusals, placements, replicas, both writers, the quota', async () => {
    const told = await facts('audit');
    const { auditEvents, audit403, bindings } = expected;
    expect(told).toMatchObject({ auditEvents, audit403, bindings });
    // It begins with its first write, and what was before is read out of it.
    expect(scorer(told)?.slice(1)).toEqual(expected.scorerReplicas.slice(1));
    expect(scorer(told)?.[0]?.[1]).toBe(expected.scorerReplicas[0]?.[1]);
    expect(quota(told)?.hard.map(([, value]) => value)).toEqual(
      expected.quota.hard.map(([, value]) => value),
    );
    // The end of a Job is no write that the policy logs: all but the last step.
    const used = expected.quota.used.slice(1, -1);
    expect(quota(told)?.used.slice(-used.length)).toEqual(used);
  });

  it.each([
    'prometheus/query_range',
    'prometheus/tsdb-dump.txt',
    'prometheus/tsdb-dump-openmetrics.txt',
  ])('%s: replicas and the quota, to its step', async path => {
    const told = await facts(path);
    expect(told.window).toEqual(expected.window);
    const series = scorer(told);
    if (series !== undefined) nearly(series, expected.scorerReplicas);
    const uses = quota(told);
    if (uses === undefined) return;
    nearly(uses.hard, expected.quota.hard);
    // The minute's step hides what came and went within it.
    expect(uses.used.at(-1)?.[1]).toBe(expected.quota.used.at(-1)?.[1]);
    expect(uses.used[0]).toEqual(expected.quota.used[0]);
  });

  it('query_range: GPUs by their devices', async () => {
    const told = await facts('prometheus/query_range');
    expect(told.gpus).toBe(expected.gpus);
  });

  it('the export of events: all of them, replicas, placements, the quota', async () => {
    const told = await facts('events-export');
    expect(told.events).toBe(expected.events);
    expect(told.bindings).toBe(expected.bindings);
    nearly(scorer(told)?.slice(1), expected.scorerReplicas.slice(1), 1000);
    // Its first event is the first change.
    expect(quota(told)?.used).toEqual(expected.quota.used.slice(1));
  });

  it('the log of the scheduler, in both forms', async () => {
    const text = await facts('scheduler-log/kube-scheduler.log');
    const { bindings, schedulerLogLines } = expected;
    expect(text).toMatchObject({ bindings, schedulerLogLines });
    const json = await facts('scheduler-log/kube-scheduler.json.log');
    expect(json.bindings).toBe(bindings);
    expect(await facts('scheduler-log')).toMatchObject({ bindings, schedulerLogLines });
  });

  it('the trace of SimKube: replicas', async () => {
    const told = await facts('simkube/incident.sktrace');
    expect(scorer(told)).toEqual(expected.scorerReplicas);
  });

  it('the scrapes: GPUs and their nodes', async () => {
    expect((await facts('metrics-scrapes')).gpus).toBe(expected.gpus);
  });

  const everything = (): Promise<IncidentFacts> => facts('');
  it('all at once: every number', async () => {
    const told = await everything();
    const { scorerReplicas, quota: uses, findings: _findings, ...numbers } = expected;
    expect(told).toMatchObject(numbers);
    expect(scorer(told)).toEqual(scorerReplicas);
    expect(quota(told)).toEqual(uses);
  });

  it('all at once: every finding', async () => {
    const told = await everything();
    for (const wanted of expected.findings) {
      const found = finding(told, String(wanted['what']));
      const flat = { ...found, ...found?.facts };
      expect(flat).toMatchObject(wanted);
    }
  });
});
