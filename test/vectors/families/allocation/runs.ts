/** Runs of policies on the traces, each made once. */
import { join } from 'node:path';
import { policies } from '../../../../src/bench/policies/index.js';
import type { Policy } from '../../../../src/bench/policies/policy.js';
import { arrivalOrder, type ArrivalOrder } from '../../../../src/bench/run/arrival-order.js';
import {
  inflate,
  type InflationEvent,
  type InflationResult,
} from '../../../../src/bench/run/inflation.js';
import { readOrder, readPublished } from '../../../../src/bench/trace/published-folder.js';
import type { Trace } from '../../../../src/bench/trace/trace.js';
import { inputOf, type Traces } from './folder.js';

/** The published experiments ask for 1.3 times what the cluster has. */
export const tune = 1.3;

/** Keeps traces and runs. */
export class Runs {
  private readonly traces = new Map<string, Trace | undefined>();
  private readonly runs = new Map<string, InflationResult>();

  constructor(private readonly from: Traces) {}

  /** The trace of a workload; undefined when its files are not there. */
  trace(workload: string): Trace | undefined {
    if (!this.traces.has(workload)) {
      const folder = this.from.inputs.find(
        input => inputOf({ ...this.from, inputs: [input] }, `openb/${workload}.csv`) !== undefined,
      );
      this.traces.set(workload, folder === undefined ? undefined : readPublished(folder, workload));
    }
    return this.traces.get(workload);
  }

  /** The order that lies there, or our own of the same seed. */
  order(workload: string, seed: number): ArrivalOrder | undefined {
    const trace = this.trace(workload);
    if (trace === undefined) return undefined;
    const kept = readOrder(join(this.from.folder, 'order', `${workload}.seed${seed}.json`), trace);
    return kept ?? arrivalOrder(trace, { seed, tune });
  }

  /** The run of a policy, by its published name; undefined when it cannot be made. */
  run(workload: string, published: string, seed: number): InflationResult | undefined {
    const key = `${workload} ${published} ${seed}`;
    const known = this.runs.get(key);
    const trace = this.trace(workload);
    const policy = policyOf(published);
    const order = known === undefined ? this.order(workload, seed) : undefined;
    if (trace === undefined || order === undefined || policy === undefined) return known;
    const result = inflate(trace, { policy, order, ties: 'smallest-name' });
    this.runs.set(key, result);
    return result;
  }

  /** Its decisions, a line each as in the golden files. */
  decisions(workload: string, published: string, seed: number): readonly string[] | undefined {
    const trace = this.trace(workload);
    const order = this.order(workload, seed);
    if (trace === undefined || order === undefined) return undefined;
    return decisionsOf(trace, order, published);
  }
}

/** Runs one policy, noting its decisions; undefined when there is no such policy. */
export function decisionsOf(
  trace: Trace,
  order: ArrivalOrder,
  published: string,
  line: (event: InflationEvent) => string = decisionLine,
): readonly string[] | undefined {
  const policy = policyOf(published);
  if (policy === undefined) return undefined;
  const decisions: string[] = [];
  const onEvent = (event: InflationEvent): void => void decisions.push(line(event));
  inflate(trace, { policy, order, ties: 'smallest-name', onEvent });
  return decisions;
}

function policyOf(published: string): Policy | undefined {
  return policies.find(one => one.published?.endsWith(published));
}

/** A decision as the golden files have it. */
export function decisionLine({ event, podRow, placement }: InflationEvent): string {
  return `${event},${podRow},${placement?.node ?? ''},${placement?.gpus.join('-') ?? ''}`;
}
