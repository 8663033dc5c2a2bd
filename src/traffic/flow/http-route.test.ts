import { describe, expect, it } from 'vitest';
import { isAttached, matchedRule, type HttpRoute } from './http-route.js';

const rule = (name: string, path?: { type?: string; value: string }, more: object = {}) => ({
  ...(path !== undefined && { matches: [{ path, ...more }] }),
  backendRefs: [{ name, port: 80 }],
});

function route(name: string, spec: HttpRoute['spec'], creationTimestamp?: string): HttpRoute {
  return {
    metadata: {
      name,
      namespace: 'ns',
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: spec ?? {},
  };
}

const to = (routes: readonly HttpRoute[], path: string, hostname = 'fraud.example.com') =>
  matchedRule(routes, { hostname, path })?.rule.backendRefs?.[0]?.name;

describe('an HTTPRoute', () => {
  it('takes an exact path before the longest prefix, of whole elements', () => {
    const routes = [
      route('r', {
        rules: [
          rule('all', { value: '/' }),
          rule('v1', { value: '/v1' }),
          rule('models', { type: 'PathPrefix', value: '/v1/models/' }),
          rule('exact', { type: 'Exact', value: '/v1/models/fraud' }),
        ],
      }),
    ];
    expect(to(routes, '/v1/models/fraud')).toBe('exact');
    expect(to(routes, '/v1/models/fraud:predict')).toBe('models');
    expect(to(routes, '/v1/models')).toBe('models');
    expect(to(routes, '/v1x')).toBe('all');
  });

  it('goes by the more exact hostname, whatever the paths', () => {
    const routes = [
      route('any', { rules: [rule('any', { type: 'Exact', value: '/p' })] }),
      route('wild', { hostnames: ['*.example.com'], rules: [rule('wild')] }),
      route('own', { hostnames: ['fraud.example.com'], rules: [rule('own')] }),
      route('other', { hostnames: ['other.org'], rules: [rule('other')] }),
    ];
    expect(to(routes, '/p')).toBe('own');
    expect(to(routes, '/p', 'x.example.com')).toBe('wild');
    expect(to(routes, '/p', 'elsewhere.org')).toBe('any');
    expect(to(routes.slice(1), '/p', 'elsewhere.org')).toBeUndefined();
  });

  it('goes by age, then by name, then by the order of rules, where all else is equal', () => {
    const young = route('a', { rules: [rule('young')] }, '2026-01-02T00:00:00Z');
    const old = route('b', { rules: [rule('old'), rule('second')] }, '2026-01-01T00:00:00Z');
    expect(to([young, old], '/')).toBe('old');
    expect(to([route('b', { rules: [rule('b')] }), route('a', { rules: [rule('a')] })], '/')).toBe(
      'a',
    );
  });

  it('does not take what asks for a header, a query or another method', () => {
    const routes = [
      route('r', {
        rules: [
          rule('header', { value: '/v1' }, { headers: [{ name: 'x', value: 'y' }] }),
          rule('get', { value: '/v1' }, { method: 'GET' }),
          rule('plain', { value: '/' }),
        ],
      }),
    ];
    expect(to(routes, '/v1/x')).toBe('plain');
  });

  it('belongs to the parents that it names', () => {
    const own = { group: '', kind: 'Service', namespace: 'ns', name: 'gateway' };
    const attached = (parentRefs: NonNullable<HttpRoute['spec']>['parentRefs']) =>
      isAttached(route('r', { ...(parentRefs !== undefined && { parentRefs }) }), own);
    expect(attached([{ group: '', kind: 'Service', name: 'gateway' }])).toBe(true);
    expect(attached([{ name: 'gateway' }])).toBe(false);
    expect(attached([{ group: '', kind: 'Service', name: 'gateway', namespace: 'other' }])).toBe(
      false,
    );
    expect(attached(undefined)).toBe(false);
    expect(isAttached(route('r', {}), undefined)).toBe(true);
  });
});
