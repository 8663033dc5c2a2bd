/** What budgets say of evictions, and what these write into budgets: as kube-apiserver 1.36.2 does. */
import { expect, it } from 'vitest';
import type { Condition, ManagedFieldsEntry } from '../../api/kinds/meta.js';
import { podDisruptionBudgets } from '../../api/kinds/policy.js';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const core = '/api/v1/namespaces/default';
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

interface Told {
  readonly details?: { readonly causes?: readonly { readonly message: string }[] };
  readonly metadata?: { readonly managedFields?: readonly ManagedFieldsEntry[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
  readonly message?: string;
}

/** A running pod and its budget of the status. */
function start(status: object) {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const send = (method: ApiRequest['method'], path: string, body?: object) => {
    let answer: ApiAnswer | undefined;
    const headers = {
      ...(method === 'PATCH' && { 'content-type': 'application/merge-patch+json' }),
    };
    const bytes = body && new TextEncoder().encode(JSON.stringify(body));
    serve({ method, path, headers, body: bytes }, connection, given => (answer = given));
    return { status: answer?.status, told: answer?.body as Told };
  };
  const labels = { app: 'a' };
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  send('POST', `${core}/serviceaccounts`, { metadata: { name: 'default' } });
  send('POST', `${core}/pods`, { metadata: { name: 'p', labels }, spec });
  send('PATCH', `${core}/pods/p/status`, {
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const budget = { metadata: { name: 'b' }, spec: { selector: { matchLabels: labels } } };
  send('POST', budgets, { ...budget, kind: podDisruptionBudgets.kind, apiVersion: 'policy/v1' });
  const sent = { observedGeneration: 1, expectedPods: 2, ...status };
  send('PATCH', `${budgets}/b/status?fieldManager=controller`, { status: sent });
  const evict = () =>
    send('POST', `${core}/pods/p/eviction`, {
      ...{ kind: 'Eviction', apiVersion: 'policy/v1', metadata: { name: 'p' } },
    });
  return { evict, budget: () => send('GET', `${budgets}/b`).told };
}

const healthy = { currentHealthy: 2, desiredHealthy: 1 };

it('takes the last disruption that a budget allows, and says in it that there are no more', () => {
  const { evict, budget } = start({ ...healthy, disruptionsAllowed: 1 });
  expect(evict().status).toBe(201);
  const { metadata, status } = budget();
  expect(status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { p: expect.any(String) } });
  expect(status?.conditions).toMatchObject([
    { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' },
  ]);
  const owners = metadata?.managedFields?.find(({ manager }) => manager === 'kube-apiserver');
  expect(owners).toMatchObject({ subresource: 'status', operation: 'Update' });
  const fields = owners?.fieldsV1 as Readonly<Record<string, object>> | undefined;
  const names = Object.keys(fields?.['f:status'] ?? {});
  expect(names).toEqual(['f:conditions', 'f:disruptedPods', 'f:disruptionsAllowed']);
});

it('leaves the conditions alone while a budget allows more', () => {
  const { evict, budget } = start({ ...healthy, disruptionsAllowed: 2 });
  expect(evict().status).toBe(201);
  expect(budget().status?.conditions).toBeUndefined();
});

it('tells the causes before when to ask again, in the order of a Status', () => {
  const { told } = start({ ...healthy, disruptionsAllowed: 0, observedGeneration: 0 }).evict();
  expect(Object.keys(told.details ?? {})).toEqual(['causes', 'retryAfterSeconds']);
});

it('repeats what the budget says of why nothing may be evicted', () => {
  const saying = (reason: string, numbers: object = healthy) => {
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const condition = { type: 'DisruptionAllowed', status: 'False', reason, lastTransitionTime };
    const conditions = [{ ...condition, message: 'why' }];
    const { told } = start({ disruptionsAllowed: 0, ...numbers, conditions }).evict();
    return told.details?.causes?.[0]?.message;
  };
  expect(saying('SyncFailed')).toBe(
    'The disruption budget b does not allow evicting pods currently because it failed sync: why',
  );
  expect(saying('Other')).toBe(
    'The disruption budget b does not allow evicting pods currently (Other): why',
  );
  expect(saying('Other', { currentHealthy: 1, desiredHealthy: 1 })).toBe(
    'The disruption budget b needs 1 healthy pods and has 1 currently',
  );
});

it('forbids evictions once too many are not confirmed', () => {
  const names = Array.from({ length: 2001 }, (_, index) => [`p${index}`, '2026-01-01T00:00:00Z']);
  const disruptedPods = Object.fromEntries(names) as Record<string, string>;
  const { status, told } = start({ ...healthy, disruptionsAllowed: 1, disruptedPods }).evict();
  expect(status).toBe(403);
  expect(told.message).toBe(
    'poddisruptionbudget.policy "b" is forbidden: DisruptedPods map too big - ' +
      'too many evictions not confirmed by PDB controller',
  );
});
