/** Defragmentation: pods are moved off a node so that a waiting one has room there. */
import type { PodShape } from '../trace/trace.js';
import { gpuMilliOf } from '../trace/trace.js';
import { modelSuits } from '../cluster/bench-node.js';
import type { JobState, PlacedPod } from './job-state.js';
import type { RepackRules } from './rules.js';
import type { TimedRun } from './timed-run.js';

/** Moves pods for a job of one pod that waits; false when no node can be cleared enough. */
export function repackFor(run: TimedRun, { job }: JobState, rules: RepackRules): boolean {
  const [pod, another] = job.pods;
  if (pod === undefined || another !== undefined || pod.gpus === 0) return false;
  const candidates = run.cluster.nodes
    .map((on, node) => ({ on, node, count: run.residents[node]?.size ?? 0 }))
    .filter(
      ({ on, count }) =>
        modelSuits(on.model, pod.models) && on.gpuLeft.length >= pod.gpus && count > 0,
    )
    .sort((a, b) => b.on.gpuLeftTotal - a.on.gpuLeftTotal || a.count - b.count || a.node - b.node);
  return candidates.some(({ node }) => clear(run, { node, pod, rules }));
}

/** Moves the smallest pods elsewhere, one after another, until the waiting one fits; or takes all back. */
function clear(
  run: TimedRun,
  {
    node,
    pod,
    rules,
  }: { readonly node: number; readonly pod: PodShape; readonly rules: RepackRules },
): boolean {
  const on = run.cluster.nodes[node];
  const moved: { readonly placed: PlacedPod; readonly from: PlacedPod['placement'] }[] = [];
  const own = [...(run.residents[node] ?? [])].sort(
    (a, b) => gpuMilliOf(a.pod) - gpuMilliOf(b.pod) || a.state.rank - b.state.rank,
  );
  for (const placed of own) {
    if (on?.fits(pod) === true || moved.length === rules.movesMax) break;
    const from = placed.placement;
    run.unplace(placed);
    const to = run.placer.find(placed.pod, { except: node });
    const isElsewhere = to !== undefined;
    placed.placement = isElsewhere ? to : from;
    run.cluster.place(placed.pod, placed.placement);
    run.residents[placed.placement.node]?.add(placed);
    if (isElsewhere) moved.push({ placed, from });
  }
  if (on?.fits(pod) === true && moved.length > 0) {
    for (const { placed } of moved) run.delay(placed.state, rules.pauseSeconds);
    run.moves += moved.length;
    return true;
  }
  for (const { placed, from } of moved.reverse()) {
    run.unplace(placed);
    placed.placement = from;
    run.cluster.place(placed.pod, from);
    run.residents[from.node]?.add(placed);
  }
  return false;
}
