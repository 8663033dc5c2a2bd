/** The reporters, by the names that --reporter takes. */
import { defaultReporter } from './default.js';
import { githubActionsReporter } from './github-actions.js';
import { htmlReporter } from './html.js';
import { jsonReporter } from './json.js';
import { junitReporter } from './junit.js';
import type { Reporter } from './reporter.js';

/** Name -> reporter. */
export const reporters: Readonly<Record<string, Reporter>> = {
  default: defaultReporter,
  html: htmlReporter,
  json: jsonReporter,
  junit: junitReporter,
  'github-actions': githubActionsReporter,
};
