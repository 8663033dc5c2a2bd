/**
 * Makes room by stopping jobs: of lower priority, or of those that run on borrowed quota which its owner
 * wants back. As with kube-scheduler, on each node the fewest are stopped that will do, and the node is taken
 * whose victims matter least.
 */
import type { BenchNode } from '../cluster/bench-cluster.js';
import type { PodShape } from '../trace/trace.js';
import type { JobState, PlacedPod } from './job-state.js';
import type { TimedRun } from './timed-run.js';

/**
 * Stops what has to go for the job; false, and nothing is stopped, when that would not do.
 */
export function makeRoom(run: TimedRun, state: JobState): boolean {
  const { preemption = false, quota } = run.rules;
  const reclaims = quota?.reclaim === true && run.quota.isOwn(state.job.namespace, state.milli);
  if (!preemption && !reclaims) return false;
  if (!run.quota.allows(state.job.namespace, state.milli) && !reclaims) return false;
  const mayStop = ({ state: other }: PlacedPod): boolean =>
    (preemption && other.job.priority < state.job.priority) ||
    (reclaims &&
      other.job.namespace !== state.job.namespace &&
      run.quota.isBorrowing(other.job.namespace));
  const victims = new Set<JobState>();
  // What is taken away and given in thought is put back at the end.
  const removed: PlacedPod[] = [];
  const given: PlacedPod[] = [];
  const isPossible = state.job.pods.every(pod => {
    const choice = choose(run, pod, mayStop, victims);
    if (choice === undefined) return false;
    for (const placed of choice.victims) {
      if (victims.has(placed.state)) continue;
      victims.add(placed.state);
      for (const own of placed.state.placed) {
        run.unplace(own);
        removed.push(own);
      }
    }
    const gpus = run.cluster.devicesFor(choice.node, pod);
    const trial = { state, pod, placement: { node: choice.node, gpus } };
    run.cluster.place(pod, trial.placement);
    given.push(trial);
    return true;
  });
  for (const { pod, placement } of given) run.cluster.remove(pod, placement);
  for (const placed of removed.reverse()) {
    run.cluster.place(placed.pod, placed.placement);
    run.residents[placed.placement.node]?.add(placed);
  }
  if (!isPossible) return false;
  for (const victim of victims) run.stop(victim);
  return true;
}

interface Choice {
  readonly node: number;
  readonly victims: readonly PlacedPod[];
}

/** The node that costs least. */
function choose(
  run: TimedRun,
  pod: PodShape,
  mayStop: (placed: PlacedPod) => boolean,
  gone: ReadonlySet<JobState>,
): Choice | undefined {
  let best: Choice | undefined;
  for (const [node, on] of run.cluster.nodes.entries()) {
    const own = [...(run.residents[node] ?? [])].filter(
      placed => mayStop(placed) && !gone.has(placed.state),
    );
    const victims = fewest(run, on, pod, own);
    if (victims === undefined) continue;
    if (best === undefined || isBetter(victims, best.victims)) best = { node, victims };
    if (victims.length === 0) break;
  }
  return best;
}

/** The pods that must go for this one; the most important are kept first. */
function fewest(
  run: TimedRun,
  on: BenchNode,
  pod: PodShape,
  own: readonly PlacedPod[],
): readonly PlacedPod[] | undefined {
  if (on.fits(pod)) return [];
  for (const placed of own) run.cluster.remove(placed.pod, placed.placement);
  const isEnough = on.fits(pod);
  const victims: PlacedPod[] = [];
  for (const placed of own.toSorted(byImportance)) {
    run.cluster.place(placed.pod, placed.placement);
    if (!isEnough || on.fits(pod)) continue;
    run.cluster.remove(placed.pod, placed.placement);
    victims.push(placed);
  }
  for (const placed of victims) run.cluster.place(placed.pod, placed.placement);
  return isEnough ? victims : undefined;
}

function byImportance({ state: a }: PlacedPod, { state: b }: PlacedPod): number {
  return b.job.priority - a.job.priority || a.rank - b.rank;
}

/** Lower priorities first, then fewer pods. */
function isBetter(victims: readonly PlacedPod[], others: readonly PlacedPod[]): boolean {
  const most = (list: readonly PlacedPod[]): number =>
    list.reduce((highest, { state }) => Math.max(highest, state.job.priority), -Infinity);
  return (
    most(victims) < most(others) ||
    (most(victims) === most(others) && victims.length < others.length)
  );
}
