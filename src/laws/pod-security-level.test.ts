import { expect, it } from 'vitest';
import { Past, podSpec, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { podSecurityLevel } from './pod-security-level.js';

const baseline = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } };
const privileged = { spec: podSpec({}, undefined, { hostNetwork: true }) };

it('is broken when a pod is taken above the level of its namespace', () => {
  const past = new Past()
    .write('Namespace', 'team', baseline)
    .at('10s')
    .as('ci')
    .write('Pod', 'team/host', privileged);
  expect(storyOf(past.verdict(podSecurityLevel))).toEqual({
    what: 'Pod team/host violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    objects: ['Pod team/host', 'Namespace team'],
    evidence: [
      '0s kubernetes-admin creates Namespace team: it enforces baseline:latest',
      '10s ci creates Pod team/host: host namespaces (hostNetwork=true)',
    ],
  });
});

it('lets stay what was there before the level was raised', () => {
  const past = new Past()
    .write('Namespace', 'team')
    .write('Pod', 'team/host', privileged)
    .at('10s')
    .write('Namespace', 'team', baseline)
    .write('Pod', 'team/host', { status: { phase: 'Running' } })
    .at('20s')
    .write('Pod', 'team/plain', { spec: podSpec({}) });
  expect(past.verdict(podSecurityLevel)).toMatchObject({ kind: 'held', looked: 1 });
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(podSecurityLevel)).toBe('vacuous');
});
