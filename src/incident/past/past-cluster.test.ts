import { beforeAll, describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../../sim/api/request.js';
import { Journal } from '../../scenario/journal/reader.js';
import { RunJournal } from '../../scenario/journal/run-journal.js';
import { memoryShelf } from '../../scenario/journal/shelf.js';
import type { VoyagePlan } from '../../voyages/plan.js';
import { instantOf } from './instant-of.js';
import { openablePlan, openFollowed, openPast, type OpenedRun } from './open-run.js';

/** A Deployment that is scaled up a minute after all has settled. */
const plan: VoyagePlan = {
  cluster: { pools: [{ name: 'cpu', count: 1, cpu: '8', memory: '32Gi' }], hasMetrics: true },
  objects: [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'main', image: 'nginx' }] },
        },
      },
    },
  ],
  events: [
    {
      afterMs: 60_000,
      kind: 'scale',
      target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' },
      replicas: 3,
    },
  ],
  seed: 7,
  settleMs: 60_000,
};
const run = openablePlan('a voyage', plan);

function ask(
  { serve }: OpenedRun,
  method: 'GET' | 'DELETE' | 'POST',
  path: string,
  body?: unknown,
) {
  return new Promise<ApiAnswer>(resolve => {
    serve({ method, path, ...(body !== undefined && { body }) }, admin, resolve);
  });
}

const admin = { certificate: { user: 'kubernetes-admin', groups: ['system:masters'] } };

async function podsOf(opened: OpenedRun): Promise<readonly string[]> {
  const { body } = await ask(opened, 'GET', '/api/v1/namespaces/default/pods');
  const { items } = body as { items: readonly { metadata: { uid: string } }[] };
  return items.map(({ metadata }) => metadata.uid).sort();
}

describe('the record of a run', () => {
  it('plays no more once nobody looks at it, or the process would stay to its end', async () => {
    const opened = await openPast(run, 'start');
    opened.steering.resume(1);
    await opened.end();
    expect(opened.steering.pace.isPaused).toBe(true);
  });

  let opened: OpenedRun;

  beforeAll(async () => {
    opened = await openPast(run, 'end');
  });

  it('answers for the instant, and for others', async () => {
    expect(await podsOf(opened)).toHaveLength(3);
    await opened.steering.rewind(90_000);
    expect(await podsOf(opened)).toHaveLength(1);
    await opened.steering.forward(600_000);
    expect(await podsOf(opened)).toHaveLength(3);
  });

  it('stops where an expression begins to hold', async () => {
    await opened.steering.rewind(90_000);
    const sought = { namespace: 'default', withinMs: 600_000 };
    const { steering } = opened;
    expect(await steering.until('deployment/web .status.readyReplicas >= 3', sought)).toBe(true);
    const { body } = await ask(opened, 'GET', '/apis/apps/v1/namespaces/default/deployments/web');
    expect(body).toMatchObject({ status: { readyReplicas: 3 } });
    await steering.rewind(90_000);
    expect(await steering.until('pods objects.size() > 1', sought)).toBe(true);
    expect(await podsOf(opened)).toHaveLength(2);
    expect(await steering.until('pod/nobody exists', sought)).toBe(false);
    await expect(steering.until('deploymint/web exists', sought)).rejects.toThrow(
      `the server doesn't have a resource type "deploymint"`,
    );
  });

  it('cannot be changed, but asked', async () => {
    const refused = await ask(opened, 'DELETE', '/api/v1/namespaces/default/pods/x');
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ reason: 'Forbidden' });
    const review = await ask(
      opened,
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
      },
    );
    expect(review.status).toBe(201);
    const usage = await ask(opened, 'GET', '/apis/metrics.k8s.io/v1beta1/nodes');
    expect(usage.status).toBe(200);
  });

  it('tells watches what comes, and ends them when it goes back', async () => {
    await opened.steering.rewind(600_000);
    await opened.steering.forward(30_000);
    const told: string[] = [];
    const { stream } = await ask(opened, 'GET', '/api/v1/namespaces/default/pods?watch=true');
    stream?.start({
      item: event => void told.push((event as { type: string }).type),
      end: () => void told.push('end'),
    });
    await opened.steering.forward(600_000);
    expect(told.filter(type => type === 'ADDED').length).toBeGreaterThanOrEqual(2);
    await opened.steering.rewind(60_000);
    expect(told.at(-1)).toBe('end');
  });
});

