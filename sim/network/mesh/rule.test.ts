import { describe, expect, it } from 'vitest';
import { factsOf } from './facts.js';
import type { Action, AuthorizationRule, Condition, Source } from './kinds.js';
import type { MeshRequest, Workload } from './request.js';
import { compileRule } from './rule.js';

const workload = (namespace: string, name: string, ip: string): Workload => ({
  name,
  namespace,
  serviceAccount: name,
  labels: {},
  hasSidecar: true,
  ip,
});
const client = workload('shop', 'web', '10.0.1.1');
const server = workload('models', 'model', '10.0.2.1');

/** Whether a rule matches, or why it has no effect. */
function matches(
  rule: AuthorizationRule,
  request: Partial<MeshRequest> = {},
  {
    action = 'ALLOW',
    principal = 'td/ns/shop/sa/web',
  }: { action?: Action; principal?: string } = {},
): boolean | string {
  const { protocol = 'http' } = request;
  const trustDomains = ['td', 'old'];
  const compiled = compileRule(rule, action, { namespace: 'shop', trustDomains, protocol });
  if (compiled.kind !== 'ready') return compiled.kind;
  const asked = { protocol, port: 8080, servicePort: 80, ...request };
  const connection = { kind: 'open', principal: principal || undefined } as const;
  const path = request.path ?? '/';
  return compiled.matches(factsOf(asked, { client, server }, { connection, path }));
}

const by = (source: Source) => matches({ from: [{ source }] });
const when = (condition: Condition, request: Partial<MeshRequest> = {}) =>
  matches({ when: [condition] }, request);

describe('sources', () => {
  it('are known by their certificates, by all names of the mesh', () => {
    expect(by({ principals: ['old/ns/shop/sa/web'] })).toBe(true);
    expect(by({ principals: ['spiffe://td/ns/shop/sa/web'] })).toBe(false);
    expect(by({ serviceAccounts: ['web'] })).toBe(true);
    expect(by({ serviceAccounts: ['other/web'] })).toBe(false);
    expect(by({ namespaces: ['s*p'] })).toBe(true);
    expect(by({ namespaces: ['s.op'] })).toBe(false);
    expect(by({ trustDomains: ['old'] })).toBe(true);
    expect(by({ notTrustDomains: ['t*'] })).toBe(false);
  });

  it('have an address by the connection, and one by what proxies say', () => {
    expect(by({ ipBlocks: ['10.0.1.0/24'] })).toBe(true);
    expect(by({ ipBlocks: ['10.0.1'] })).toBe('without-effect');
    const remote = { from: [{ source: { remoteIpBlocks: ['203.0.113.0/24'] } }] };
    expect(matches(remote, { headers: { 'X-Forwarded-For': '10.9.9.9, 203.0.113.4' } })).toBe(true);
    expect(matches(remote, { remoteIp: '203.0.113.9' })).toBe(true);
    expect(matches(remote)).toBe(false);
  });
});

describe('conditions', () => {
  it('look at headers, the authority among them', () => {
    const header = (name: string, value: string, headers: Record<string, string>) =>
      when({ key: `request.headers[${name}]`, values: [value] }, { headers, host: 'model' });
    expect(header('X-A', '1*', { 'x-a': '12' })).toBe(true);
    expect(header('x-a', '*', { 'x-a': '' })).toBe(true);
    expect(header('x-a', '*', {})).toBe(false);
    expect(header('host', 'model', {})).toBe(true);
    expect(when({ key: 'request.headers', values: ['a'] })).toBe('without-effect');
  });

  it('look at the connection', () => {
    const sni = 'outbound_.80_._.model.models.svc.cluster.local';
    expect(when({ key: 'connection.sni', values: [sni] })).toBe(true);
    expect(when({ key: 'destination.ip', notValues: ['10.0.2.1'] })).toBe(false);
    expect(when({ key: 'destination.port', values: ['80'] })).toBe(false);
    expect(when({ key: 'source.color', values: ['red'] })).toBe('unknown-attribute');
    expect(when({ key: 'experimental.envoy.filters.a[b]', notValues: ['c'] })).toBe(true);
  });
});

it('what refuses leaves out what it cannot match', () => {
  const rule = { to: [{ operation: { ports: ['8080', 'http'], methods: ['GET'] } }] };
  const tcp = { protocol: 'tcp' } as const;
  expect(matches(rule, tcp)).toBe('without-effect');
  expect(matches(rule, tcp, { action: 'DENY' })).toBe(true);
  expect(matches(rule, { ...tcp, port: 9090 }, { action: 'DENY' })).toBe(false);
});

it('nobody is in any namespace, and so in none that is named', () => {
  const nobody = { principal: '' };
  expect(matches({ from: [{ source: { namespaces: ['*'] } }] }, {}, nobody)).toBe(false);
  expect(matches({ from: [{ source: { notNamespaces: ['*'] } }] }, {}, nobody)).toBe(true);
  expect(matches({}, {}, nobody)).toBe(true);
});
