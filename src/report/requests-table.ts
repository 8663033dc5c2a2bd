/** The requests of clients to the Services of a run, in a table. */
import { humanDuration } from '../../sim/api/duration.js';
import type { RunResult } from '../scenario/run.js';
import type { ReportTable } from '../stacks/stack.js';

/** The table; undefined when none were sent. */
export function requestsTable({
  requests = [],
}: Pick<RunResult, 'requests'>): ReportTable | undefined {
  if (requests.length === 0) return undefined;
  const uncountedMs = Math.max(...requests.map(one => one.uncountedMs));
  return {
    title: 'requests to Services',
    columns: ['service', 'offered', 'finished', 'failed', 'by reason'],
    rows: requests.map(({ service, offered, finished, failed }) => {
      const all = Object.values(failed).reduce((sum, count) => sum + count, 0);
      const reasons = Object.entries(failed).map(([why, count]) => `${why} ${counted(count)}`);
      return [service, counted(offered), counted(finished), counted(all), reasons.join(', ')];
    }),
    ...(uncountedMs >= 1_000 && {
      notes: [
        `${humanDuration(uncountedMs)} after faults are not counted: who measures may be cut off as well`,
      ],
    }),
  };
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
