/** The minimal reporter of `check`, for agents and logs that cost by the line: what is wrong, and what to do. */
import type { VoyagesResult } from '../../check/voyages.js';
import { answerText, neverReadyLines, trafficLines } from './voyage-text.js';
import { countsText, type CheckReporter } from './report.js';

/** Errors and warnings in a line each, the replay of what broke a law, and the counts. */
export const minimalCheckReporter: CheckReporter = ({ findings, voyages }) => {
  const serious = findings.filter(({ severity }) => severity !== 'info');
  const failures = (voyages?.failures ?? []).flatMap(({ example, file }) => [
    `FAIL ${example.law}: ${example.breaches[0]?.what ?? ''}`,
    `again: npx seatrial replay ${example.token}`,
    `kept: ${file}`,
  ]);
  const lines = [
    ...serious.map(({ severity, file, line, id, object, message, fix }) => {
      const what = object === '' ? message : `${object}: ${message}`;
      return `${file}:${line}: ${severity} ${id}: ${what} (fix: ${fix})`;
    }),
    ...failures,
    `static pass: ${countsText(findings)}`,
    ...(voyages === undefined
      ? []
      : [answerText(voyages), ...neverReadyLines(voyages.explored), ...lockedOut(voyages)]),
  ];
  return `${lines.join('\n')}\n`;
};

/** What policies shut is wrong, and what manifests could prevent; that a request fails while pods die is not. */
function lockedOut(voyages: VoyagesResult): string[] {
  const { shut = {}, unheard = {} } = voyages.explored.traffic;
  return Object.keys({ ...shut, ...unheard }).length > 0 ? trafficLines(voyages) : [];
}
