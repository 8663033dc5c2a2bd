/** The JSON reporter of `check`: one document, for programs. */
import type { VoyagesResult } from '../../check/voyages.js';
import type { CheckReporter } from './report.js';

/** The whole report; rules only by what is constant of them. */
export const jsonCheckReporter: CheckReporter = ({
  rules,
  voyages,
  counterexamples: _runs,
  ...report
}) => {
  const told = rules.map(({ id, name, severity, title }) => ({ id, name, severity, title }));
  const head = { apiVersion: 'seatrial.dev/v1alpha1', kind: 'CheckReport' };
  return `${JSON.stringify({ ...head, ...report, rules: told, ...(voyages !== undefined && { voyages: plain(voyages) }) }, null, 2)}\n`;
};

/** Laws without their judges. */
function plain({ laws, ...voyages }: VoyagesResult): unknown {
  return { ...voyages, laws: laws.map(({ name, family, says }) => ({ name, family, says })) };
}
