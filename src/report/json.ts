/** The JSON reporter: one document, for programs. */
import type { Reporter } from './reporter.js';

/** The whole report as JSON. */
export const jsonReporter: Reporter = report =>
  `${JSON.stringify({ apiVersion: 'seatrial.dev/v1alpha1', kind: 'Report', ...report }, null, 2)}\n`;
