import { describe, expect, it } from 'vitest';
import { judge, type MeshVerdict } from './judge.js';
import type { AuthorizationPolicySpec, MeshObject } from './kinds.js';
import { defaultMesh, type MeshRequest, type MeshSettings, type Workload } from './request.js';

const workload = (namespace: string, name: string, more: Partial<Workload> = {}): Workload => ({
  name,
  namespace,
  serviceAccount: name,
  labels: { app: name },
  hasSidecar: true,
  ip: '10.0.0.1',
  ...more,
});
const shop = workload('shop', 'web', { ip: '10.0.1.1' });
const model = workload('models', 'model', { ip: '10.0.2.1' });
const outsider = workload('old', 'cron', { ip: '10.0.3.1', hasSidecar: false });
const score: MeshRequest = {
  protocol: 'http',
  port: 8080,
  method: 'POST',
  path: '/score/7?x=1',
  host: 'model.models:8080',
};
const bytes: MeshRequest = { protocol: 'tcp', port: 8080 };

const peer = (namespace: string, mode: string): MeshObject => ({
  kind: 'PeerAuthentication',
  metadata: { namespace, name: 'default' },
  spec: { mtls: { mode } },
});
const policy = (name: string, spec: AuthorizationPolicySpec, dryRun = false): MeshObject => ({
  kind: 'AuthorizationPolicy',
  metadata: {
    namespace: 'models',
    name,
    ...(dryRun && { annotations: { 'istio.io/dry-run': 'true' } }),
  },
  spec,
});
const rule = (mode: string, namespace = 'shop', host = 'model.models.svc.cluster.local') =>
  ({
    kind: 'DestinationRule',
    metadata: { namespace, name: 'model' },
    spec: { host, trafficPolicy: { tls: { mode } } },
  }) satisfies MeshObject;

function ask(
  objects: readonly MeshObject[],
  {
    client = shop,
    server = model,
    request = score,
    mesh = {},
  }: {
    client?: Workload;
    server?: Workload;
    request?: MeshRequest;
    mesh?: Partial<MeshSettings>;
  } = {},
): MeshVerdict {
  return judge(request, { client, server }, { objects, mesh: { ...defaultMesh, ...mesh } });
}

describe('connections', () => {
  it('are mutual TLS between sidecars, and clear for the rest unless the server is strict', () => {
    expect(ask([])).toMatchObject({
      verdict: 'allow',
      clientTls: 'mtls',
      principal: 'cluster.local/ns/shop/sa/web',
      response: { status: 200 },
    });
    expect(ask([], { client: outsider })).toMatchObject({ connection: 'plaintext' });
    expect(ask([peer('models', 'STRICT')], { client: outsider })).toMatchObject({
      verdict: 'plaintext-refused',
      response: { connection: 'reset' },
    });
    expect(ask([peer('istio-system', 'DISABLE')])).toMatchObject({ clientTls: 'plaintext' });
  });

  it('follow the rule of the client’s namespace before any other', () => {
    const strict = peer('models', 'STRICT');
    const refused = ask([strict, rule('DISABLE'), rule('ISTIO_MUTUAL', 'models')]);
    expect(refused.verdict).toBe('plaintext-refused');
    expect(refused.response).toMatchObject({ status: 503 });
    expect(ask([strict, rule('DISABLE', 'models')]).verdict).toBe('plaintext-refused');
    expect(ask([strict, rule('DISABLE', 'third')]).verdict).toBe('allow');
    // A host with a dot is taken as it is, and so is nobody's.
    expect(ask([strict, rule('DISABLE', 'shop', 'model.models')]).verdict).toBe('allow');
    expect(ask([rule('SIMPLE')]).verdict).toBe('tls-refused');
    expect(ask([rule('ISTIO_MUTUAL', 'old')], { server: outsider }).verdict).toBe('allow');
  });

  it('fail with a certificate of a trust domain that is nobody’s', () => {
    const client = { ...shop, trustDomain: 'edge' };
    expect(ask([], { client }).verdict).toBe('tls-refused');
    const mesh = { trustDomainAliases: ['edge'] };
    expect(ask([], { client, mesh }).principal).toBe('edge/ns/shop/sa/web');
    const own = policy('a', {
      rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }] }],
    });
    expect(ask([own], { client, mesh }).verdict).toBe('allow');
  });
});

