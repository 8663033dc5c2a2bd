/** JUnit reports are held to the schema of what CI servers read. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
