/** The GitHub Actions reporter of `check`: an annotation for each finding, at its line. */
import type { Finding } from '../../check/finding.js';
import type { ToldFailure } from '../../check/voyages.js';
import type { CheckReporter } from './report.js';

const commands = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** `::error file=,line=,title=::` lines. @upstream docs.github.com/actions workflow commands */
export const githubActionsCheckReporter: CheckReporter = ({ findings, voyages }) =>
  [...findings.map(annotation), ...(voyages?.failures ?? []).map(failure)].join('');

function failure({ example, story, file }: ToldFailure): string {
  const head = `file=${property(file)},line=1,title=${property(`broken: ${example.law}`)}`;
  return `::error ${head}::${data(story.join('\n'))}\n`;
}

function annotation({ severity, file, line, id, rule, object, message, fix }: Finding): string {
  const head = `file=${property(file)},line=${line},title=${property(`${id} ${rule}`)}`;
  return `::${commands[severity]} ${head}::${data(`${object}: ${message}\nfix: ${fix}`)}\n`;
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
