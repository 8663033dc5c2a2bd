/** What the parts of a kubelet share: one object for each life of its process. */
import type { LateMap } from '../engine/late-map.js';
import type { Node, Pod } from '../api/kinds/core.js';
import type { Answer, Request } from '../client/contract.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import type { Machine } from './machine.js';
import type { KubeletCounts } from './metrics/counts.js';
import type { PodEntry } from './pod-entry.js';
import type { KubeletConfig, NodeTimings } from './timings.js';
import type { Task } from './task.js';

/** An event about a pod or one of its containers. */
export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The container, if it is about one. */
  readonly container?: string;
}

/** The services of a kubelet to its parts. */
export interface KubeletContext {
  readonly nodeName: string;
  readonly nodeIp: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly timings: NodeTimings;
  readonly config: KubeletConfig;
  /** What outlives the process: containers, images, devices, volumes. */
  readonly machine: Machine;
  /** When this life of the process began. */
  readonly startedMs: number;
  readonly pods: Pick<LateMap<string, PodEntry>, 'get' | 'values'>;
  /** What it counts of its work. */
  readonly counts: KubeletCounts;
  /** The Node object as it was last seen. */
  node(): Node | undefined;
  /** Tells an event about a pod. */
  tell(pod: Pod, event: PodEvent): void;
  /** Sends a request and waits for its answer. */
  ask<T>(request: Request<T>): Task<Answer<T>>;
  /** Asks for the pod's status to be written. */
  writeStatus(entry: PodEntry): void;
  /** Has the next round look at all statuses: it is due every ten seconds. */
  resyncStatuses(): void;
  /** Syncs a pod again, as after news from the runtime. */
  sync(entry: PodEntry): void;
}
