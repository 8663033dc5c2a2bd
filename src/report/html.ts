/** The HTML reporter: one file that holds all it needs, to be shown to a colleague. */
import { reportPage } from './html/page.js';
import type { Reporter } from './reporter.js';

/** A page with what happened when, the laws with their evidence, steps, tables and variants. */
export const htmlReporter: Reporter = report => reportPage(report);
