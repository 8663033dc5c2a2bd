import { expect, it } from 'vitest';
import { tlsMode, trafficPolicy } from './destination-rule.js';
import type { DestinationRule, DestinationRuleSpec } from './kinds.js';
import { defaultMesh, type Workload } from './request.js';

const workload = (namespace: string, name: string): Workload => ({
  name,
  namespace,
  serviceAccount: name,
  labels: { app: name },
  hasSidecar: true,
  ip: '10.0.0.1',
});
const server = workload('models', 'model');
const host = 'model.models.svc.cluster.local';

/** A rule that is told by its mode. */
const rule = (
  namespace: string,
  mode: string,
  spec: DestinationRuleSpec = {},
  creationTimestamp = '2026-01-01T00:00:00Z',
): DestinationRule => ({
  kind: 'DestinationRule',
  metadata: { namespace, name: mode.toLowerCase(), creationTimestamp },
  spec: { host, trafficPolicy: { tls: { mode } }, ...spec },
});

function modeFor(client: Workload, rules: readonly DestinationRule[]): string | undefined {
  return tlsMode(trafficPolicy(rules, { client, server }, defaultMesh), 80);
}

const web = workload('shop', 'web');
const gateway = workload('istio-system', 'gateway');

it('asks the client’s namespace, the service’s, the root’s', () => {
  const all = [rule('istio-system', 'DISABLE'), rule('models', 'SIMPLE'), rule('shop', 'MUTUAL')];
  expect(modeFor(web, all)).toBe('MUTUAL');
  expect(modeFor(workload('other', 'web'), all)).toBe('SIMPLE');
  expect(modeFor(web, all.slice(0, 1))).toBe('DISABLE');
  // The first that knows the host decides, even if it says nothing.
  expect(modeFor(web, [rule('shop', 'SIMPLE', { trafficPolicy: {} }), ...all])).toBe('MUTUAL');
  const silent: DestinationRule = { ...rule('shop', 'X'), spec: { host } };
  expect(modeFor(web, [silent, rule('models', 'SIMPLE')])).toBeUndefined();
});

it('takes the root namespace’s own rules for those of all, unless they are private', () => {
  const all = [rule('istio-system', 'DISABLE'), rule('models', 'SIMPLE')];
  expect(modeFor(gateway, all)).toBe('SIMPLE');
  const own = rule('istio-system', 'MUTUAL', { exportTo: ['.'] });
  expect(modeFor(gateway, [...all, own])).toBe('MUTUAL');
});

it('follows only what is exported', () => {
  expect(modeFor(web, [rule('models', 'SIMPLE', { exportTo: ['.'] })])).toBeUndefined();
  expect(modeFor(web, [rule('models', 'SIMPLE', { exportTo: ['shop'] })])).toBe('SIMPLE');
  expect(modeFor(web, [rule('shop', 'SIMPLE', { exportTo: ['models'] })])).toBeUndefined();
});

it('prefers the closest host, rules for the client, and the oldest', () => {
  const wide = rule('shop', 'DISABLE', { host: '*.local' });
  const closer = rule('shop', 'SIMPLE', { host: '*.models.svc.cluster.local' });
  expect(modeFor(web, [wide, closer])).toBe('SIMPLE');
  const selective = rule('shop', 'MUTUAL', { workloadSelector: { matchLabels: { app: 'web' } } });
  const young = rule('shop', 'DISABLE', {}, '2026-02-01T00:00:00Z');
  expect(modeFor(web, [wide, young, rule('shop', 'SIMPLE')])).toBe('SIMPLE');
  expect(modeFor(web, [young, selective])).toBe('MUTUAL');
  expect(modeFor(workload('shop', 'cron'), [young, selective])).toBe('DISABLE');
});

it('lets the settings of a port replace the rule’s', () => {
  const policy = (mode: string, tls?: { mode: string }) => ({
    tls: { mode },
    portLevelSettings: [{ port: { number: 80 }, ...(tls && { tls }) }],
  });
  expect(tlsMode(policy('SIMPLE', { mode: 'ISTIO_MUTUAL' }), 80)).toBe('ISTIO_MUTUAL');
  expect(tlsMode(policy('SIMPLE', { mode: 'ISTIO_MUTUAL' }), 81)).toBe('SIMPLE');
  expect(tlsMode(policy('ISTIO_MUTUAL'), 80)).toBe('ISTIO_MUTUAL');
  expect(tlsMode(policy('SIMPLE'), 80)).toBe('DISABLE');
});
