/** Runs our own components, in real time, against whatever cluster a kubeconfig names. */
import type { KubeConfig } from '@kubernetes/client-node';
import { attachedNodes, controllerManager } from '../../sim/attached-nodes.js';
import { simulatedNode } from '../../sim/boot-node.js';
import type { NodeEndpoint } from '../../sim/api/node-endpoint.js';
import type { Connect, ProcessDefinition } from '../../sim/client/contract.js';
import { createProcess, type Process } from '../../sim/client/runtime.js';
import type { Clock } from '../../sim/engine/clock.js';
import { Random } from '../../sim/engine/random.js';
import type { ClusterNetwork } from '../../sim/network/contract.js';
import { kubeScheduler, type KubeSchedulerOptions } from '../../sim/scheduler/kube-scheduler.js';
import type { NodeShape, SimulatedNode } from '../../sim/simulation.js';
import { Weather } from '../../sim/weather.js';
import type { WorkloadRule } from '../../sim/workloads/workload.js';
import type { Fault } from '../cluster.js';
import { realClock } from '../host.js';
import { httpConnect } from './http-transport.js';
import { injectFault } from './sim-faults.js';

/** What is attached. */
export interface AttachOptions {
  readonly config: KubeConfig;
  readonly seed: number;
  /** Operators and other processes. */
  readonly processes?: readonly ProcessDefinition[];
  /** Nodes that our kubelets play. */
  readonly nodes?: readonly NodeShape[];
  readonly workloads?: readonly WorkloadRule[];
  /** Where the API server reaches our kubelets. Default: nowhere, so that there are no logs. */
  readonly kubeletAccess?: { readonly address: string; readonly port: number };
  /** Programs of the control plane that the cluster lacks and ours play. */
  readonly controlPlane?: {
    readonly hasControllerManager?: boolean;
    readonly scheduler?: KubeSchedulerOptions;
  };
  /** Of what travels to and from them: 0, the default, is calm. */
  readonly interleaving?: number;
  /** Receives what an event of ours threw; nothing runs on after it. */
  readonly onError: (error: unknown) => void;
}

/** Attached components; `close` stops them and ends their connections. */
export interface Attached {
  readonly clock: Clock;
  readonly random: Random;
  readonly connect: Connect;
  readonly network: ClusterNetwork;
  readonly nodes: ReadonlyMap<string, SimulatedNode>;
  /** What the kubelets serve, in the order of the nodes. */
  readonly endpoints: readonly NodeEndpoint[];
  /** By name: `kubelet/<node>`, `training-operator`, ... */
  readonly processes: ReadonlyMap<string, Process>;
  /**
   * Lets something go wrong with a component of ours.
   *
   * @throws UserError when it is about something that is not ours.
   */
  inject(fault: Fault): void;
  close(): void;
}

/** Attaches the components: each is impersonated as itself, so the caller must be allowed to. */
export function attach(options: AttachOptions): Attached {
  const { config, onError, controlPlane = {} } = options;
  const connect = httpConnect(config, onError);
  const clock = realClock(onError);
  const random = new Random(options.seed);
  const tools = { clock, random, connect };
  const weather = new Weather(clock, options.interleaving ?? 0);
  const processes = new Map<string, Process>();
  const add = (definition: ProcessDefinition): Process => {
    const way = weather.around(definition.name, connect);
    const process = createProcess(definition, { ...tools, connect: way });
    processes.set(definition.name, process);
    process.start();
    return process;
  };
  if (controlPlane.hasControllerManager === true) add(controllerManager());
  if (controlPlane.scheduler !== undefined) add(kubeScheduler(controlPlane.scheduler));
  const { nodes: shapes = [], workloads = [], kubeletAccess } = options;
  const attached = attachedNodes(shapes, workloads, tools, kubeletAccess);
  for (const each of attached.processes) add(each);
  for (const each of options.processes ?? []) add(each);
  const nodes = new Map<string, SimulatedNode>();
  for (const { shape, kubelet } of attached.kubelets) {
    nodes.set(shape.name, simulatedNode(shape, kubelet, add(kubelet.process)));
  }
  return {
    ...tools,
    network: attached.network,
    nodes,
    endpoints: attached.kubelets.map(({ kubelet }) => kubelet.endpoint),
    processes,
    inject: fault => injectFault({ loop: clock, nodes, processes, weather }, fault),
    close() {
      for (const each of processes.values()) each.stop();
      clock.stop();
      connect.close();
    },
  };
}
