/** The folder of published traces that a user names: where its files lie, and what there is. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, InputError, UserError } from '../../input/errors.js';
import type { ArrivalOrder } from '../run/arrival-order.js';
import { readNodes, readPods } from './openb.js';
import { whereToGetTraces } from './rows.js';
import type { Trace } from './trace.js';

/** The nodes that the published experiment ran on. */
const nodeFile = 'openb_node_list_gpu_node.csv';

/** Where the authors' repository and other collections keep the files, below the folder that is named. */
const places = ['', 'openb', 'csv', 'data/csv'];

/** The name of the trace's file, of its short name: `default` is openb_pod_list_default. */
export function workloadName(short: string): string {
  const bare = short.replace(/\.csv$/, '');
  return bare.startsWith('openb_pod_list_') ? bare : `openb_pod_list_${bare}`;
}

/**
 * Reads a workload of openb.
 *
 * @throws UserError that says where to get the traces when the folder has none.
 */
export function readPublished(folder: string, workload: string): Trace {
  const name = workloadName(workload);
  return {
    name,
    nodes: readNodes(findFile(folder, nodeFile)),
    pods: readPods(findFile(folder, `${name}.csv`)),
  };
}

function findFile(folder: string, name: string): string {
  const found = places.map(place => join(folder, place, name)).find(existsSync);
  if (found !== undefined) return found;
  throw new UserError(`no ${name} in ${folder} or in its folders openb, csv, data/csv`, {
    exitCode: exitCodes.usage,
    code: 'no-trace',
    next: whereToGetTraces,
  });
}

/**
 * The order that lies beside the trace (order/<trace>.seed<N>.json); undefined when there is none.
 *
 * @throws InputError when it does not belong to the trace.
 */
export function readOrder(
  file: string,
  { pods, nodes }: Trace,
): (ArrivalOrder & { readonly tune: number }) | undefined {
  if (!existsSync(file)) return undefined;
  // The fields are checked below.
  const order = JSON.parse(readFileSync(file, 'utf8')) as ArrivalOrder & { readonly tune: number };
  const isRow = (row: unknown): boolean =>
    typeof row === 'number' && Number.isInteger(row) && row >= 0 && row < pods.length;
  if (!Array.isArray(order.podRows) || !order.podRows.every(isRow)) {
    throw new InputError(
      { file, field: 'podRows' },
      `must be rows of the ${pods.length} pods`,
      'write a list of numbers from 0 on',
    );
  }
  if (!Array.isArray(order.nodeRank) || order.nodeRank.length !== nodes.length) {
    throw new InputError(
      { file, field: 'nodeRank' },
      `must rank the ${nodes.length} nodes`,
      'write a number for each',
    );
  }
  return order;
}
