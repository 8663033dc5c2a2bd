/** The reporters of `check`, by the names that --reporter takes. */
import { defaultCheckReporter } from './default.js';
import { githubActionsCheckReporter } from './github-actions.js';
import { checkSummary } from './github-summary.js';
import { htmlCheckReporter } from './html.js';
import { jsonCheckReporter } from './json.js';
import { junitCheckReporter } from './junit.js';
import { minimalCheckReporter } from './minimal.js';
import type { CheckReporter } from './report.js';
import { tapCheckReporter } from './tap.js';

/** Name -> reporter. */
export const checkReporters: Readonly<Record<string, CheckReporter>> = {
  default: defaultCheckReporter,
  human: defaultCheckReporter,
  minimal: minimalCheckReporter,
  agent: minimalCheckReporter,
  tap: tapCheckReporter,
  'tap-flat': tapCheckReporter,
  json: jsonCheckReporter,
  junit: junitCheckReporter,
  'github-actions': githubActionsCheckReporter,
  github: githubActionsCheckReporter,
  html: htmlCheckReporter,
};

/** What a reporter adds to the job's summary, where the host keeps one. */
export const checkSummaries: Readonly<Record<string, CheckReporter>> = {
  'github-actions': checkSummary,
  github: checkSummary,
};
