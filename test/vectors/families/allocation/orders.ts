/** Orders of arrival: drawn by our own Go generator, they equal those that were derived with Go's. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { arrivalOrder, type ArrivalOrder } from '../../../../src/bench/run/arrival-order.js';
import { vectorFiles } from '../../files.js';
import type { AllocationCase, Traces } from './folder.js';
import type { Runs } from './runs.js';

/** A case for each order. */
export function* orderCases({ folder }: Traces, runs: Runs): Iterable<AllocationCase> {
  for (const file of vectorFiles(join(folder, 'order'), '.json')) {
    yield {
      id: `order/${basename(file, '.json')}`,
      replay() {
        const kept = JSON.parse(readFileSync(file, 'utf8')) as ArrivalOrder & {
          readonly trace: string;
          readonly tune: number;
        };
        const trace = runs.trace(kept.trace);
        if (trace === undefined) return { skipped: `no openb/${kept.trace}.csv` };
        const own = arrivalOrder(trace, { seed: kept.seed, tune: kept.tune });
        return (
          difference('podRows', kept.podRows, own.podRows) ??
          difference('nodeRank', kept.nodeRank, own.nodeRank)
        );
      },
    };
  }
}

function difference(
  what: string,
  wanted: readonly number[],
  own: readonly number[],
): { readonly failed: string } | undefined {
  const at = wanted.findIndex((value, index) => value !== own[index]);
  if (at < 0 && wanted.length === own.length) return undefined;
  return { failed: `${what}[${at}] is ${own[at] ?? 'missing'}, not ${wanted[at] ?? 'missing'}` };
}
