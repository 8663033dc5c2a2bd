/** seatrial as a library: a simulated cluster to write tests against. */
import { bootSimulatedCluster, type SimulatedCluster } from './backends/sim.js';
import { simulationOptions, type SimulatedClusterOptions } from './backends/sim-options.js';
import { freshSeed } from './host.js';
import { readManifests } from './input/manifest-files.js';
import { parseManifests } from './input/manifests.js';
import { modelWorkloads } from './models/workloads.js';

export type { KubeObject, Kind } from '../sim/api/object.js';
export type { ApiAnswer, ApiRequest } from '../sim/api/request.js';
export type { HistoryEntry } from '../sim/server/contract.js';
export type {
  ContainerContext,
  Program,
  Workload,
  WorkloadRule,
} from '../sim/workloads/workload.js';
export type { Applied, Cluster, Fault, History } from './cluster.js';
export type { SimulatedCluster } from './backends/sim.js';
export { k3s, type K3sOptions } from './backends/k3s.js';
export { kind, type KindCluster, type KindOptions } from './backends/kind.js';
export { InputError, UserError } from './input/errors.js';
export { runScenario, type RunResult, type StepResult } from './scenario/run.js';
export { loadScenario, type Scenario } from './scenario/scenario.js';

/** What a simulated cluster is made from; everything has a default. */
export type SimulateOptions = Partial<SimulatedClusterOptions>;

/**
 * Boots a simulated cluster and waits, in virtual time, until its nodes are ready.
 *
 * @param options.seed - equal seeds give equal histories. Default: a fresh one.
 * @param options.config - a kind configuration file. Default: seatrial's own, with four nodes.
 * @throws InputError when the configuration is wrong, with file, line and field.
 *
 * @example
 * ```ts
 * import { manifests, simulate } from 'seatrial';
 *
 * await using cluster = await simulate({ seed: 1 });
 * await cluster.apply(
 *   manifests(`
 *     apiVersion: v1
 *     kind: Pod
 *     metadata: { name: hello, namespace: default }
 *     spec: { containers: [{ name: main, image: nginx }] }
 *   `),
 * );
 * const isRunning = await cluster.until(async () => {
 *   const answer = await cluster.request({
 *     method: 'GET',
 *     path: '/api/v1/namespaces/default/pods/hello',
 *   });
 *   return (answer.body as { status: { phase: string } }).status.phase === 'Running';
 * });
 * if (!isRunning) throw new Error('the pod does not run');
 * ```
 */
export async function simulate(options: SimulateOptions = {}): Promise<SimulatedCluster> {
  const makers = { ...modelWorkloads, ...options.makers };
  return bootSimulatedCluster(
    simulationOptions({ ...options, makers, seed: options.seed ?? freshSeed() }),
  );
}

/** The objects of a YAML text of manifests. */
export function manifests(text: string): ReturnType<typeof parseManifests>[number]['object'][] {
  return parseManifests(unindented(text), 'manifests').map(({ object }) => object);
}

/** The objects of a file of manifests, or of all in a folder. */
export function manifestFiles(path: string): ReturnType<typeof manifests> {
  return readManifests(path).map(({ object }) => object);
}

/** A template literal is indented as the code around it. */
function unindented(text: string): string {
  const lines = text.split('\n');
  const indents = lines.filter(line => line.trim() !== '').map(line => line.search(/\S/));
  const indent = Math.min(...indents);
  return Number.isFinite(indent) ? lines.map(line => line.slice(indent)).join('\n') : text;
}
