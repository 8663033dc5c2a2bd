/** The reporters of `check`, by the names that --reporter takes. */
import { defaultCheckReporter } from './default.js';
import { githubActionsCheckReporter } from './github-actions.js';
import { jsonCheckReporter } from './json.js';
import { junitCheckReporter } from './junit.js';
import type { CheckReporter } from './report.js';

/** Name -> reporter. */
export const checkReporters: Readonly<Record<string, CheckReporter>> = {
  default: defaultCheckReporter,
  json: jsonCheckReporter,
  junit: junitCheckReporter,
  'github-actions': githubActionsCheckReporter,
};
