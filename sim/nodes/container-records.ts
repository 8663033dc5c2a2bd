/** What a container runtime tells of sandboxes and containers: immutable records, replaced when they change. */
import type { ResourceRequirements } from '../api/kinds/core.js';

/** The sandbox of a pod: its network and its cgroup. */
export interface SandboxRecord {
  readonly id: string;
  readonly attempt: number;
  readonly isReady: boolean;
  /** Empty for pods on the host's network. */
  readonly ip: string;
}

/** The user that a container's first process runs as. */
export interface RuntimeUser {
  readonly uid: number;
  readonly gid: number;
  readonly supplementalGroups: readonly number[];
}

/** The state of a container as of an instant. */
export interface ContainerRecord {
  /** Without `containerd://`. */
  readonly id: string;
  readonly name: string;
  readonly sandboxId: string;
  readonly state: 'created' | 'running' | 'exited';
  readonly restartCount: number;
  readonly createdMs: number;
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly exitCode: number;
  readonly reason: string;
  /** The runtime's own message: of a start that failed. */
  readonly startError: string;
  /** What the program wrote to its termination message file. */
  readonly terminationMessage: string;
  readonly image: string;
  readonly imageRef: string;
  /** What changes when the container's definition does. */
  readonly specHash: string;
  readonly user: RuntimeUser;
  /** CPU and memory as the cgroup has them. */
  readonly resources: ResourceRequirements | undefined;
}

/** All that is known of a pod's containers, newest first. @upstream pkg/kubelet/container/runtime.go PodStatus */
export interface RuntimeStatus {
  readonly sandboxes: readonly SandboxRecord[];
  readonly containers: readonly ContainerRecord[];
}

/** Nothing was ever created. */
export const emptyRuntimeStatus: RuntimeStatus = { sandboxes: [], containers: [] };

/** The newest container of this name. */
export function newestOf(status: RuntimeStatus, name: string): ContainerRecord | undefined {
  return status.containers.find(container => container.name === name);
}

/** The IP of the newest sandbox that is ready. */
export function sandboxIp(status: RuntimeStatus): string {
  const [newest] = status.sandboxes;
  return newest?.isReady ? newest.ip : '';
}
