/** The JUnit reporter of `check`: a test case for each rule, failed when it found an error. */
import type { Finding } from '../../check/finding.js';
import type { Rule } from '../../check/rule.js';
import type { VoyagesResult } from '../../check/voyages.js';
import { xmlText } from '../xml.js';
import type { CheckReport, CheckReporter } from './report.js';
import { neverReadyLines, trafficLines } from './voyage-text.js';

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
    ...(report.voyages === undefined ? [] : [voyageSuite(report.voyages)]),
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

/** A test case for each law: skipped when it never had anything to judge. */
const tooShort = 'no history was long enough for it';

function voyageSuite(voyages: VoyagesResult): string {
  const { explored, laws, failures } = voyages;
  const { seed, runs, laws: tallies } = explored;
  const silent = tallies.filter(({ held, broken }) => held + broken === 0);
  const broken = tallies.filter(one => one.broken > 0);
  const cases = tallies.map(
    ({ law, held, broken: times, inconclusive, why: unsaid = tooShort }) => {
      const says = laws.find(({ name }) => name === law)?.says ?? '';
      const open = `    <testcase classname="seatrial voyages" name="${law}: ${xmlText(says)}" time="0"`;
      const failure = failures.find(({ example }) => example.law === law);
      if (failure !== undefined) {
        const what = failure.example.breaches[0]?.what ?? `${law} is broken`;
        const story = xmlText(failure.story.join('\n'));
        return `${open}><failure message="${xmlText(what)}">${story}</failure></testcase>\n`;
      }
      if (times > 0) return `${open}><failure message="broken in ${times} voyages"/></testcase>\n`;
      if (held > 0) return `${open}/>\n`;
      const why = inconclusive > 0 ? unsaid : 'it had nothing to judge';
      return `${open}><skipped message="${xmlText(why)}"/></testcase>\n`;
    },
  );
  const tokens = failures.map(({ example }) => example.token).join(' ');
  const told = Object.entries({ seed, runs, ...(tokens !== '' && { token: tokens }) })
    .map(([name, value]) => `      <property name="${name}" value="${xmlText(String(value))}"/>\n`)
    .join('');
  return `  <testsuite name="seatrial voyages" tests="${tallies.length}" failures="${broken.length}" errors="0" skipped="${silent.length}" time="0">\n    <properties>\n${told}    </properties>\n${cases.join('')}${requestsOut(voyages)}  </testsuite>`;
}

/** What was never ready, and what became of the requests to Services. */
function requestsOut(voyages: VoyagesResult): string {
  const lines = [...neverReadyLines(voyages.explored), ...trafficLines(voyages)];
  if (lines.length === 0) return '';
  return `    <system-out>${xmlText(lines.join('\n'))}</system-out>\n`;
}
