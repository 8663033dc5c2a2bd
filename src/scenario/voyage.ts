/** A voyage: a simulated cluster is booted as a scenario says, with its stack, and the scenario is run on it. */
import type { KubeObject } from '../../sim/api/object.js';
import { Random } from '../../sim/engine/random.js';
import type { TraceEntry } from '../../sim/engine/trace.js';
import type { NodeShape, Simulation } from '../../sim/simulation.js';
import { operators } from '../../sim/operators/index.js';
import { plainWorkloads } from '../../sim/workloads/index.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../backends/sim.js';
import { found, simulationOptions, type WorkloadMaker } from '../backends/sim-options.js';
import type { Cluster } from '../cluster.js';
import { connects } from '../backends/sim-probe.js';
import { atField } from '../input/at-field.js';
import { didYouMean, InputError } from '../input/errors.js';
import { modelWorkloads } from '../models/workloads.js';
import { stacks } from '../stacks/index.js';
import { neededBy } from '../backends/operators-for.js';
import { releaseOperators } from '../stacks/releases/release-operators.js';
import type { Stack } from '../stacks/stack.js';
import { Edge } from './edge/edge.js';
import { placementLines, readPast } from './recorded-past.js';
import { runScenario, type RunOptions, type RunResult } from './run.js';
import { manifestsOf } from './footprint.js';
import { appliedIn, servedServices } from './served-services.js';
import type { Scenario } from './scenario.js';

/** Settings of a voyage. */
export interface VoyageOptions extends Pick<
  RunOptions,
  'tell' | 'isInterrupted' | 'folder' | 'journal' | 'isLeftOut'
> {
  readonly seed: number;
  /** The kind configuration of a scenario that names none. */
  readonly config?: string;
  /** Keeps every entry of the trace, to name the first difference. Default false. */
  readonly keepsTrace?: boolean;
  /** Looks at the cluster when the scenario is over and before it is let go of. */
  readonly atEnd?: (cluster: Cluster) => Promise<void>;
  /** Nodes that join later. */
  readonly joining?: readonly NodeShape[];
}

/** Settings of a launch. */
export interface LaunchOptions extends Pick<VoyageOptions, 'seed' | 'config' | 'keepsTrace'> {
  readonly startMs?: number;
}

/** What came of a voyage. */
export interface Voyage extends RunResult {
  /** Equal for two voyages of one seed. */
  readonly digest: string;
  readonly trace: readonly TraceEntry[];
}

/**
 * Sails once.
 *
 * @throws InputError or UserError when something in the scenario is wrong, before anything runs.
 */
export async function sail(scenario: Scenario, options: VoyageOptions): Promise<Voyage> {
  const { cluster, run } = await embark(scenario, options);
  await using _ = cluster;
  const result = await run();
  await options.atEnd?.(cluster);
  const trace = options.keepsTrace === true ? cluster.simulation.trace.entries() : [];
  return { ...result, digest: cluster.digest(), trace };
}

/** A voyage that has not begun. */
export interface Embarked {
  readonly cluster: SimulatedCluster;
  /** Lets happen what the scenario says. */
  run(): Promise<RunResult>;
}

/** Boots the cluster of a scenario, with its stack. */
export async function embark(scenario: Scenario, options: VoyageOptions): Promise<Embarked> {
  const { stack, ...booted } = launch(scenario, options);
  const { journal } = options;
  const onLog = journal === undefined ? {} : { onLog: journal.log };
  const nodes = [...booted.nodes, ...(options.joining ?? [])];
  const edge = new Edge({ hasTraffic: scenario.cluster.serviceTraffic ?? false });
  const cluster = await bootSimulatedCluster(edge.around({ ...booted, nodes, ...onLog }));
  edge.begin(cluster.simulation, look => cluster.afterEach(look));
  stack?.attach(cluster.simulation);
  const run = async (): Promise<RunResult> => {
    const result = await runScenario(scenario, cluster, {
      ...options,
      ...(stack !== undefined && { stack }),
      gpuBusySeconds: () => busySeconds(cluster.simulation),
      probe: connects(cluster.simulation),
      edge,
    });
    for (const line of placementLines(booted.past)) {
      const told = ' '.repeat(11) + line;
      options.folder?.line(told);
      options.tell(told);
    }
    return result;
  };
  return { cluster, run };
}

/** What a cluster is booted from that a scenario describes, and the stack that is to be attached to it. */
export type Launch = ReturnType<typeof simulationOptions> & { readonly stack?: Stack };

