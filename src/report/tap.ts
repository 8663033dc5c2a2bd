/** The TAP reporter: a test point for each step and each law. @upstream testanything.org, version 14 */
import type { Verdict } from '../laws/judge.js';
import type { StepResult } from '../scenario/run.js';
import type { Reporter, RunOfScenario } from './reporter.js';
import { nameOf } from './standing.js';
import { storyLines } from './verdicts.js';

/** A test point. */
export interface Point {
  readonly isOk: boolean;
  readonly title: string;
  /** Why it says nothing. */
  readonly skip?: string;
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** TAP 14. */
export const tapReporter: Reporter = ({ runs, seed }) => {
  const points = runs.flatMap(run => [
    ...run.steps.map(step => stepPoint(step, run)),
    ...run.verdicts.map(verdict => lawPoint(verdict, run)),
  ]);
  return tapText(points, `seed ${seed}`);
};

/** The points as TAP 14, after a comment. */
export function tapText(points: readonly Point[], comment: string): string {
  const lines = points.flatMap((point, index) => pointLines(point, index + 1));
  return `${['TAP version 14', `# ${comment}`, `1..${points.length}`, ...lines].join('\n')}\n`;
}

function stepPoint({ title, result, message, line }: StepResult, run: RunOfScenario): Point {
  const point = { isOk: result !== 'failed', title: `${nameOf(run)}: ${title}` };
  if (result === 'skipped') return { ...point, skip: message ?? '' };
  if (result === 'passed') return point;
  return { ...point, facts: { message: message ?? '', file: run.file, line } };
}

function lawPoint(verdict: Verdict, run: RunOfScenario): Point {
  const title = `${nameOf(run)}: law ${verdict.law}`;
  switch (verdict.kind) {
    case 'held':
      return { isOk: true, title };
    case 'vacuous':
      return { isOk: true, title, skip: 'it had nothing to judge' };
    case 'inconclusive':
      return { isOk: true, title, skip: verdict.why };
    case 'broken': {
      const story = storyLines(verdict, run.startMs).join('\n').trim();
      return { isOk: false, title, facts: { message: story, file: run.file } };
    }
  }
}

function pointLines({ isOk, title, skip, facts }: Point, number: number): string[] {
  const directive = skip === undefined ? '' : ` # SKIP ${oneLine(skip)}`;
  const head = `${isOk ? 'ok' : 'not ok'} ${number} - ${escaped(oneLine(title))}${directive}`;
  if (facts === undefined) return [head];
  // A JSON string is a YAML string too.
  const told = Object.entries(facts).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`);
  return [head, '  ---', ...told, '  ...'];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** A hash would begin a directive. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
