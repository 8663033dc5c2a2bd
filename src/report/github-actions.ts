/** The GitHub Actions reporter: an annotation for each failed step. */
import type { Reporter } from './reporter.js';

/** `::error file=,line=::` lines. @upstream docs.github.com/actions workflow commands */
export const githubActionsReporter: Reporter = ({ runs }) =>
  runs
    .flatMap(run =>
      run.steps
        .filter(step => step.result === 'failed')
        .map(step => {
          const message = (step.message ?? '').replaceAll('%', '%25').replaceAll('\n', '%0A');
          return `::error file=${run.file},line=${step.line},title=${step.title}::${message}\n`;
        }),
    )
    .join('');
