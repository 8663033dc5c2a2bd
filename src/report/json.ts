/** The JSON reporter: one document, for programs. */
import type { Reporter } from './reporter.js';

/** The whole report as JSON; what happened over time lies in the kept run's folder. */
export const jsonReporter: Reporter = report => {
  const runs = report.runs.map(({ record: _record, ...run }) => run);
  const document = { apiVersion: 'seatrial.dev/v1alpha1', kind: 'Report', ...report, runs };
  return `${JSON.stringify(document, null, 2)}\n`;
};
