/** JUnit reports are held to the schema of what CI servers read. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rules } from '../../src/check/rules/index.js';
import { staticPass } from '../../src/check/static-pass.js';
import { parseManifests } from '../../src/input/manifests.js';
import { checkReporters } from '../../src/report/check/index.js';
import { reporters } from '../../src/report/index.js';
import { parseXml, schemaErrors } from './xml.js';
import { badRun, goodRun, reportOf } from './runs.js';

const schema = parseXml(readFileSync('test/report/junit.xsd', 'utf8'));
const errorsOf = (text: string): readonly string[] => schemaErrors(schema, parseXml(text));
const suites = (inner: string): string => `<testsuites>${inner}</testsuites>`;

describe('The schema', () => {
  it.each([
    ['an unknown element', suites('<suite/>'), 'may not stand there'],
    ['a missing attribute', suites('<testsuite name="a" tests="1" failures="0"/>'), 'lacks errors'],
    [
      'a count that is none',
      suites('<testsuite name="a" tests="-1" failures="0" errors="0"/>'),
      'tests="-1"',
    ],
    ['text between elements', suites('text'), 'text in <testsuites>'],
  ])('refuses %s', (_, text, message) => {
    expect(errorsOf(text).join()).toContain(message);
  });

  it('wants well-formed XML', () => {
    expect(() => parseXml('<a><b></a>')).toThrow('ends another element');
    expect(() => parseXml('<a x="1 & 2"/>')).toThrow('a bare &');
    expect(() => parseXml('<a>')).toThrow('not one whole element');
  });
});

describe('JUnit reports', () => {
  const text = reporters['junit']?.(reportOf(goodRun, badRun)) ?? '';

  it('hold to the schema, whatever names and messages say', () => {
    expect(errorsOf(text)).toEqual([]);
    expect(errorsOf(reporters['junit']?.(reportOf()) ?? '')).toEqual([]);
  });

  it('count what they hold', () => {
    for (const { attributes, children } of parseXml(text).children) {
      const cases = children.filter(({ name }) => name === 'testcase');
      const having = (what: string): number =>
        cases.filter(one => one.children.some(({ name }) => name === what)).length;
      expect(attributes).toMatchObject({
        tests: String(cases.length),
        failures: String(having('failure')),
        skipped: String(having('skipped')),
        errors: '0',
      });
    }
  });
});

describe('JUnit reports of check', () => {
  const manifests = parseManifests(
    '{ apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: { name: "a" } }',
    'a<b>&"c".yaml',
  );
  const { findings } = staticPass({ manifests, unread: [], notes: [] });
  const tally = { vacuous: 1, inconclusive: 0, held: 0, broken: 0 };
  const plan = { cluster: { pools: [] }, objects: [], events: [], seed: 0, settleMs: 0 };
  const size = { nodes: 1, objects: 1, events: 0 };
  const example = {
    law: 'gpu-held-once',
    token: 'st1:abc',
    plan,
    digest: 'd',
    startMs: 0,
    before: size,
    after: size,
    runsToFind: 1,
    shrinkRuns: 0,
    isSmallest: true,
    breaches: [{ timeMs: 0, what: 'GPU "0" & <1> are one', objects: [], evidence: [] }],
  };
  const laws = [
    { name: 'gpu-held-once', family: 'scheduling', says: 'a GPU has <one> holder' },
    { name: 'no-orphans', family: 'general', says: 'nothing is left' },
    { name: 'eventually-stable', family: 'general', says: 'all comes to rest' },
  ] as const;
  const text = checkReporters['junit']?.({
    version: '0',
    inputs: ['a & b'],
    objects: 1,
    kinds: 1,
    notes: [],
    rules,
    findings,
    silenced: 0,
    hasCluster: false,
    wallMs: 12,
    voyages: {
      explored: {
        seed: 4,
        runs: 1,
        end: 'counterexamples',
        tried: {},
        objectsTried: {},
        traffic: { offered: 0, failed: 0 },
        refusals: [],
        neverReady: [],
        laws: [
          { law: 'gpu-held-once', ...tally, broken: 1 },
          { law: 'no-orphans', ...tally },
          { law: 'eventually-stable', ...tally, held: 1 },
        ],
        counterexamples: [example],
      },
      laws,
      failures: [{ example, story: ['broken: <gpu-held-once> & more'], file: 'f.yaml' }],
      known: 0,
      standIns: [],
      leftOut: [],
    },
  });

  it('hold to the schema too: findings, a broken law, one that held, one that had nothing to judge', () => {
    expect(errorsOf(text ?? '')).toEqual([]);
    const [rulesSuite, lawsSuite] = parseXml(text ?? '').children;
    expect(rulesSuite?.attributes).toMatchObject({ failures: '1' });
    expect(lawsSuite?.attributes).toMatchObject({ tests: '3', failures: '1', skipped: '1' });
  });
});
