import { describe, expect, it } from 'vitest';
import { rules } from '../../check/rules/index.js';
import { staticPass } from '../../check/static-pass.js';
import { parseManifests } from '../../input/manifests.js';
import { checkReporters, checkSummaries } from './index.js';
import type { CheckReport, CheckReporter } from './report.js';

const text = `
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: { name: "a" }
---
{ apiVersion: flink.apache.org/v1, kind: FlinkSessionJob, metadata: { name: b } }
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
  expect(lines).toContain('static pass: 1 error, no warnings, 1 info, 1 silenced by the baseline');
  expect(
    lines.find(line => line.startsWith('  SEA003 dir/m,1.yaml:6 FlinkSessionJob b')),
  ).toBeDefined();
});

it('tells people once what many objects have in common', () => {
  const alike = (object: string) => ({
    ...{ id: 'SEA204', rule: 'missing-secret', severity: 'info', field: '', fix: '', line: 1 },
    ...{ file: `${object}.yaml`, object, message: 'there is no Secret s' },
  });
  const some = ['a', 'b', 'c', 'd', 'e', 'f'].map(alike) as unknown as CheckReport['findings'];
  const lines = checkReporters['default']?.({ ...report, findings: some }).split('\n');
  expect(lines).toContain('  SEA204 a.yaml:1 a: there is no Secret s');
  expect(lines).toContain('    the same for b, c, d, and 2 more');
  expect(lines?.filter(line => line.includes('SEA204'))).toHaveLength(2);
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

const tally = { held: 3, vacuous: 7, inconclusive: 0, broken: 0 };
const law = { name: 'gpu-held-once', family: 'scheduling', says: 'a GPU has one holder' } as const;
const sailed: CheckReport = {
  ...report,
  voyages: {
    explored: {
      seed: 4,
      runs: 10,
      end: 'all runs',
      tried: { scale: 3 },
      objectsTried: {},
      traffic: { offered: 1_000, failed: 5 },
      refusals: [],
      neverReady: [{ workload: 'Deployment default/web', why: 'no node: 0/3 nodes are available' }],
      laws: [{ law: law.name, ...tally }],
      counterexamples: [],
    },
    laws: [law],
    failures: [],
    known: 0,
    standIns: [],
    leftOut: [],
  },
};

it('has a TAP point for each rule and each law', () => {
  const lines = (checkReporters['tap']?.(sailed) ?? '').split('\n');
  expect(lines[2]).toBe(`1..${rules.length + 1}`);
  expect(lines.filter(line => line.startsWith('not ok'))).toHaveLength(1);
  expect(lines).toContain(`ok ${rules.length + 1} - law gpu-held-once`);
  expect(lines).toContain('  fix: "use policy/v1"');
});

it('shows on the page what was taken to be there, and what was left out', () => {
  const { voyages } = sailed;
  if (voyages === undefined) throw new Error('there are voyages');
  const given = { standIns: ['Secret a/b'], leftOut: ['Model m: nobody defines its kind'] };
  const page = checkReporters['html']?.({ ...sailed, voyages: { ...voyages, ...given } }) ?? '';
  expect(page).toContain('taken to be there: Secret a/b.');
  expect(page).toContain('not aboard: Model m: nobody defines its kind.');
});

it('says why a law that is inconclusive is so', () => {
  const why = 'the run ended while objects were terminating';
  const laws = [{ law: law.name, held: 0, vacuous: 7, inconclusive: 3, broken: 0, why }];
  const { voyages } = sailed;
  if (voyages === undefined) throw new Error('there are voyages');
  const unsure = { ...sailed, voyages: { ...voyages, explored: { ...voyages.explored, laws } } };
  expect(checkReporters['default']?.(unsure)).toContain(
    `* inconclusive, neither held nor broken: gpu-held-once: ${why}\n`,
  );
  expect(checkSummaries['github']?.(unsure)).toContain(why);
  expect(checkReporters['html']?.(unsure)).toContain(why);
  expect(checkReporters['junit']?.(unsure)).toContain(`<skipped message="${why}"/>`);
  expect(checkReporters['tap']?.(unsure)).toContain(why);
});

it('tells agents what is wrong and nothing more', () => {
  const lines = (checkReporters['minimal']?.(sailed) ?? '').trim().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^dir\/m,1\.yaml:2: error SEA005: .*\(fix: use policy\/v1\)$/),
    'static pass: 1 error, no warnings, 1 info',
    '10 voyages, no law broken; this is what was tried (seed 4; 1 of 1 laws had something to judge)',
    'never ready on any voyage: Deployment default/web: no node: 0/3 nodes are available',
  ]);
});

it('sums up for the job, and shows a page', () => {
  const summary = checkSummaries['github']?.(sailed) ?? '';
  expect(summary).toContain('## ❌ seatrial check: dir');
  expect(summary).toContain('| ❌ | SEA005 | dir/m,1.yaml:2 |');
  expect(summary).toContain('| scheduling | gpu-held-once | 3 of 10 | 3 | 0 | 0 |');
  const page = checkReporters['html']?.(sailed) ?? '';
  expect(page).toContain('<title>seatrial report');
  expect(page).toContain('Findings of the static pass');
  expect(page).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)=/);
});

it('names the workloads of which no pod was ready, which laws heard nothing of', () => {
  const line =
    'never ready on any voyage: Deployment default/web: no node: 0/3 nodes are available';
  const { github } = checkSummaries;
  const { default: people, html, junit, minimal } = checkReporters;
  const reporters: readonly (CheckReporter | undefined)[] = [people, html, junit, minimal, github];
  for (const reporter of reporters) expect(reporter?.(sailed)).toContain(line);
});

describe('who is locked out, and what old news costs', () => {
  const requests =
    'requests to Services: 1,000, of which 0.50 % got no answer (4 dropped by network policies, 1 denied by the mesh)';
  const late = 'of these, 4 to Service shop/web timed out: network policies open the port';
  const refused = 'of these, 1 to Service shop/api were refused: AuthorizationPolicies of the mesh';
  const { voyages } = sailed;
  const shut = { 'network policies: shop/web': 4, 'mesh: shop/api': 1 };
  const unheard = {
    'ended: shop/api': 1,
    'ended: shop/web': 3,
    'starting: shop/web': 2,
    'starting: shop/few': 0,
  };
  const reasons = { 'denied by the mesh': 1, 'dropped by network policies': 4, refused: 0 };
  const traffic = { offered: 1_000, failed: 5, reasons, shut, unheard };
  const ended =
    'of these, 3 to Service shop/web, 1 to Service shop/api went to pods that had ended';
  const early = 'of these, 2 to Service shop/web went to pods that were taken for ready';
  const locked: CheckReport = {
    ...sailed,
    ...(voyages && { voyages: { ...voyages, explored: { ...voyages.explored, traffic } } }),
  };
  const { github: summary } = checkSummaries;
  const reporters: Readonly<Record<string, CheckReporter | undefined>> = {
    ...checkReporters,
    summary,
  };

  it.each(['default', 'minimal', 'html', 'junit', 'summary'] as const)('%s tells it', name => {
    const text = reporters[name]?.(locked) ?? '';
    for (const line of [requests, late, refused, ended, early]) expect(text).toContain(line);
    expect(text).not.toContain('shop/few');
  });

  it('is in the document for programs', () => {
    const told = JSON.parse(reporters['json']?.(locked) ?? '{}') as CheckReport;
    expect(told.voyages?.explored.traffic).toEqual(traffic);
  });
});
