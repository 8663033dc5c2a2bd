/** The GitHub Actions reporter: an annotation for each failed step and each broken law. */
import type { Reporter, RunOfScenario } from './reporter.js';
import { storyLines } from './verdicts.js';

/** `::error file=,line=::` lines. @upstream docs.github.com/actions workflow commands */
export const githubActionsReporter: Reporter = ({ runs }) =>
  runs.flatMap(run => [...stepLines(run), ...lawLines(run)]).join('');

function stepLines({ steps, file }: RunOfScenario): string[] {
  return steps
    .filter(({ result }) => result === 'failed')
    .map(({ line, title, message = '' }) =>
      annotation(`file=${file},line=${line}`, title, message),
    );
}

function lawLines({ verdicts, file, startMs }: RunOfScenario): string[] {
  return verdicts
    .filter(({ kind }) => kind === 'broken')
    .map(verdict => {
      const story = storyLines(verdict, startMs).join('\n').trim();
      return annotation(`file=${file},line=1`, `law ${verdict.law}`, story);
    });
}

function annotation(place: string, title: string, message: string): string {
  const text = message.replaceAll('%', '%25').replaceAll('\n', '%0A');
  return `::error ${place},title=${title}::${text}\n`;
}
