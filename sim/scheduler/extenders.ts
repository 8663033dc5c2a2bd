/** Where extenders have a say in one attempt to schedule a pod. @upstream pkg/scheduler/schedule_one.go, framework/preemption */
import type { Pod } from '../api/kinds/core.js';
import type { ConfigurationDocument } from './configuration.js';
import { Extender, type CallExtender, type Consulting, type Failure } from './extender.js';
import { status, type Candidate, type Status } from './framework.js';
import type { NodeInfo } from './node-info.js';
import type { NodeSnapshot } from './snapshot.js';

/** Who turned a pod away, where an extender did: no plug-in has this name. */
export const extenderName = 'Extender';

/** An extender's points go up to 10, a plug-in's to 100. */
const scale = 10;

/** The extenders of a configuration in the order in which they are asked. */
export class Extenders {
  private readonly all: readonly Extender[];

  constructor(documents: ConfigurationDocument['extenders'], call: CallExtender | undefined) {
    const made = (documents ?? []).map(document => new Extender(document, call));
    // Those that may fail come last. @upstream buildExtenders
    const isIgnorable = (each: Extender) => each.isIgnorable;
    this.all = [...made.filter(each => !isIgnorable(each)), ...made.filter(isIgnorable)];
  }

  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  get hasFilters(): boolean {
    return this.all.some(({ filters }) => filters);
  }

  get hasPriorities(): boolean {
    return this.all.some(({ prioritizes }) => prioritizes);
  }

  /** The nodes that all extenders leave; the reasons of the others go into the statuses. */
  *filter(
    pod: Pod,
    feasible: readonly NodeInfo[],
    statuses: Map<string, Status>,
  ): Consulting<readonly NodeInfo[] | Failure> {
    let left = feasible;
    for (const extender of this.all) {
      if (left.length === 0) break;
      if (!extender.filters || !extender.isInterested(pod)) continue;
      const filtered = yield* extender.filter(pod, left);
      if ('error' in filtered) {
        if (extender.isIgnorable) continue;
        return filtered;
      }
      for (const [node, reason] of Object.entries(filtered.failed)) {
        statuses.set(node, status('Unschedulable', '', reason));
      }
      for (const [node, reason] of Object.entries(filtered.unresolvable)) {
        statuses.set(node, status('UnschedulableAndUnresolvable', '', reason));
      }
      left = filtered.nodes;
    }
    return left;
  }

  /** Adds the extenders' points to the totals. */
  *prioritize(pod: Pod, nodes: readonly NodeInfo[], totals: number[]): Consulting<void> {
    for (const extender of this.all) {
      if (!extender.prioritizes || !extender.isInterested(pod)) continue;
      const scores = yield* extender.prioritize(pod, nodes);
      nodes.forEach(({ name }, index) => {
        const points = (scores.get(name) ?? 0) * extender.weight * scale;
        totals[index] = (totals[index] ?? 0) + points;
      });
    }
  }

  /** The candidates that all extenders leave, with the victims that they name. */
  *preempt(
    pod: Pod,
    candidates: readonly Candidate[],
    snapshot: NodeSnapshot,
  ): Consulting<readonly Candidate[] | Failure> {
    let left = candidates;
    for (const extender of this.all) {
      if (left.length === 0) break;
      if (!extender.preempts || !extender.isInterested(pod)) continue;
      const kept = yield* extender.preempt(pod, left, snapshot);
      if (!('error' in kept)) left = kept;
      else if (!extender.isIgnorable) return kept;
    }
    return left;
  }

  /** Lets the extender bind that does so; `isBound` false: none does. */
  *bind(
    pod: Pod,
    node: string,
  ): Consulting<{ readonly isBound: boolean; readonly error?: string | undefined }> {
    for (const extender of this.all) {
      if (!extender.binds || !extender.isInterested(pod)) continue;
      const error = yield* extender.bind(pod, node);
      if (error !== undefined && extender.isIgnorable) continue;
      return { isBound: true, error };
    }
    return { isBound: false };
  }
}
