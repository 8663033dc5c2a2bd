/** Who is evicted rather than whom, and on which node. @upstream pkg/scheduler/framework/preemption/preemption.go */
import { timeMs } from '../api/time.js';
import type { Candidate } from './framework.js';
import type { PodInfo } from './pod-info.js';

/** Orders pods by importance: the higher priority first, then who started earlier. @upstream MoreImportantPod */
export function importance(nowMs: number): (a: PodInfo, b: PodInfo) => number {
  return (a, b) =>
    a.priority === b.priority ? startMs(a, nowMs) - startMs(b, nowMs) : b.priority - a.priority;
}

/**
 * The candidates that tie for the first place, by name: fewest broken budgets, lowest highest
 * priority, lowest sum of priorities, fewest victims, latest start. @upstream pickOneNodeForPreemption
 */
export function bestCandidates(
  candidates: readonly Candidate[],
  nowMs: number,
): readonly Candidate[] {
  const costs: readonly ((candidate: Candidate) => number)[] = [
    ({ pdbViolations }) => pdbViolations,
    ({ victims }) => victims[0]?.priority ?? 0,
    ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0),
    ({ victims }) => victims.length,
    ({ victims }) => -earliestStartMs(victims, nowMs),
  ];
  let best = candidates;
  for (const cost of costs) {
    if (best.length <= 1) break;
    const least = Math.min(...best.map(cost));
    best = best.filter(candidate => cost(candidate) === least);
  }
  return [...best].sort((a, b) => (a.node < b.node ? -1 : 1));
}

/** When the first of the victims with the highest priority started. */
function earliestStartMs(victims: readonly PodInfo[], nowMs: number): number {
  const highest = Math.max(...victims.map(({ priority }) => priority));
  const starts = victims
    .filter(({ priority }) => priority === highest)
    .map(victim => startMs(victim, nowMs));
  return Math.min(...starts);
}

function startMs({ pod }: PodInfo, nowMs: number): number {
  return timeMs(pod.status?.startTime) ?? nowMs;
}
