/** A voyage on a real cluster: the scenario as it stands, in real time, with what of ours the cluster lacks. */
import { needsOf } from '../backends/emulation/way.js';
import type { Needs } from '../backends/fit-out.js';
import type { ChosenBackend } from '../backends/index.js';
import type { BackendFlags, OpenedCluster } from '../backends/real-backend.js';
import { connects } from '../backends/sim-probe.js';
import { realNowMs } from '../host.js';
import { laws } from '../laws/index.js';
import { judgedResources, manifestsOf, namespacesOf } from './footprint.js';
import { RealEdge } from './edge/real-edge.js';
import { hasFailed } from './judgement.js';
import { believed, inRealTime, laterBy, startingNow, type Seen } from './real-time.js';
import { runScenario, type RunResult } from './run.js';
import { timeIsOver } from './step-time.js';
import type { Scenario } from './scenario.js';
import { launch, type VoyageOptions } from './voyage.js';

/** Settings of a voyage on a real cluster. */
export interface RealVoyageOptions extends VoyageOptions {
  readonly chosen: ChosenBackend;
  readonly flags: BackendFlags;
  /** Virtual seconds a real one, for `advance` and `traffic`. */
  readonly timeScale: number;
  /** The run ends after so much real time at the latest. */
  readonly realMaxMs: number;
}

/** What came of it. */
export interface RealVoyage extends RunResult {
  /** What is to be known of it: what is thin there, what was cut, where the history has gaps. */
  readonly notes: readonly string[];
}

/**
 * Sails once on the backend.
 *
 * @throws InputError or UserError when something in the scenario is wrong, or the backend fails.
 */
export async function sailForReal(
  given: Scenario,
  options: RealVoyageOptions,
): Promise<RealVoyage> {
  const { chosen, flags, tell, timeScale, realMaxMs } = options;
  const nowMs = realNowMs();
  const { scenario, cuts } = inRealTime(startingNow(given, nowMs), timeScale);
  const { stack, config, ...booted } = launch(scenario, options);
  const edge = new RealEdge({ hasTraffic: scenario.cluster.serviceTraffic ?? false });
  const needs: Needs = { ...booted, workloads: edge.around(booted.workloads) };
  const logsFolder = options.folder?.inside('cluster-logs');
  for (const cut of cuts) tell(cut);
  await using cluster = await chosen.backend.open({
    needs,
    config,
    flags,
    tell,
    endMs: realNowMs() + realMaxMs,
    namespaces: namespacesOf(scenario),
    objects: manifestsOf(scenario, { isTaken: true }),
    recorded: judgedResources(),
    asserts: { ...assertedOf(scenario), playsContainers: playsContainers(scenario) },
    ...(logsFolder !== undefined && { logsFolder }),
    ...(chosen.argument !== undefined && { argument: chosen.argument }),
  });
  const { fitted } = cluster;
  edge.begin(cluster);
  using _ended = { [Symbol.dispose]: () => edge.close() };
  if (stack !== undefined && fitted !== undefined) stack.attach({ ...fitted, loop: fitted.clock });
  const result = await runScenario(scenario, cluster, {
    ...options,
    edge,
    laterMs: laterBy(given, nowMs),
    isTimeOver: () => cluster.isTimeOver,
    ...(stack !== undefined && { stack }),
    ...(fitted !== undefined && {
      gpuBusySeconds: () => busySeconds(fitted),
      ...(fitted.nodes.size > 0 && { probe: connects(fitted) }),
    }),
  });
  await options.atEnd?.(cluster);
  if (hasFailed(result) && logsFolder !== undefined) await cluster.exportLogs?.(logsFolder);
  const missed = missedBy(cluster);
  for (const note of edge.notes()) tell(note);
  const skipped = result.steps.flatMap(({ message = '' }) =>
    message.startsWith(timeIsOver) ? [message] : [],
  );
  return {
    ...result,
    verdicts: believed(result.verdicts, laws, {
      observedMs: result.durationMs,
      missed,
      settings: scenario.laws,
    }),
    notes: [...cluster.thin, ...edge.notes(), ...cuts, ...skipped, ...missed.map(({ why }) => why)],
  };
}

/**
 * Whether containers do what the scenario says, or what modelled operators make of its objects: there need
 * be no image of them then.
 */
function playsContainers({ workloads, stack, cluster }: Scenario): boolean {
  return workloads.length > 0 || stack !== undefined || (cluster.operators ?? []).length > 0;
}

/** What its objects and faults ask of GPUs. */
function assertedOf(scenario: Scenario): ReturnType<typeof needsOf> {
  const faults = scenario.steps.flatMap(({ fault }) =>
    fault?.gpu === undefined ? [] : [{ kind: 'gpu' } as const],
  );
  return needsOf(manifestsOf(scenario, { isTaken: true }), faults);
}

function busySeconds({ nodes }: NonNullable<OpenedCluster['fitted']>): number {
  let seconds = 0;
  for (const node of nodes.values()) for (const gpu of node.gpus()) seconds += gpu.busySeconds;
  return seconds;
}

/** What the history of a real cluster misses. */
export function missedBy({ gaps, unrecorded }: OpenedCluster): Seen['missed'] {
  return [
    ...gaps.map(({ resource, fromRevision, toRevision, why }) => ({
      resource,
      why: `the history of ${resource} has a gap from revision ${fromRevision} to ${toRevision}: ${why}`,
    })),
    ...unrecorded.map(({ resource, why }) => ({
      resource,
      why: `the history holds no ${resource}: ${why}`,
    })),
  ];
}
