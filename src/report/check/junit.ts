/** The JUnit reporter of `check`: a test case for each rule, failed when it found an error. */
import type { Finding } from '../../check/finding.js';
import type { Rule } from '../../check/rule.js';
import { xmlText } from '../xml.js';
import type { CheckReport, CheckReporter } from './report.js';

/** JUnit XML, as CI servers read it. Warnings and information stand in system-out. */
export const junitCheckReporter: CheckReporter = report => {
  const { rules, findings, wallMs } = report;
  const failures = rules.filter(({ id }) => ofRule(findings, id).some(isError)).length;
  const time = (wallMs / 1000).toFixed(3);
  const cases = rules.map(rule => testCase(rule, ofRule(findings, rule.id))).join('');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="seatrial">',
    `  <testsuite name="seatrial check" tests="${rules.length}" failures="${failures}" errors="0" skipped="0" time="${time}">`,
    `    <properties>\n${properties(report)}    </properties>`,
    `${cases}  </testsuite>`,
    '</testsuites>\n',
  ].join('\n');
};

function properties({ version, inputs, objects }: CheckReport): string {
  return Object.entries({ seatrial: version, inputs: inputs.join(' '), objects: String(objects) })
    .map(([name, value]) => `      <property name="${name}" value="${xmlText(value)}"/>\n`)
    .join('');
}

function testCase({ id, name, title }: Rule, findings: readonly Finding[]): string {
  const errors = findings.filter(isError);
  const others = findings.filter(finding => !isError(finding));
  const [first] = findings;
  const where = first === undefined ? '' : ` file="${xmlText(first.file)}" line="${first.line}"`;
  const open = `    <testcase classname="seatrial check" name="${id} ${name}: ${xmlText(title)}"${where} time="0"`;
  if (findings.length === 0) return `${open}/>\n`;
  const failure =
    errors.length === 0
      ? ''
      : `<failure message="${xmlText(errors[0]?.message ?? '')}">${linesOf(errors)}</failure>`;
  const out = others.length === 0 ? '' : `<system-out>${linesOf(others)}</system-out>`;
  return `${open}>${failure}${out}</testcase>\n`;
}

const isError = ({ severity }: Finding): boolean => severity === 'error';
const ofRule = (findings: readonly Finding[], id: string): Finding[] =>
  findings.filter(finding => finding.id === id);

function linesOf(findings: readonly Finding[]): string {
  return findings
    .map(({ severity, file, line, object, message, fix }) =>
      xmlText(`${severity} ${file}:${line} ${object}: ${message}\n  fix: ${fix}\n`),
    )
    .join('');
}
