/** Boots a simulated cluster. It reads like a boot log, and it is the only file that sees every part. */
import { controllerManager } from './attached-nodes.js';
import { apiDoor } from './api-door.js';
import { metricsParts } from './boot-metrics.js';
import { autoscalerParts, MachineHall } from './boot-machines.js';
import { nodeAddress, nodeTools } from './boot-node.js';
import type { FeatureGates } from './api/feature-gates.js';
import type { RecordedPast } from './api/recorded-past.js';
import type { ProcessDefinition } from './client/contract.js';
import { createProcess, type Process } from './client/runtime.js';
import { localPathStorage } from './controllers/local-path-provisioner/provisioner.js';
import { Loop } from './engine/loop.js';
import { plant } from './engine/planted.js';
import { Random } from './engine/random.js';
import { Trace } from './engine/trace.js';
import { inProcessConnect } from './in-process.js';
import { inClusterClient, type InClusterClient } from './in-cluster-http.js';
import { install } from './install.js';
import type { ClusterNetwork, NetworkOptions } from './network/contract.js';
import { createNetwork } from './network/network.js';
import { operatorApis } from './operator-apis.js';
import { kubeletGuard } from './kubelet-guard.js';
import { processBooks } from './process-books.js';
import { programDoors, type ProgramDoorTools } from './program-doors.js';
import type { Kubelet } from './nodes/kubelet.js';
import { webhookDoor } from './operators/admission/door.js';
import type { ClusterReach, Operator } from './operators/operator.js';
import { kubeScheduler } from './scheduler/kube-scheduler.js';
import type { ApiServerOptions } from './server/contract.js';
import { createApiServer } from './server/index.js';
import type { ServerSettings } from './server/resources/strategy.js';
import {
  defaultLatencies,
  type NodeShape,
  type Simulation,
  type SimulationOptions,
} from './simulation.js';
import { Weather } from './weather.js';

type Part = Pick<Operator, 'manifests' | 'process' | 'processWith' | 'others'>;

/** Boots a cluster; its time stands still until the loop is run. */
export function boot(options: SimulationOptions): Simulation {
  // Time and chance.
  plant(options.planted ?? []);
  const trace = new Trace({ keepEntries: options.keepsTrace ?? false });
  let revision = (): number => 0;
  const loop = loopOf(options, trace, () => revision());
  const random = new Random(options.seed);

  // The API server, with what a fresh one holds.
  const kubelets = new Map<string, Kubelet>();
  const processes = new Map<string, Process>();
  const endpoints = (name: string) => kubelets.get(name)?.endpoint ?? options.endpoints?.(name);
  const isRunning = (name: string) => processes.get(name)?.isRunning ?? false;
  const ground = { clock: loop, random, nodes: endpoints };
  const metrics = metricsParts(options, ground);
  const apis = operatorApis(options.operators, isRunning);
  const advertised = advertisedBy(options.nodes);
  const gates = gatesOf(options);
  const door = { isRunning, books: processBooks(options, loop, advertised), serve: () => serve };
  const network = networkAt(advertised, { ...ground, options, door });
  const inCluster = inClusterClient(network, loop, advertised.advertised?.address ?? '');
  const server = createApiServer({
    clock: loop,
    aggregated: { ...apisOf(metrics), ...apis.aggregated },
    random: random.fork('kube-apiserver'),
    nodes: endpoints,
    answersHealth: isRunning,
    callWebhook: webhookDoor(options.operators ?? [], {
      ...{ clock: loop, isRunning, inCluster: inCluster.call, elsewhere: options.callWebhook },
      connect: identity => connect(identity),
    }),
    http: inCluster.send,
    ...told(options),
    settings: Object.assign({}, advertised, options.settings, gates),
  });
  revision = server.revision;
  const serve = options.door?.(server.serve, loop) ?? server.serve;
  const connect = inProcessConnect(serve, loop, { ...defaultLatencies, ...options.latencies });
  const weather = new Weather(loop, options.interleaving ?? 0);

  // The control plane's other programs, and the operators.
  const runtime = { clock: loop, random, beside: apis.beside(inCluster), ...triedOf(options) };
  const make = (definition: ProcessDefinition): Process => {
    const { name } = definition;
    const own = { connect: weather.around(name, connect), metrics: door.books(name) };
    const process = createProcess(definition, Object.assign({}, runtime, own));
    processes.set(name, process);
    return process;
  };
  const start = (definition: ProcessDefinition): void => make(definition).start();
  start(managerOf(options, gates.featureGates));
  start(kubeScheduler({ ...gates, ...options.scheduler, ...pastOf(options) }));
  start(network.process);
  const add = (part: Part): void => {
    for (const manifest of part.manifests()) install(server, loop, manifest);
    for (const one of processesOf(part, () => reachOf(inCluster, network))) start(one);
  };
  for (const part of [network.policies, ...Object.values(metrics), ...addedBy(options)]) add(part);

  // The nodes, and who lets groups of them grow.
  const tools = nodeTools({ clock: loop, random, connect, network }, options);
  const hall = new MachineHall({ tools, make, server, clock: loop, kubelets, processes });
  for (const shape of options.nodes) hall.add(shape);
  const { nodes, formerNodes } = hall;
  for (const part of autoscalerParts(options, { hall, clock: loop, random })) add(part);
  return {
    ...{ loop, trace, random, server, serve, connect },
    ...{ processes, nodes, formerNodes, weather, network },
  };
}

