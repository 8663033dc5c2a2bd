/** The JSON reporter of `check`: one document, for programs. */
import type { CheckReporter } from './report.js';

/** The whole report; rules only by what is constant of them. */
export const jsonCheckReporter: CheckReporter = ({ rules, ...report }) => {
  const told = rules.map(({ id, name, severity, title }) => ({ id, name, severity, title }));
  const head = { apiVersion: 'seatrial.dev/v1alpha1', kind: 'CheckReport' };
  return `${JSON.stringify({ ...head, ...report, rules: told }, null, 2)}\n`;
};
