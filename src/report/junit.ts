/** The JUnit reporter: a test suite for each scenario, a test case for each step and each law that judged. */
import type { Verdict } from '../laws/judge.js';
import type { Report, Reporter, RunOfScenario } from './reporter.js';
import { storyLines } from './verdicts.js';

/** JUnit XML, as CI servers read it. */
export const junitReporter: Reporter = report => {
  const suites = report.runs.map(run => suite(run, report)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="seatrial">\n${suites}</testsuites>\n`;
};

function suite(run: RunOfScenario, report: Report): string {
  const steps = (result: string): number => run.steps.filter(step => step.result === result).length;
  const laws = (wanted: Verdict['kind']): number =>
    run.verdicts.filter(({ kind }) => kind === wanted).length;
  const judged = run.verdicts.filter(({ kind }) => kind !== 'vacuous');
  const tests = run.steps.length + judged.length;
  const failures = steps('failed') + laws('broken');
  const skipped = steps('skipped') + laws('inconclusive');
  const properties: Readonly<Record<string, string>> = {
    seed: String(report.seed),
    backend: report.backend,
    seatrial: report.version,
    ...(run.digest !== undefined && { digest: run.digest }),
    'vacuous laws': String(laws('vacuous')),
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
  return `  <testsuite name="${escape(run.scenario)}" tests="${tests}" failures="${failures}" skipped="${skipped}" errors="0" time="${seconds(run.durationMs)}">\n    <properties>\n${told}    </properties>\n${[...cases, ...judged.map(verdict => lawCase(verdict, run))].join('')}  </testsuite>\n`;
}

/** A law that cannot be said is skipped, with the reason. */
function lawCase(verdict: Verdict, { scenario, file, startMs }: RunOfScenario): string {
  const open = `    <testcase classname="${escape(scenario)} laws" name="${escape(verdict.law)}" file="${escape(file)}" time="0.000"`;
  if (verdict.kind === 'held') return `${open}/>\n`;
  if (verdict.kind === 'broken') {
    const first = escape(verdict.breaches[0]?.what ?? verdict.says);
    const story = escape(storyLines(verdict, startMs).join('\n'));
    return `${open}><failure message="${first}">${story}</failure></testcase>\n`;
  }
  const why = verdict.kind === 'inconclusive' ? verdict.why : verdict.says;
  return `${open}><skipped message="${escape(why)}"/></testcase>\n`;
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