/** Reads what a scenario says of its cluster, and makes its stack; `startMs` where it states no start. */
export function launch(
  scenario: Scenario,
  { seed, config: usual, keepsTrace, startMs: usualStartMs }: LaunchOptions,
): Launch {
  const { config = usual, operators, start, gpuMetrics } = scenario.cluster;
  const { schedulerConfig, schedulerTies } = scenario.cluster;
  const { interleaving = 0, metricsServer = true } = scenario.cluster;
  const stack = stackOf(scenario, seed);
  const manifests = manifestsOf(scenario);
  const makers = { ...modelWorkloads, ...stack?.makers };
  checkNames(scenario, makers);
  const startMs = start === undefined ? usualStartMs : startOf(scenario, start);
  const options = simulationOptions({
    seed,
    workloads: scenario.workloads,
    installs: releaseOperators,
    makers,
    ...(keepsTrace !== undefined && { keepsTrace }),
    ...(config !== undefined && { config }),
    ...(scenario.cluster.autoscaler !== undefined && { autoscaler: scenario.cluster.autoscaler }),
    ...(scenario.cluster.nodes !== undefined && { nodes: scenario.cluster.nodes }),
    ...(operators !== undefined && { operators }),
    alsoOperators: neededBy(manifests).map(({ name }) => name),
    manifests,
    ...(schedulerConfig !== undefined && { schedulerConfig }),
    ...(schedulerTies !== undefined && { schedulerTies }),
    ...(startMs !== undefined && { startMs }),
    ...(gpuMetrics !== undefined && { hasGpuMetrics: gpuMetrics }),
  });
  const { past, withoutControllers, loadedImages } = scenario.cluster;
  return {
    ...options,
    ...(past !== undefined && { past: readPast(past) }),
    ...(withoutControllers !== undefined && { withoutControllers }),
    ...(loadedImages !== undefined && { loadedImages }),
    ...servedBy(scenario, manifests),
    interleaving,
    hasMetricsServer: metricsServer,
    ...(stack !== undefined && { stack }),
  };
}

/** Where a past is played, others made what there is. */
function servedBy(
  { steps }: Scenario,
  manifests: readonly KubeObject[],
): Pick<Launch, 'servedServices'> {
  const isPast = steps.some(({ restore, replay }) => (restore ?? replay) !== undefined);
  if (isPast) return {};
  const applied = steps.flatMap(({ event }) => (event === undefined ? [] : appliedIn(event)));
  return { servedServices: servedServices([...manifests, ...applied]) };
}

function busySeconds({ nodes, formerNodes }: Simulation): number {
  let seconds = 0;
  for (const node of [...nodes.values(), ...formerNodes])
    for (const gpu of node.gpus()) seconds += gpu.busySeconds;
  return seconds;
}

function stackOf(scenario: Scenario, seed: number): Stack | undefined {
  const { stack, document, folder } = scenario;
  if (stack === undefined) return undefined;
  const kind = stacks[stack.kind];
  if (kind === undefined) {
    const path = ['spec', 'stack', 'kind'];
    const names = Object.keys(stacks);
    const near = didYouMean(stack.kind, names);
    throw new InputError(
      { file: document.file, line: document.lineOf(path), field: 'spec.stack.kind' },
      `there is no stack ${stack.kind}`,
      near === undefined ? `there are: ${names.join(', ')}` : `did you mean ${near}?`,
    );
  }
  const random = new Random(seed).fork(`stack/${stack.kind}`);
  return kind.create({ document, path: ['spec', 'stack'], random, folder });
}

/** Operators and workloads that are named are held to what there is, where they are named. */
function checkNames(
  { document, cluster, workloads }: Scenario,
  makers: Readonly<Record<string, WorkloadMaker>>,
): void {
  cluster.operators?.forEach((name, index) => {
    const known = { ...operators, ...releaseOperators };
    const path = ['spec', 'cluster', 'operators', index];
    atField(document, path, () => found('operator', name, known));
  });
  workloads.forEach(({ workload }, index) => {
    const known = { ...plainWorkloads, ...makers };
    const path = ['spec', 'workloads', index, 'workload'];
    atField(document, path, () => found('workload', workload, known));
  });
}

function startOf({ document }: Scenario, start: string): number {
  const startMs = Date.parse(start);
  if (Number.isFinite(startMs)) return startMs;
  const path = ['spec', 'cluster', 'start'];
  throw new InputError(
    { file: document.file, line: document.lineOf(path), field: 'spec.cluster.start' },
    `"${start}" is not a time`,
    'write it as RFC 3339: 2026-11-26T22:00:00Z',
  );
}
