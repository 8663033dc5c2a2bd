import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { laws } from '../laws/index.js';
import type { VoyageEvent, VoyagePlan } from '../voyages/plan.js';
import { runPlan } from '../voyages/run-plan.js';
import { asks } from './asks.js';
import { accountWith, replicated, secretOf } from './manifests.js';
import { sceneOf } from './scene.js';

const place = (name: string) => ({ namespace: 'default', name });
const rbac = 'rbac.authorization.k8s.io';

const objects = [
  ...secretOf(place('shop')),
  replicated('Deployment', place('shop'), 1, {
    app: 'shop',
    cpu: '100m',
    gpus: 0,
    account: 'shop',
  }),
  ...accountWith(place('clerk'), { resource: `${rbac}/roles`, verbs: ['get', 'create'] }),
  ...accountWith(place('usher'), { resource: `${rbac}/rolebindings`, verbs: ['get', 'create'] }),
];
const cluster = { pools: [{ name: 'cpu', count: 1 }] };
const scene = sceneOf(cluster, objects);

describe('a scene', () => {
  it('knows who needs a secret, who writes rights, and who was given none', () => {
    const user = (name: string): string => `system:serviceaccount:default:${name}`;
    expect(scene.secrets).toEqual([{ user: user('shop'), ...place('shop') }]);
    expect(scene.makers).toEqual([
      { user: user('clerk'), ...place('clerk'), writes: 'roles' },
      { user: user('usher'), ...place('usher'), writes: 'rolebindings' },
    ]);
    expect(scene.strangers).toEqual([user('default')]);
  });
});

describe('what accounts ask for', () => {
  const happenings = fc.sample(asks(scene), { seed: 1, numRuns: 60 });
  const events = happenings.map((happening): VoyageEvent => ({ ...happening, afterMs: 1_000 }));
  const plan: VoyagePlan = { cluster, objects, events, seed: 0, settleMs: 10_000 };

  it('breaks no law, and gives those of access something to judge', async () => {
    const { verdicts, outcomes } = await runPlan(plan, { laws });
    const judged = ['forbidden-means-403', 'no-privilege-escalation', 'secrets-read-by-need'];
    const kinds = verdicts.filter(({ law }) => judged.includes(law)).map(({ kind }) => kind);
    expect(kinds).toEqual(['held', 'held', 'held']);
    expect(verdicts.filter(({ kind }) => kind === 'broken')).toEqual([]);
    const made = outcomes.filter(one => one.kind === 'access' && one.verb === 'create');
    const codes = made.filter(one => 'user' in one && /:(clerk|usher)$/.test(one.user));
    expect(new Set(codes.map(one => ('code' in one ? one.code : 0)))).toContain(201);
    expect(new Set(codes.map(one => ('code' in one ? one.code : 0)))).toContain(403);
  });
});
