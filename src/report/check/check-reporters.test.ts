import { expect, it } from 'vitest';
import { rules } from '../../check/rules/index.js';
import { staticPass } from '../../check/static-pass.js';
import { parseManifests } from '../../input/manifests.js';
import { checkReporters } from './index.js';
import type { CheckReport } from './report.js';

const text = `
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: { name: "a" }
---
{ apiVersion: ray.io/v1, kind: RayJob, metadata: { name: b } }
`;
const manifests = parseManifests(text, 'dir/m,1.yaml');
const { findings } = staticPass({ manifests, unread: [], notes: [] });
const report: CheckReport = {
  version: '0',
  inputs: ['dir'],
  objects: 2,
  kinds: 2,
  notes: [],
  rules,
  findings,
  silenced: 1,
  hasCluster: false,
  wallMs: 12,
};
const told = (name: string): string => checkReporters[name]?.(report) ?? '';

it('tells people errors in full, and what is not sure in a line', () => {
  const lines = told('default').split('\n');
  expect(lines).toContain('error   SEA005 removed-api  dir/m,1.yaml:2');
  expect(lines).toContain('  fix: use policy/v1');
  expect(lines).toContain(
    'static pass: 1 error, no warnings, 1 of information, 1 silenced by the baseline',
  );
  expect(lines.find(line => line.startsWith('  SEA003 dir/m,1.yaml:6 RayJob b'))).toBeDefined();
});

it('tells programs everything', () => {
  const { kind, findings: all } = JSON.parse(told('json')) as CheckReport & { kind: string };
  expect(kind).toBe('CheckReport');
  expect(all.map(({ id, line }) => [id, line])).toEqual([
    ['SEA005', 2],
    ['SEA003', 6],
  ]);
});

it('has a JUnit test case for each rule, failed by errors alone', () => {
  const xml = told('junit');
  expect(xml).toContain(`tests="${rules.length}" failures="1"`);
  expect(xml.match(/<testcase /g)).toHaveLength(rules.length);
  expect(xml.match(/<failure /g)).toHaveLength(1);
  expect(xml).toContain('<system-out>info dir/m,1.yaml:6');
});

it('annotates the lines on GitHub', () => {
  expect(told('github-actions').split('\n')).toEqual([
    expect.stringMatching(
      /^::error file=dir\/m%2C1\.yaml,line=2,title=SEA005 removed-api::.*%0Afix: use policy\/v1$/,
    ),
    expect.stringMatching(/^::notice file=dir\/m%2C1\.yaml,line=6,title=SEA003 not-simulated::/),
    '',
  ]);
});
