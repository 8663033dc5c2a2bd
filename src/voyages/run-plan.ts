/** Sails a voyage as its plan says, and judges it. */
import type { PlantedFault } from '../../sim/engine/planted.js';
import { plant } from '../../sim/engine/planted.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../backends/sim.js';
import { connects } from '../backends/sim-probe.js';
import { hearsOutcomes, judge, type Verdict } from '../laws/judge.js';
import type { Law, LawSettings, Outcome } from '../laws/law.js';
import { Crew } from '../scenario/crew.js';
import { Edge, type EdgeOptions } from '../scenario/edge/edge.js';
import type { TrafficTotals } from '../scenario/edge/service-traffic.js';
import { wordsOf } from '../scenario/happening.js';
import { releaseOutcomes } from '../stacks/releases/release-outcomes.js';
import type { Cluster } from '../cluster.js';
import { bootOptions } from './boot-options.js';
import type { VoyagePlan } from './plan.js';
import { withWhyGone } from './why-gone.js';

/** How a plan is sailed. */
export interface PlanOptions {
  readonly laws: readonly Law[];
  /** Thresholds by law, where they are not to be the defaults. */
  readonly settings?: Readonly<Record<string, LawSettings>>;
  /** Hears of what is done, as it is done. */
  readonly tell?: (news: VoyageNews) => Promise<void> | void;
  /** Ends the voyage so long after its start, in virtual milliseconds: then nothing is judged. */
  readonly untilMs?: number;
  /** Only for tests. */
  readonly planted?: readonly PlantedFault[];
}

/** Something that was done on a voyage. */
export interface VoyageNews {
  /** Since the boot, in milliseconds. */
  readonly atMs: number;
  readonly what: string;
  /** What the API server said against it. */
  readonly refusal?: string;
  /** What it has led to can be read here. */
  readonly cluster: Cluster;
}

/** What came of a voyage. */
export interface Sailed {
  readonly verdicts: readonly Verdict[];
  /** Equal for two voyages of one plan. */
  readonly digest: string;
  readonly history: readonly HistoryEntry[];
  /** What was measured: accesses too, where one of the laws hears of what is measured. */
  readonly outcomes: readonly Outcome[];
  readonly startMs: number;
  readonly endMs: number;
  readonly stats: VoyageStats;
}

/** What a voyage was made of. */
export interface VoyageStats {
  /** Events of the simulation's loop. */
  readonly events: number;
  readonly writes: number;
  /** What the API server refused of the manifests and the events, in its words. */
  readonly refusals: readonly string[];
  /** Requests to the Services of the manifests. */
  readonly traffic: TrafficTotals;
}

/**
 * Sails: the manifests are applied and settle, the events happen, and all settles again.
 *
 * @throws UserError when an event names a node or a process that is not there.
 */
export async function runPlan(plan: VoyagePlan, options: PlanOptions): Promise<Sailed> {
  const { tell, laws, settings = {}, untilMs = Infinity } = options;
  const { planted = [] } = options;
  const edge = edgeOfPlan({ watchesAccesses: laws.some(hearsOutcomes) });
  await using cluster = await bootSimulatedCluster({ ...edge.around(bootOptions(plan)), planted });
  const { simulation } = cluster;
  edge.begin(simulation, look => cluster.afterEach(look));
  const startMs = cluster.now();
  const refusals: string[] = [];
  const crew = await followPlan(plan, cluster, {
    edge,
    untilMs,
    tell(news) {
      const { what, refusal } = news;
      if (refusal !== undefined) refusals.push(`${what}: ${refusal}`);
      return tell?.(news);
    },
  });
  const history = [...simulation.server.history()];
  // What is planted is planted in the cluster, not in those who judge it.
  plant([]);
  const endMs = cluster.now();
  const isWhole = startMs + untilMs > endMs;
  const outcomes = edge.outcomes([...crew.outcomes, ...releaseOutcomes(history)]);
  return {
    verdicts: isWhole ? judge(laws, { history, outcomes, endMs, settings }) : [],
    digest: cluster.digest(),
    history,
    outcomes,
    startMs,
    endMs,
    stats: {
      events: simulation.trace.count,
      writes: simulation.server.revision(),
      refusals: withWhyGone(refusals, history),
      traffic: edge.traffic?.totals() ?? { services: 0, offered: 0, failed: 0 },
    },
  };
}

/** The edge of the cluster of a plan: traffic reaches its services. */
export function edgeOfPlan(options: Pick<EdgeOptions, 'watchesAccesses'> = {}): Edge {
  return new Edge({ hasTraffic: true, ...options });
}

/** How a plan is followed. */
export interface FollowOptions extends Pick<PlanOptions, 'tell' | 'untilMs'> {
  /** The edge of the cluster, which has begun. */
  readonly edge?: Edge;
}

/** Lets happen to a cluster that was just booted what the plan says. */
export async function followPlan(
  plan: VoyagePlan,
  cluster: SimulatedCluster,
  { tell, edge, untilMs = Infinity }: FollowOptions,
): Promise<Crew> {
  const crew = new Crew(cluster, connects(cluster.simulation), edge);
  await crewFollows(plan, cluster, crew, {
    untilMs,
    ...(tell !== undefined && { tell }),
  });
  return crew;
}

/** Lets a crew do what the plan says, on whatever cluster it has. */
export async function crewFollows(
  plan: VoyagePlan,
  cluster: Cluster,
  crew: Crew,
  { tell, untilMs = Infinity }: Pick<PlanOptions, 'tell' | 'untilMs'>,
): Promise<void> {
  const startMs = cluster.now();
  const left = (): number => startMs + untilMs - cluster.now();
  const told = async (what: string, refusal: string | undefined): Promise<void> => {
    const atMs = cluster.now() - startMs;
    await tell?.({ atMs, what, cluster, ...(refusal !== undefined && { refusal }) });
  };
  for (const { object, message } of await crew.apply(plan.objects)) {
    await told(`apply ${object.kind ?? ''} ${object.metadata.name ?? ''}`, message);
  }
  await crew.advance(Math.min(plan.settleMs, left()));
  for (const { afterMs, ...happening } of plan.events) {
    await crew.advance(Math.min(afterMs, left()));
    if (left() <= 0) return;
    await told(wordsOf(happening), await crew.happen(happening));
  }
  await crew.advance(Math.min(plan.settleMs, left()));
  await told('the end', undefined);
}