describe('steps forward and back', () => {
  it('come to what is opened at the instant', async () => {
    const shelf = memoryShelf();
    const { cluster, drive } = await run.source()({
      tell: () => undefined,
      journal: new RunJournal(shelf),
    });
    await drive();
    await cluster[Symbol.asyncDispose]();
    const journal = Journal.open(shelf);
    const kept = { ...run, ...(journal !== undefined && { journal }) };
    const stepped = await openPast(kept, '+1m');
    const { steering } = stepped;
    const startMs = steering.now() - 60_000;
    for (const second of [90, 75, 150, 80, 62, 30, 20, 45, 5, 200, 10]) {
      const byMs = startMs + second * 1000 - steering.now();
      await (byMs > 0 ? steering.forward(byMs) : steering.rewind(-byMs));
      const opened = await openPast(kept, new Date(steering.now()).toISOString());
      for (const path of ['/api/v1/pods', '/api/v1/events', '/apis/apps/v1/replicasets']) {
        const [is, was] = await Promise.all([ask(stepped, 'GET', path), ask(opened, 'GET', path)]);
        const items = ({ body }: typeof is) => (body as { items: unknown[] }).items;
        expect(items(is)).toEqual(items(was));
      }
    }
  });
});

describe('a run that goes on', () => {
  it('is the recorded one at the instant, can be changed, and gone back in', async () => {
    const past = await openPast(run, '+1m30s');
    const opened = await openFollowed(run, {
      at: '+1m30s',
      speed: 1,
      isPaused: true,
      tell: () => undefined,
    });
    expect(opened.steering.now()).toBe(past.steering.now());
    expect(await podsOf(opened)).toEqual(await podsOf(past));
    const path = '/apis/apps/v1/namespaces/default/deployments/web';
    expect((await ask(opened, 'DELETE', path)).status).toBe(200);
    await opened.steering.forward(120_000);
    expect(await podsOf(opened)).toHaveLength(0);
    await opened.steering.rewind(120_000);
    expect(await podsOf(opened)).toEqual(await podsOf(past));
    const sought = { namespace: 'default', withinMs: 600_000 };
    expect(await opened.steering.until('deployment/web .spec.replicas == 3', sought)).toBe(true);
    // After the run it may be served for days, and remembers no more than etcd does.
    await opened.steering.forward(3_600_000);
    const [first] = opened.simulated?.().simulation.server.history() ?? [];
    expect(first?.timeMs).toBeGreaterThanOrEqual(opened.steering.now() - 600_000);
    await opened.end();
  });
});

describe('instants', () => {
  const span = {
    startMs: Date.parse('2026-08-20T08:55:00Z'),
    endMs: Date.parse('2026-08-21T10:55:00Z'),
  };

  it.each([
    ['09:27', '2026-08-20T09:27:00.000Z'],
    ['08:00:30', '2026-08-21T08:00:30.000Z'],
    ['+1h12m', '2026-08-20T10:07:00.000Z'],
    ['2026-08-20T11:27:00+02:00', '2026-08-20T09:27:00.000Z'],
    ['start', '2026-08-20T08:55:00.000Z'],
    ['end', '2026-08-21T10:55:00.000Z'],
  ])('%s', (text, expected) => {
    expect(new Date(instantOf(text, span)).toISOString()).toBe(expected);
  });

  it('outside of the run, or none, are refused', () => {
    expect(() => instantOf('+3d', span)).toThrow('not a duration');
    expect(() => instantOf('2026-08-22T00:00:00Z', span)).toThrow('is not in the run');
    expect(() => instantOf('noon', span)).toThrow('"noon" is no instant');
    expect(() => instantOf('25:10', span)).toThrow('"25:10" is no instant');
    expect(() => instantOf('09:75', span)).toThrow('"09:75" is no instant');
  });
});
