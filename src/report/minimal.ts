/** The minimal reporter, for agents and logs that cost by the line: what is wrong, and how to see it again. */
import type { Reporter } from './reporter.js';
import { countText, nameOf, troublesOf } from './standing.js';

/** Nothing of what went well but its count. */
export const minimalReporter: Reporter = ({ runs, seed }) => {
  const lines = runs.flatMap(run => {
    const troubles = troublesOf(run);
    if (troubles.length === 0) return [];
    return [
      `FAIL ${nameOf(run)}`,
      ...troubles.map(one => `${one.file}:${one.line}: ${one.title}: ${one.message}`),
      ...(run.folder === undefined ? [] : [`log: ${run.folder}/log.txt`]),
      ...run.hints.slice(0, 1),
    ];
  });
  return `${[...lines, `${countText(runs)} (seed ${seed})`].join('\n')}\n`;
};
