/** The reporters, by the names that --reporter takes. */
import { defaultReporter } from './default.js';
import { dotReporter } from './dot.js';
import { githubActionsReporter } from './github-actions.js';
import { githubSummary } from './github-summary.js';
import { htmlReporter } from './html.js';
import { jsonReporter } from './json.js';
import { jsonLinesReporter } from './json-lines.js';
import { junitReporter } from './junit.js';
import { minimalReporter } from './minimal.js';
import { openMetricsReporter } from './openmetrics.js';
import type { Reporter } from './reporter.js';
import { tapReporter } from './tap.js';
import { verboseReporter } from './verbose.js';

/** Name -> reporter. */
export const reporters: Readonly<Record<string, Reporter>> = {
  default: defaultReporter,
  human: defaultReporter,
  verbose: verboseReporter,
  tree: verboseReporter,
  dot: dotReporter,
  tap: tapReporter,
  'tap-flat': tapReporter,
  minimal: minimalReporter,
  agent: minimalReporter,
  json: jsonReporter,
  jsonl: jsonLinesReporter,
  openmetrics: openMetricsReporter,
  junit: junitReporter,
  'github-actions': githubActionsReporter,
  github: githubActionsReporter,
  html: htmlReporter,
};

/** What a reporter adds to the job's summary, where the host keeps one. */
export const summaries: Readonly<Record<string, Reporter>> = {
  'github-actions': githubSummary,
  github: githubSummary,
};
