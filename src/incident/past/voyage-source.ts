/** Where a run can be sailed again from: a kept run's scenario, or the plan of a counterexample. */
import { bootSimulatedCluster, type SimulatedCluster } from '../../backends/sim.js';
import type { Simulation } from '../../../sim/simulation.js';
import { noUsage, type UsageSample } from '../../scenario/journal/lines.js';
import { sampleEveryMs, usageNow, type RunJournal } from '../../scenario/journal/run-journal.js';
import type { Scenario } from '../../scenario/scenario.js';
import { embark } from '../../scenario/voyage.js';
import { bootOptions } from '../../voyages/boot-options.js';
import type { VoyagePlan } from '../../voyages/plan.js';
import { edgeOfPlan, followPlan } from '../../voyages/run-plan.js';

/** What a voyage tells while it is sailed again. */
export interface Sailing {
  readonly tell: (line: string) => void;
  readonly journal?: RunJournal;
}

/** A cluster that was booted as then, and what happens to it. */
export interface Booted {
  readonly cluster: SimulatedCluster;
  /** Lets happen what happened; ends when nothing more does. */
  drive(): Promise<unknown>;
}

/** Boots a voyage again; equal seeds give equal histories. */
export type VoyageSource = (sailing: Sailing) => Promise<Booted>;

/** The voyage of a scenario. */
export function scenarioSource(
  scenario: Scenario,
  options: { readonly seed: number; readonly config?: string },
): VoyageSource {
  return async sailing => {
    const { cluster, run } = await embark(scenario, { ...options, ...sailing });
    return { cluster, drive: run };
  };
}

/** The voyage of a plan. */
export function planSourceOf(plan: VoyagePlan): VoyageSource {
  return async ({ tell, journal }) => {
    const onLog = journal === undefined ? {} : { onLog: journal.log };
    const edge = edgeOfPlan();
    const options = edge.around({ ...bootOptions(plan), ...onLog });
    const cluster = await bootSimulatedCluster(options);
    const samples: (readonly [number, UsageSample])[] = [];
    const sample = journal === undefined ? () => undefined : sampler(cluster.simulation, samples);
    edge.begin(cluster.simulation, look => {
      cluster.afterEach(() => {
        look();
        sample();
      });
    });
    const drive = async (): Promise<void> => {
      await followPlan(plan, cluster, {
        edge,
        tell: ({ what, refusal }) => tell(refusal === undefined ? what : `${what}: ${refusal}`),
      });
      if (journal === undefined) return;
      let next = 0;
      const sampledUntil = (ms: number): void => {
        for (; (samples[next]?.[0] ?? Infinity) < ms; next++) {
          const [atMs, usage] = samples[next] ?? [ms, noUsage];
          journal.sampled(usage, atMs);
        }
      };
      for await (const entry of cluster.history()) {
        sampledUntil(entry.timeMs);
        journal.observe(entry);
      }
      sampledUntil(Infinity);
      await journal.caughtUp(cluster);
      journal.keep(cluster.now(), { isLast: true });
    };
    return { cluster, drive };
  };
}

/** Notes what is used once a minute, between two events: a voyage's record is written when it is over. */
function sampler(
  simulation: Simulation,
  samples: (readonly [number, UsageSample])[],
): () => undefined {
  let lastMs = -Infinity;
  return () => {
    const nowMs = simulation.loop.now();
    if (nowMs - lastMs < sampleEveryMs) return;
    lastMs = nowMs;
    const usage = usageNow(simulation);
    if (usage !== undefined) samples.push([nowMs, usage]);
  };
}
