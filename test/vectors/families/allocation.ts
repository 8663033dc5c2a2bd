/**
 * The family of GPU allocations: published tables and single decisions on Alibaba's openb traces. A pass:
 * every decision equal, every cell of a table within 0.011, failures by class equal; of the random
 * policy, whose draws are not ours, the means over the seeds are within four standard errors.
 */
import type { VectorFamily } from '../family.js';
import { tracesAt } from './allocation/folder.js';
import { goldenCases, miniCases } from './allocation/decisions.js';
import { orderCases } from './allocation/orders.js';
import { Runs } from './allocation/runs.js';
import { summaryCases, tableCases } from './allocation/tables.js';

/** Replays orders, decisions, tables and their means. */
export const allocation: VectorFamily = {
  name: 'allocation',
  *replay(folder, { id }) {
    const traces = tracesAt(folder);
    if (traces === undefined) return;
    const runs = new Runs(traces);
    for (const cases of [orderCases, miniCases, goldenCases, tableCases, summaryCases]) {
      for (const one of cases(traces, runs)) {
        if (id?.test(one.id) === false) continue;
        const answer = one.replay();
        if (answer === undefined) yield { id: one.id, result: 'passed' };
        else if ('skipped' in answer) {
          yield { id: one.id, result: 'skipped', reason: answer.skipped };
        } else yield { id: one.id, result: 'failed', reason: answer.failed };
      }
    }
  },
};
