/** Cluster Autoscaler 1.36's decisions: groups that grow, nodes that go, pods that are in the way, groups that are alike. */
import { areSimilar } from '../../../sim/cluster-autoscaler/similar.js';
import type { CaseResult, VectorFamily } from '../family.js';
import { readLines, vectorFiles } from '../files.js';
import type { AutoscalerCase } from './cluster-autoscaler/case.js';
import { drained } from './cluster-autoscaler/drain.js';
import { scaledDown } from './cluster-autoscaler/scale-down.js';
import { orderedEvent, scaledUp } from './cluster-autoscaler/scale-up.js';
import { firstDifference } from './scheduler/difference.js';

/** The family `cluster-autoscaler`. */
export const clusterAutoscaler: VectorFamily = {
  name: 'cluster-autoscaler',
  *replay(folder, { id: wanted }) {
    for (const path of vectorFiles(folder, '.jsonl')) {
      for (const each of readLines<AutoscalerCase>(path)) {
        if (wanted === undefined || wanted.test(each.id)) yield replayCase(each);
      }
    }
  },
};

/** Where Cluster Autoscaler leaves it to chance, any of several answers is right. */
function replayCase(each: AutoscalerCase): CaseResult {
  const answers = each.expectAnyOf ?? [each.expect];
  try {
    const actual = rounded(answerOf(each));
    const reasons = answers.map(expected => firstDifference(actual, comparable(expected)));
    const [reason] = reasons;
    if (reasons.includes(undefined) || reason === undefined) {
      return { id: each.id, result: 'passed' };
    }
    return { id: each.id, result: 'failed', reason };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { id: each.id, result: 'failed', reason };
  }
}

function answerOf(each: AutoscalerCase): unknown {
  switch (each.kind) {
    case 'similar': {
      const [a, b] = each.templates ?? [];
      if (a === undefined || b === undefined) throw new Error('a case of two templates has two');
      return { similar: areSimilar({ node: a, pods: [] }, { node: b, pods: [] }) };
    }
    case 'drain':
      return drained(each);
    case 'scale-up':
      return scaledUp(each);
    case 'scale-down':
      return scaledDown(each);
  }
}

/** The events are told in no order, and what they list neither. */
function comparable(expected: unknown): unknown {
  const { events } = expected as { readonly events?: readonly string[] };
  if (events === undefined) return rounded(expected);
  return Object.assign({}, expected, { events: events.map(orderedEvent).sort() });
}

/** Shares are compared to four places: they may have been written down rounded. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 10_000) / 10_000;
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)]));
}
