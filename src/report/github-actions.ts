/** The GitHub Actions reporter: an annotation for each failed step and each broken law. */
import type { Reporter, RunOfScenario } from './reporter.js';
import { storyLines } from './verdicts.js';

/** `::error file=,line=::` lines. @upstream docs.github.com/actions workflow commands */
export const githubActionsReporter: Reporter = ({ runs }) =>
  runs.flatMap(run => [...stepLines(run), ...lawLines(run)]).join('');

function stepLines({ steps, file }: RunOfScenario): string[] {
  return steps
    .filter(({ result }) => result === 'failed')
    .map(({ line, title, message = '' }) => annotation({ file, line, title, message }));
}

function lawLines({ verdicts, file, startMs }: RunOfScenario): string[] {
  return verdicts
    .filter(({ kind }) => kind === 'broken')
    .map(verdict => {
      const message = storyLines(verdict, startMs).join('\n').trim();
      return annotation({ file, line: 1, title: `law ${verdict.law}`, message });
    });
}

/** What an annotation says, and where. */
export interface Annotation {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly message: string;
}

/** A workflow command; what would end a property or the line is escaped, as GitHub's toolkit does it. */
export function annotation({ file, line, title, message }: Annotation): string {
  const place = `file=${property(file)},line=${line},title=${property(title)}`;
  return `::error ${place}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
