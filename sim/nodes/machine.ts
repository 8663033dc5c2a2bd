/** The machine of a node: everything that goes on when the kubelet's process does not. */
import type { LateMap } from '../engine/late-map.js';
import type { ContainerContext, Workload, WorkloadNetwork } from '../workloads/workload.js';
import type { Container, Pod } from '../api/kinds/core.js';
import type { ContainerRuntime } from './container-runtime.js';
import type { DeviceManager } from './device-manager.js';
import type { ImageStore } from './image-store.js';
import type { MemoryFiles, PlaceShape } from '../workloads/files/memory-files.js';
import type { PodVolumes } from './pod-volumes.js';

/** Decides what plays a container. */
export type ChooseWorkload = (container: {
  readonly pod: Pod;
  readonly container: Container;
  readonly command: readonly string[];
}) => Workload;

/** Gives a pod its network. */
export type PodNetworks = (pod: Pod, ip: string) => WorkloadNetwork;

/** The variables by which a pod's programs find services: those of its namespace, as far as they are known. */
export type ServiceVariables = (pod: Pod) => Readonly<Record<string, string>>;

/** Sends the requests of a pod's program, as its service account. */
export type PodApi = (pod: Pod) => ContainerContext['api'];

/** The parts of a machine. */
export interface Machine {
  readonly runtime: ContainerRuntime;
  readonly images: ImageStore;
  readonly devices: DeviceManager;
  /** By pod. */
  readonly volumes: LateMap<string, PodVolumes>;
  /** The files of network storage, of claims and of the node's own folders, by what names them. */
  readonly sharedFiles: (key: string, shape?: PlaceShape) => MemoryFiles;
  readonly choose: ChooseWorkload;
  readonly networkOf: PodNetworks;
  readonly serviceVariables: ServiceVariables;
  readonly apiOf: PodApi;
  /** What its kernel tells of it. */
  readonly reading: NonNullable<ContainerContext['node']>;
}

/** The network of pods in a cluster that has none: nothing answers. */
export const noNetwork: PodNetworks = () => ({
  listen: () => undefined,
  send: (_to, _payload, done) => done({ isOk: false, error: 'connection refused' }),
  resolve: () => [],
});
