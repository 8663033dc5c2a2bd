/** Sails a voyage as its plan says, and judges it. */
import type { PlantedFault } from '../../sim/engine/planted.js';
import { plant } from '../../sim/engine/planted.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { bootSimulatedCluster } from '../backends/sim.js';
import { connects } from '../backends/sim-probe.js';
import { simulationOptions } from '../backends/sim-options.js';
import { judge, type Verdict } from '../laws/judge.js';
import type { Law, Outcome } from '../laws/law.js';
import { Crew } from '../scenario/crew.js';
import { clusterConfig } from './cluster-config.js';
import type { VoyagePlan } from './plan.js';

/** How a plan is sailed. */
export interface PlanOptions {
  readonly laws: readonly Law[];
  /** Hears of what is done, as it is done. */
  readonly tell?: (timeMs: number, what: string) => void;
  /** Ends the voyage so long after its start, in virtual milliseconds: then nothing is judged. */
  readonly untilMs?: number;
  /** Only for tests. */
  readonly planted?: readonly PlantedFault[];
}

/** What came of a voyage. */
export interface Sailed {
  readonly verdicts: readonly Verdict[];
  /** Equal for two voyages of one plan. */
  readonly digest: string;
  readonly history: readonly HistoryEntry[];
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
}

/**
 * Sails: the manifests are applied and settle, the events happen, and all settles again.
 *
 * @throws UserError when an event names a node or a process that is not there.
 */
export async function runPlan(plan: VoyagePlan, options: PlanOptions): Promise<Sailed> {
  const { tell = () => undefined, laws, untilMs = Infinity } = options;
  const { cluster: shape, seed } = plan;
  await using cluster = await bootSimulatedCluster({
    ...simulationOptions({
      seed,
      config: clusterConfig(plan),
      operators: shape.operators ?? [],
    }),
    hasMetricsServer: shape.hasMetrics ?? false,
    interleaving: seed,
    planted: options.planted ?? [],
  });
  const { simulation } = cluster;
  const crew = new Crew(cluster, connects(simulation));
  const startMs = cluster.now();
  const refusals: string[] = [];
  const left = (): number => startMs + untilMs - cluster.now();
  const sail = async (): Promise<void> => {
    for (const { object, message } of await crew.apply(plan.objects)) {
      const what = `apply ${object.kind ?? ''} ${object.metadata.name ?? ''}`;
      tell(cluster.now(), message === undefined ? what : `${what}: ${message}`);
      if (message !== undefined) refusals.push(`${what}: ${message}`);
    }
    await crew.advance(Math.min(plan.settleMs, left()));
    for (const { afterMs, ...happening } of plan.events) {
      await crew.advance(Math.min(afterMs, left()));
      if (left() <= 0) return;
      const refusal = await crew.happen(happening);
      const what = JSON.stringify(happening);
      tell(cluster.now(), refusal === undefined ? what : `${what}: ${refusal}`);
      if (refusal !== undefined) refusals.push(`${happening.kind}: ${refusal}`);
    }
    await crew.advance(Math.min(plan.settleMs, left()));
  };
  await sail();
  const history = [...simulation.server.history()];
  // What is planted is planted in the cluster, not in those who judge it.
  plant([]);
  const endMs = cluster.now();
  const isWhole = left() > 0;
  const { outcomes } = crew;
  return {
    verdicts: isWhole ? judge(laws, { history, outcomes, endMs }) : [],
    digest: cluster.digest(),
    history,
    outcomes,
    startMs,
    endMs,
    stats: { events: simulation.trace.count, writes: simulation.server.revision(), refusals },
  };
}
