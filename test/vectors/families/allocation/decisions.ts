/** Single decisions: every pod to the same node and GPUs as in the recorded runs. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readOrder } from '../../../../src/bench/trace/published-folder.js';
import { readNodes, readPods } from '../../../../src/bench/trace/openb.js';
import { readText, vectorFiles } from '../../files.js';
import { inputOf, type AllocationCase, type Traces } from './folder.js';
import { decisionLine, decisionsOf, type Runs } from './runs.js';

type Answer = ReturnType<AllocationCase['replay']>;

/** A case for each file of golden/. */
export function* goldenCases({ folder }: Traces, runs: Runs): Iterable<AllocationCase> {
  for (const file of vectorFiles(join(folder, 'golden'), '.csv')) {
    const [workload = '', seed = '', policy = ''] = basename(file, '.csv').split('.');
    yield {
      id: `golden/${basename(file, '.csv')}`,
      replay() {
        const own = runs.decisions(workload, policy, Number(seed.replace('seed', '')));
        if (own === undefined) return { skipped: `no openb/${workload}.csv, or no such policy` };
        return firstDifference(rowsOf(file), own);
      },
    };
  }
}

/** A case for each golden file of the small cluster, with the state after each event. */
export function* miniCases(traces: Traces): Iterable<AllocationCase> {
  for (const file of vectorFiles(join(traces.folder, 'mini'), '.csv')) {
    const [, seed, policy] = /golden\.seed(\d+)\.(\w+)\.csv$/.exec(file) ?? [];
    if (seed === undefined || policy === undefined) continue;
    const id = `mini/seed${seed}.${policy}`;
    yield { id, replay: () => miniAnswer(traces, { file, seed, policy }) };
  }
}

function miniAnswer(
  traces: Traces,
  { file, seed, policy }: { readonly file: string; readonly seed: string; readonly policy: string },
): Answer {
  const nodes = inputOf(traces, 'mini/nodes.csv');
  const pods = inputOf(traces, 'mini/pods.csv');
  const orderFile = inputOf(traces, `mini/order.seed${seed}.json`);
  if (nodes === undefined || pods === undefined || orderFile === undefined) {
    return { skipped: 'no mini/nodes.csv, mini/pods.csv or order' };
  }
  const trace = { name: 'mini', nodes: readNodes(nodes), pods: readPods(pods) };
  const order = existsSync(orderFile) ? readOrder(orderFile, trace) : undefined;
  if (order === undefined) return { skipped: 'no order' };
  const own = decisionsOf(trace, order, policy, event =>
    [
      decisionLine(event),
      event.allocatedMilli,
      event.fragmentedMilli.toFixed(3),
      event.unallocatedMilli,
    ].join(','),
  );
  if (own === undefined) return { skipped: `no policy ${policy}` };
  return firstDifference(rowsOf(file), own, isSameState);
}

/** Fragmentation is written with three decimals, whose last may be rounded either way. */
function isSameState(wanted: string, own: string): boolean {
  const [a, b] = [wanted.split(','), own.split(',')];
  return a.every((cell, index) =>
    index === 5 ? Math.abs(Number(cell) - Number(b[index])) < 0.0015 : cell === b[index],
  );
}

function rowsOf(file: string): string[] {
  return readText(file).trim().split('\n').slice(1);
}

function firstDifference(
  wanted: readonly string[],
  own: readonly string[],
  isSame = (a: string, b: string) => a === b,
): Answer {
  const at = wanted.findIndex((row, index) => !isSame(row.trim(), own[index] ?? ''));
  if (at >= 0) return { failed: `event ${at}: ${own[at] ?? 'nothing'}, not ${wanted[at] ?? ''}` };
  if (wanted.length === own.length) return undefined;
  return { failed: `${own.length} events, not ${wanted.length}` };
}
