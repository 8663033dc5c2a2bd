/** How namespaces go that are deleted with a propagation policy. */
import { expect, it } from 'vitest';
import type { Namespace } from '../../api/kinds/core.js';
import { boot } from '../../index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
const path = '/api/v1/namespaces/n';

function cluster() {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const ask = (method: 'GET' | 'POST' | 'DELETE', at: string, body?: object) => {
    let told: unknown;
    let status = 0;
    serve({ method, path: at, ...(body && { body }) }, admin, answer => {
      told = answer.body;
      status = answer.status;
    });
    return { status, told: told as Namespace };
  };
  ask('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
  ask('POST', `${path}/configmaps`, { metadata: { name: 'c' } });
  return { ask, wait: () => loop.runUntil(loop.now() + 60_000) };
}

it.each([
  ['Foreground', ['foregroundDeletion']],
  ['Orphan', ['orphan']],
  ['Background', undefined],
])('notes the policy %s in the finalizers, and goes with all that it holds', (policy, expected) => {
  const { ask, wait } = cluster();
  const { told } = ask('DELETE', path, { propagationPolicy: policy });
  expect(told.metadata.finalizers).toEqual(expected);
  expect(told.status?.phase).toBe('Terminating');
  wait();
  expect(ask('GET', path).status).toBe(404);
});
