/** The contract of the cluster's network: what it is made from, and what others see of it. */
import type { Pod } from '../api/kinds/core.js';
import type { HttpRequest } from '../api/http-message.js';
import type { NodeEndpoints } from '../api/node-endpoint.js';
import type { KubeObject } from '../api/object.js';
import type { ControllerDefinition, ProcessDefinition } from '../client/contract.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import type { WorkloadNetwork } from '../workloads/workload.js';
import type { Backend } from './backends.js';
import type { ApiDoor, HostProgram, KubeletGuard } from './host-servers.js';
import type { Reach, ReachFrom } from './reach.js';
import type { Destination, Route } from './routes.js';
import type { NetworkSettings } from './settings.js';

/** What a network is made from. */
export interface NetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings?: Partial<NetworkSettings>;
  /** The kubelets that answer at the addresses of their nodes. Default: none does. */
  readonly nodes?: NodeEndpoints;
  /** The API server at its own address. Default: nothing listens there. */
  readonly api?: ApiDoor;
  /** Whom the kubelets answer. Default: everybody. */
  readonly guard?: KubeletGuard;
  /** The control plane's other programs at theirs. Default: there are none. */
  readonly programs?: readonly HostProgram[];
  /** The Services that somebody serves, where that is known ahead: see `Elsewhere`. */
  readonly served?: ReadonlySet<string>;
}

/** A client or a server in the network; `close` ends what it listens on. */
export interface NetworkPlace extends WorkloadNetwork {
  close(): void;
}

/** The network of a cluster. */
export interface ClusterNetwork {
  /** What keeps its services up to date: to be started with the cluster. */
  readonly process: ProcessDefinition;
  /** The plug-in that keeps policies up to date, and what its installation creates. */
  readonly policies: {
    readonly process: ProcessDefinition;
    manifests(): readonly KubeObject[];
  };
  /** What the control plane of a mesh runs: from then on its sidecars judge what travels. */
  readonly sidecars: ControllerDefinition;
  /** Another number as soon as anything changes that a route or a verdict could depend on. */
  readonly version: number;
  /** The network of a container of the pod, which has this address. */
  readonly networkOf: (pod: Pod, ip: string) => NetworkPlace;
  /** The variables by which the pod's programs find services. */
  readonly serviceVariables: (pod: Pod) => Readonly<Record<string, string>>;
  /** A place outside of the cluster: a client of node ports, or a server that pods know by its address. */
  outside(address: string): NetworkPlace;
  /** Where connections would go, whatever policies say of the way there. */
  route(to: Destination, from?: { readonly pod: Pod }): Route;
  /**
   * Where connections would go, each backend with what policies say: for those who reckon with many
   * at once. The answer is the same object until `version` changes. The sidecars of a mesh are asked
   * about this request, and send it where their VirtualServices say. Default: for any page.
   */
  reach(to: Destination, from?: ReachFrom, request?: HttpRequest): Reach;
  /** Whether a sidecar runs at the address, which answers in the place of a program that does not. */
  hasProxyAt(ip: string): boolean;
  /** Who lets nobody connect to a backend, whoever it be; undefined where somebody may get through. */
  shutBy(backend: Backend): ShutBy | undefined;
  /**
   * Connects the pod's program to the API server: at once, or when policies let it, or not at all;
   * then with the error of a client in Go.
   */
  reachApi(pod: Pod, then: ApiConnection): void;
}

/** Who lets nobody in: packets are dropped by network policies, and answered with a refusal by a mesh. */
export type ShutBy = 'network policies' | 'mesh';

/** What is done with a connection to the API server. */
export interface ApiConnection {
  through(): void;
  timedOut(error: string): void;
}
