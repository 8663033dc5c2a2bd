/** A simulated cluster is recorded as a real one is, imported and replayed: the same must come out. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../backends/sim.js';
import { simulationOptions } from '../backends/sim-options.js';
import { Journal } from '../scenario/journal/reader.js';
import { RunJournal } from '../scenario/journal/run-journal.js';
import { memoryShelf } from '../scenario/journal/shelf.js';
import { loadScenario } from '../scenario/scenario.js';
import { sail } from '../scenario/voyage.js';
import { collect } from './collect.js';
import { finalObjects } from './compare/final-objects.js';
import { readObjects } from './compare/recorded.js';
import { writeFolder } from './folder/write-folder.js';
import { rebuild } from './rebuild/incident.js';

const own = mkdtempSync(join(tmpdir(), 'seatrial-round-trip-'));
afterAll(() => rmSync(own, { recursive: true, force: true }));

const dumped = [
  ['/api/v1', 'pods services resourcequotas configmaps nodes namespaces endpoints'],
  ['/apis/apps/v1', 'deployments replicasets statefulsets controllerrevisions'],
  ['/apis/batch/v1', 'jobs'],
  ['/apis/discovery.k8s.io/v1', 'endpointslices'],
] as const;

async function dump(cluster: SimulatedCluster): Promise<string> {
  const items: KubeObject[] = [];
  for (const [root, resources] of dumped) {
    for (const resource of resources.split(' ')) {
      const { body } = await cluster.request({ method: 'GET', path: `${root}/${resource}` });
      const list = body as { apiVersion: string; kind: string; items: KubeObject[] };
      const type = { apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') };
      items.push(...list.items.map(item => ({ ...type, ...item })));
    }
  }
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

const alice = { user: 'alice', groups: ['system:masters', 'system:authenticated'] };
const bob = { user: 'bob', groups: ['system:authenticated'] };
const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] },
});
const deployment = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template('web') },
});

/** What people did: taken and refused, whole and in parts. */
async function story(cluster: SimulatedCluster, halfway: () => Promise<void>): Promise<void> {
  const ask = (
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    { body, as = alice, type }: { body?: unknown; as?: typeof alice; type?: string } = {},
  ) =>
    cluster.request(
      {
        method,
        path,
        headers: { 'content-type': type ?? 'application/json', accept: 'application/json' },
        ...(body !== undefined && { body }),
      },
      as,
    );
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  await ask('POST', '/api/v1/namespaces', { body: namespace });
  await ask('POST', '/api/v1/namespaces', { body: namespace });
  await cluster.advance('2s');
  const at = '/apis/apps/v1/namespaces/shop';
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { 'requests.cpu': '4' } },
  };
  await ask('POST', '/api/v1/namespaces/shop/resourcequotas', { body: quota });
  await ask('POST', `${at}/deployments`, { body: deployment(3) });
  await cluster.advance('10s');
  await ask('DELETE', `${at}/deployments/web`, { as: bob });
  await ask('DELETE', `${at}/deployments/web?dryRun=All`);
  await ask('PATCH', `${at}/deployments/web/scale`, {
    type: 'application/merge-patch+json',
    body: { spec: { replicas: 5 } },
  });
  await cluster.advance('30s');
  await halfway();
  await ask('PATCH', '/api/v1/namespaces/shop/resourcequotas/q', {
    type: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/spec/hard/requests.cpu', value: '9' }],
  });
  await cluster.advance('40s');
  await ask('POST', '/apis/batch/v1/namespaces/shop/jobs', {
    body: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { generateName: 'train-' },
      spec: {
        completions: 2,
        template: { ...template('t'), spec: { ...template('t').spec, restartPolicy: 'Never' } },
      },
    },
  });
  await ask('PATCH', `${at}/deployments/web?fieldManager=argocd&force=true`, {
    type: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { tier: 'front' } },
      spec: { template: { metadata: { annotations: { sync: '1' } } } },
    },
  });
  await cluster.advance('60s');
}

async function imported(folder: string): Promise<string> {
  const collection = await collect([folder]);
  const incident = rebuild(collection, 2026);
  const target = `${folder}-imported`;
  const options = { name: 'round-trip', isAnonymous: false, hasTest: false, force: false };
  await writeFolder(incident, collection, { ...options, folder: target });
  collection.writes.close();
  return target;
}

function recordedStart(folder: string): string {
  const text = readFileSync(join(folder, 'recorded/facts.json'), 'utf8');
  return (JSON.parse(text) as { readonly start: string }).start;
}

async function sailed(folder: string): Promise<{ journal: Journal; lines: string[] }> {
  const shelf = memoryShelf();
  const lines: string[] = [];
  await sail(loadScenario(join(folder, 'scenario.yaml')), {
    seed: 5,
    tell: line => void lines.push(line),
    journal: new RunJournal(shelf),
  });
  const journal = Journal.open(shelf);
  if (journal === undefined) throw new Error('the run left a journal');
  return { journal, lines };
}

