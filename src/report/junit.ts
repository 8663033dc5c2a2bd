/** The JUnit reporter: a test suite for each scenario, a test case for each step. */
import type { Report, Reporter, RunOfScenario } from './reporter.js';

/** JUnit XML, as CI servers read it. */
export const junitReporter: Reporter = report => {
  const suites = report.runs.map(run => suite(run, report)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="seatrial">\n${suites}</testsuites>\n`;
};

function suite(run: RunOfScenario, report: Report): string {
  const count = (result: string): number => run.steps.filter(step => step.result === result).length;
  const properties: Readonly<Record<string, string>> = {
    seed: String(report.seed),
    backend: report.backend,
    seatrial: report.version,
    ...(run.digest !== undefined && { digest: run.digest }),
  };
  const cases = run.steps.map(step => {
    const open = `    <testcase classname="${escape(run.scenario)}" name="${escape(step.title)}" file="${escape(run.file)}" line="${step.line}" time="${seconds(step.durationMs)}"`;
    if (step.result === 'passed') return `${open}/>\n`;
    const message = escape(step.message ?? '');
    const inner =
      step.result === 'failed'
        ? `<failure message="${message}">${message}</failure>`
        : `<skipped message="${message}"/>`;
    return `${open}>${inner}</testcase>\n`;
  });
  const told = Object.entries(properties)
    .map(([name, value]) => `      <property name="${name}" value="${escape(value)}"/>\n`)
    .join('');
  return `  <testsuite name="${escape(run.scenario)}" tests="${run.steps.length}" failures="${count('failed')}" skipped="${count('skipped')}" time="${seconds(run.durationMs)}">\n    <properties>\n${told}    </properties>\n${cases.join('')}  </testsuite>\n`;
}

const seconds = (durationMs: number): string => (durationMs / 1000).toFixed(3);

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
}