function processesOf(part: Part, place: () => ClusterReach): readonly ProcessDefinition[] {
  return [part.processWith?.(place()) ?? part.process, ...(part.others ?? [])];
}

function reachOf(client: InClusterClient, { sidecars }: ClusterNetwork): ClusterReach {
  const { send } = client.place();
  return { send, sidecars };
}

function loopOf({ startMs }: SimulationOptions, trace: Trace, revision: () => number): Loop {
  return new Loop({ trace, revision, ...(startMs !== undefined && { startMs }) });
}

function addedBy({ hasStorageClass = true, operators = [] }: SimulationOptions): readonly Part[] {
  return hasStorageClass ? [localPathStorage, ...operators] : operators;
}

function apisOf(metrics: ReturnType<typeof metricsParts>) {
  return Object.fromEntries(Object.entries(metrics).map(([name, { api }]) => [name, api]));
}

function gatesOf({ featureGates = {}, runtimeConfig = {} }: SimulationOptions) {
  return { featureGates, runtimeConfig };
}

/** What the API server tells besides its answers: audit events, OpenAPI documents; and what it draws as recorded. */
function told({
  audit,
  openapi,
  countsRequests = false,
  ...options
}: SimulationOptions): Partial<ApiServerOptions> {
  return {
    ...pastOf(options),
    ...(audit !== undefined && { auditPolicy: audit.policy, auditReader: audit }),
    ...(openapi !== undefined && { openapi }),
    ...(countsRequests && { countsRequests }),
  };
}

function managerOf(
  { withoutControllers = [], authority }: SimulationOptions,
  gates: FeatureGates | undefined,
): ProcessDefinition {
  const all = controllerManager({
    ...(gates !== undefined && { gates }),
    ...(authority !== undefined && { authority }),
  });
  if (withoutControllers.length === 0) return all;
  const controllers = all.controllers.filter(({ name }) => !withoutControllers.includes(name));
  return { ...all, controllers };
}

function triedOf({ past }: SimulationOptions): Pick<RecordedPast, 'triedAt'> {
  return past?.triedAt === undefined ? {} : { triedAt: past.triedAt.bind(past) };
}

/** What the network is made from. */
interface NetworkTools extends Pick<NetworkOptions, 'clock' | 'random' | 'nodes'> {
  readonly options: SimulationOptions;
  readonly door: Omit<ProgramDoorTools, 'address'>;
}

/** The network, with the API server where it is advertised, and what is known ahead of who is served. */
function networkAt(
  { advertised }: ReturnType<typeof advertisedBy>,
  { options: { servedServices }, door, random, ...tools }: NetworkTools,
): ClusterNetwork {
  return createNetwork({
    ...tools,
    random: random.fork('network'),
    ...(servedServices !== undefined && { served: new Set(servedServices) }),
    guard: kubeletGuard(tools.clock, door.serve),
    ...(advertised !== undefined && {
      api: apiDoor(advertised, door.serve),
      programs: programDoors({ ...door, address: advertised.address }),
    }),
  });
}

function pastOf({ past }: SimulationOptions): Pick<SimulationOptions, 'past'> {
  return past === undefined ? {} : { past };
}

/** kubeadm's API server is reached at the first control plane node; without one it stays where it is. */
function advertisedBy(shapes: readonly NodeShape[]): Pick<Partial<ServerSettings>, 'advertised'> {
  const index = shapes.findIndex(({ isControlPlane }) => isControlPlane);
  return index < 0 ? {} : { advertised: { address: nodeAddress(index), port: 6443 } };
}
