/** The requests of clients to the Services of a run, in a table. */
import { humanDuration } from '../../sim/api/duration.js';
import type { RunResult } from '../scenario/run.js';
import type { ServiceRequests } from '../scenario/service-requests.js';
import type { ReportTable } from '../stacks/stack.js';

/** So many faults are named. */
const faultsMax = 3;

/** The table; undefined when none were sent. */
export function requestsTable({
  requests = [],
}: Pick<RunResult, 'requests'>): ReportTable | undefined {
  if (requests.length === 0) return undefined;
  const notes = requests.flatMap(noteOf);
  return {
    title: 'requests to Services',
    columns: ['service', 'offered', 'finished', 'failed', 'by reason'],
    rows: requests.map(({ service, offered, finished, failed }) => {
      const all = Object.values(failed).reduce((sum, count) => sum + count, 0);
      const reasons = Object.entries(failed).map(([why, count]) => `${why} ${counted(count)}`);
      return [service, counted(offered), counted(finished), counted(all), reasons.join(', ')];
    }),
    ...(notes.length > 0 && { notes: [...notes, whyNotJudged] }),
  };
}

const whyNotJudged =
  'no law judges what is counted after faults: who measures or routes may be cut off too';

function noteOf({ service, afterFaults }: ServiceRequests): string[] {
  if (afterFaults === undefined) return [];
  const { forMs, offered, failed, faults } = afterFaults;
  const named = faults.slice(0, faultsMax).join(', ');
  const others = faults.length > faultsMax ? ` and ${faults.length - faultsMax} others` : '';
  const lost = `${counted(failed)} of ${counted(offered)} failed`;
  return [`${service}: ${lost} in the ${humanDuration(forMs)} after ${named}${others}`];
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