describe('a recorded cluster', () => {
  const log = join(own, 'log');
  const dumps = join(own, 'dumps');
  const partway = join(own, 'partway');
  const late = join(own, 'late');

  beforeAll(async () => {
    mkdirSync(log);
    mkdirSync(dumps);
    mkdirSync(partway);
    mkdirSync(late);
    const audit: string[] = [];
    const policy = {
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      metadata: {},
      omitStages: ['RequestReceived'],
      rules: [{ level: 'None', verbs: ['get', 'list', 'watch'] }, { level: 'RequestResponse' }],
    };
    await using cluster = await bootSimulatedCluster({
      ...simulationOptions({ seed: 11, operators: [] }),
      audit: { policy, onEvent: event => void audit.push(JSON.stringify(event)) },
    });
    let half = 0;
    await story(cluster, async () => {
      writeFileSync(join(partway, 'half.json'), await dump(cluster));
      half = audit.length;
    });
    const text = await dump(cluster);
    writeFileSync(join(log, 'audit.log'), audit.map(line => `${line}\n`).join(''));
    writeFileSync(join(log, 'all.json'), text);
    writeFileSync(join(dumps, 'all.json'), text);
    const rest = audit.slice(half).map(line => `${line}\n`);
    writeFileSync(join(partway, 'audit.log'), rest.join(''));
    writeFileSync(join(partway, 'end.json'), text);
    writeFileSync(join(late, 'audit.log'), rest.join(''));
    writeFileSync(join(late, 'end.json'), text);
  });

  it('comes out the same when the writes of people are replayed', async () => {
    const folder = await imported(log);
    const { journal, lines } = await sailed(folder);
    const { objects, strangers } = finalObjects(readObjects(folder), journal);
    expect(objects.filter(({ differences }) => differences?.length !== 0)).toEqual([]);
    expect(objects.length).toBeGreaterThan(10);
    expect(strangers).toEqual([]);
    expect(objects.every(({ conditions }) => `${conditions?.was}` === `${conditions?.is}`)).toBe(
      true,
    );
    const told = lines.filter(line => / (replay|refused|parts) /.test(line)).join('\n');
    expect(told).toContain('create namespaces shop: refused as then, with 409');
    expect(told).toContain('bob: delete deployments shop/web: refused as then, with 403');
    // What kubeadm asked for before the nodes were there is of another boot.
    expect(told).not.toMatch(/ {2}parts +(alice|bob)/);
    // A dry run is none of the writes.
    expect(told).not.toContain('alice: delete deployments');
  });

  it('comes out the same from a log that begins part-way, with a dump before it and one after', async () => {
    const folder = await imported(partway);
    const { journal } = await sailed(folder);
    const recorded = readObjects(folder);
    const { objects, strangers } = finalObjects(recorded, journal);
    expect(new Set(recorded.map(({ at }) => at)).size).toBe(1);
    expect(objects.filter(({ differences }) => differences?.length !== 0)).toEqual([]);
    expect(objects.length).toBeGreaterThan(10);
    expect(strangers).toEqual([]);
    const web = journal
      .at(journal.startMs + 20_000)
      .objects.get('deployments.apps')
      ?.get('shop/web');
    expect(web).toMatchObject({ spec: { replicas: 5 }, status: { replicas: 4 } });
  });

  it('comes out the same from a log that begins part-way, with a dump of its end alone', async () => {
    const folder = await imported(late);
    const { journal } = await sailed(folder);
    const recorded = readObjects(folder);
    const { objects, strangers } = finalObjects(recorded, journal);
    expect(objects.filter(({ differences }) => differences?.length !== 0)).toEqual([]);
    expect(objects.length).toBeGreaterThan(10);
    expect(strangers).toEqual([]);
    expect(readFileSync(join(folder, 'IMPORT.md'), 'utf8')).toMatch(
      /state at the beginning \| rebuilt from the log's first sight of [1-9]\d* objects, [1-9]\d* as in the dump of /,
    );
    // What somebody changed after the beginning was not yet so then.
    const { objects: first } = journal.at(Date.parse(recordedStart(folder)));
    expect(first.get('resourcequotas')?.get('shop/q')).toMatchObject({
      spec: { hard: { 'requests.cpu': '4' } },
    });
    expect(first.get('deployments.apps')?.get('shop/web')).toMatchObject({
      metadata: { generation: 2 },
      status: { replicas: 4 },
    });
  });

  it.each([
    ['Request', 1],
    // Without bodies the last change of each object is inferred, and those before are lost.
    ['Metadata', 0.7],
  ] as const)('keeps what a log of level %s tells', async (level, least) => {
    const folder = join(own, level);
    cpSync(partway, folder, { recursive: true });
    const file = join(folder, 'audit.log');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const kept = lines.map(line => {
      const {
        responseObject: _answer,
        requestObject,
        ...event
      } = JSON.parse(line) as {
        readonly responseObject?: unknown;
        readonly requestObject?: unknown;
      };
      return `${JSON.stringify({ ...event, level, ...(level === 'Request' && { requestObject }) })}\n`;
    });
    writeFileSync(file, kept.join(''));
    const target = await imported(folder);
    const { journal } = await sailed(target);
    const { objects } = finalObjects(readObjects(target), journal);
    const equal = objects.filter(({ differences }) => differences?.length === 0);
    expect(equal.length / objects.length).toBeGreaterThanOrEqual(least);
  });

  it('goes on from its dump as it was: nobody makes a pod again, kubelets keep theirs', async () => {
    const folder = await imported(dumps);
    const { journal } = await sailed(folder);
    const recorded = readObjects(folder);
    const last = journal.at(journal.endMs);
    for (const { object } of recorded) {
      if (object.kind !== 'Pod') continue;
      const { namespace = '', name = '', uid } = object.metadata;
      const is = last.objects.get('pods')?.get(`${namespace}/${name}`);
      expect(is).toMatchObject({ metadata: { uid } });
    }
    const { objects, strangers } = finalObjects(
      recorded.map(each => ({ ...each, at: new Date(journal.endMs).toISOString() })),
      journal,
    );
    expect(strangers).toEqual([]);
    expect(objects.filter(({ differences }) => differences?.length !== 0)).toEqual([]);
  });
});