describe('authorization', () => {
  it('starts with the first ALLOW policy, and DENY beats it', () => {
    const nothing = policy('nothing', {});
    const post = { to: [{ operation: { methods: ['POST'], paths: ['/score/{*}'] } }] };
    expect(ask([nothing])).toMatchObject({ verdict: 'deny', by: 'none' });
    expect(ask([nothing, policy('post', { rules: [post] })])).toMatchObject({
      verdict: 'allow',
      by: 'ns[models]-policy[post]-rule[0]',
    });
    const denying = policy('stop', { action: 'DENY', rules: [post] });
    expect(ask([policy('all', { rules: [{}] }), denying])).toMatchObject({
      verdict: 'deny',
      by: 'ns[models]-policy[stop]-rule[0]',
      response: { status: 403, body: 'RBAC: access denied' },
    });
    expect(ask([policy('tried', {}, true)])).toMatchObject({
      verdict: 'allow',
      dryRun: ['models/tried'],
    });
  });

  it('leaves out of an ALLOW the rules, of a DENY the fields, that bytes do not have', () => {
    const get = { to: [{ operation: { methods: ['GET'] } }] };
    expect(ask([policy('a', { rules: [get] })], { request: bytes })).toMatchObject({
      verdict: 'deny',
      rulesWithoutEffect: ['ns[models]-policy[a]-rule[0]'],
      response: { connection: 'closed' },
    });
    const denying = policy('d', { action: 'DENY', rules: [get] });
    expect(ask([denying], { request: bytes }).verdict).toBe('deny');
    expect(ask([denying]).verdict).toBe('allow');
  });

  it('takes who has no identity for nobody, whom every `not` lets pass', () => {
    const others = policy('d', {
      action: 'DENY',
      rules: [{ from: [{ source: { notPrincipals: ['*'] } }] }],
    });
    expect(ask([others], { client: outsider }).verdict).toBe('deny');
    expect(ask([others]).verdict).toBe('allow');
  });

  it('asks the external authorizer first, and refuses all for one that is missing', () => {
    const custom = policy('c', { action: 'CUSTOM', provider: { name: 'opa' }, rules: [{}] });
    const by = 'ns[models]-policy[c]-rule[0]';
    expect(ask([custom])).toMatchObject({ verdict: 'deny', by });
    expect(ask([custom], { mesh: { externalAuthorizer: 'deny' } })).toMatchObject({ by });
    const allowed = ask([custom, policy('n', {})], { mesh: { externalAuthorizer: 'allow' } });
    expect(allowed).toMatchObject({ verdict: 'deny', by: 'none', custom: [by] });
    const mesh = { externalAuthorizer: 'deny' } as const;
    expect(ask([custom], { request: bytes, mesh }).verdict).toBe('allow');
  });
});

describe('tokens', () => {
  const issuer = 'https://idp';
  const checked = (more: object = {}): MeshObject => ({
    kind: 'RequestAuthentication',
    metadata: { namespace: 'models', name: 'jwt' },
    spec: { jwtRules: [{ issuer, ...more }] },
  });
  const wanted = policy('token', {
    rules: [{ from: [{ source: { requestPrincipals: ['https://idp/*'] } }] }],
  });
  const withToken = (claims: object, more: object = {}) => ({
    request: {
      ...score,
      token: { state: 'valid', claims: { iss: issuer, sub: 'me', ...claims }, ...more } as const,
    },
  });

  it('may be missing, but not bad', () => {
    expect(ask([checked()]).verdict).toBe('allow');
    expect(ask([checked()], withToken({}, { state: 'expired' })).response).toEqual({
      status: 401,
      body: 'Jwt is expired',
      headers: {
        'www-authenticate':
          'Bearer realm="http://model.models:8080/score/7?x=1", error="invalid_token"',
      },
    });
    const audience = checked({ audiences: ['models'] });
    expect(ask([audience], withToken({ aud: 'shop' })).response).toMatchObject({ status: 403 });
    expect(ask([audience], withToken({ aud: ['models'] })).verdict).toBe('allow');
    expect(ask([checked()], withToken({ iss: 'other' })).verdict).toBe('unauthenticated');
  });

  it('make principals of requests where somebody checks them', () => {
    expect(ask([wanted, checked()], withToken({})).verdict).toBe('allow');
    expect(ask([wanted], withToken({})).verdict).toBe('deny');
    const cookie = withToken({}, { location: { kind: 'cookie', name: 'session' } });
    expect(ask([wanted, checked()], cookie).verdict).toBe('deny');
    expect(ask([wanted, checked({ fromCookies: ['session'] })], cookie).verdict).toBe('allow');
  });

  it('are matched by text, by lists of it, and split at spaces where they are scopes', () => {
    const claims = (key: string, value: string) =>
      policy('c', { rules: [{ when: [{ key: `request.auth.claims${key}`, values: [value] }] }] });
    const token = withToken({ scope: 'read score', realm: { roles: ['a', 'b'] }, level: 3 });
    const asked = (key: string, value: string) =>
      ask([checked(), claims(key, value)], token).verdict;
    expect(asked('[scope]', 'score')).toBe('allow');
    expect(asked('[realm][roles]', 'b')).toBe('allow');
    expect(asked('[level]', '3')).toBe('deny');
  });
});
