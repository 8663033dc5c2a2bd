/** The requests of clients to the Services of a run, in a table. */
import type { RunResult } from '../scenario/run.js';
import type { ReportTable } from '../stacks/stack.js';

/** The table; undefined when none were sent. */
export function requestsTable({
  requests = [],
}: Pick<RunResult, 'requests'>): ReportTable | undefined {
  if (requests.length === 0) return undefined;
  return {
    title: 'requests to Services',
    columns: ['service', 'offered', 'finished', 'failed', 'by reason'],
    rows: requests.map(({ service, offered, finished, failed }) => {
      const all = Object.values(failed).reduce((sum, count) => sum + count, 0);
      const reasons = Object.entries(failed).map(([why, count]) => `${why} ${counted(count)}`);
      return [service, counted(offered), counted(finished), counted(all), reasons.join(', ')];
    }),
  };
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
