import { expect, it } from 'vitest';
import { boot } from '../../index.js';
import type { HeardRequest } from './auditor.js';

const policy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  metadata: {},
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', users: ['kubernetes-admin', 'robot'] }],
};
const admin = { user: 'kubernetes-admin', groups: ['system:masters'] };
const robot = { user: 'robot', groups: ['system:authenticated'] };
const configMaps = '/api/v1/namespaces/default/configmaps';
const decided = 'authorization.k8s.io/decision';

interface Event {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly objectRef: { readonly namespace?: string; readonly name?: string };
  readonly responseStatus: { readonly code: number };
  readonly annotations: Readonly<Record<string, string>>;
}

function ofEvent(event: Event) {
  const { stage, verb, user, impersonatedUser, objectRef, responseStatus, annotations } = event;
  const { username } = impersonatedUser ?? user;
  const { namespace = '', name = '' } = objectRef;
  return [stage, verb, username, namespace, name, responseStatus.code, annotations[decided]];
}

function ofHeard({ stage, info, user, namespace, name, code, annotations }: HeardRequest) {
  return [stage, info.verb, user.name, namespace, name, code, annotations[decided]];
}

it('tells who wants no events what they would say', () => {
  const events: unknown[] = [];
  const heard: unknown[] = [];
  const onEvent = (event: object) => void events.push(ofEvent(event as Event));
  const onRequest = (request: HeardRequest) => void heard.push(ofHeard(request));
  for (const reader of [{ onEvent }, { onRequest }]) {
    const { serve } = boot({ seed: 1, nodes: [], audit: { policy, ...reader } });
    const ask = (as: typeof admin, method: 'GET' | 'POST', path: string, more: object = {}) =>
      serve({ method, path, ...more }, { certificate: as }, () => undefined);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    ask(admin, 'POST', configMaps, { body });
    ask(robot, 'GET', `${configMaps}/a`);
    ask(admin, 'GET', `${configMaps}/a`, { headers: { 'impersonate-user': 'robot' } });
  }
  expect(heard).toEqual(events);
  expect(heard.slice(-3)).toEqual([
    ['ResponseComplete', 'create', 'kubernetes-admin', 'default', 'a', 201, 'allow'],
    ['ResponseComplete', 'get', 'robot', 'default', 'a', 403, 'forbid'],
    ['ResponseComplete', 'get', 'robot', 'default', 'a', 403, 'forbid'],
  ]);
});
