/** All that one life of a kubelet knows of one pod. */
import type { Pod, PodStatus } from '../api/kinds/core.js';
import { LateMap } from '../engine/late-map.js';
import { emptyRuntimeStatus, type RuntimeStatus, sandboxIp } from './container-records.js';
import type { WaitingReason } from './container-status.js';
import type { ProbeWorker } from './probe-worker.js';
import type { SyncInputs } from './quiet-sync.js';

/** What a probe says of a container. */
export type ProbeVerdict = 'success' | 'failure' | 'unknown';

/** The kinds of probes. */
export type ProbeKind = 'liveness' | 'readiness' | 'startup';

/** A status that is to be written, with its number. @upstream status_manager.go versionedPodStatus */
export interface ManagedStatus {
  readonly status: PodStatus;
  readonly version: number;
  readonly isFinished: boolean;
}

/** Where a pod is on its way. */
export type WorkPhase = 'syncing' | 'terminating' | 'terminated' | 'finished';

/** A pod of the node. */
export class PodEntry {
  /** The runtime's state as of the last relist. */
  cached: RuntimeStatus = emptyRuntimeStatus;
  /** The last address of a sandbox that was ready. */
  lastIp = '';
  /** When the pod was relisted by itself. */
  relistedMs = -1;
  managed: ManagedStatus | undefined;
  /** The resource version of this kubelet's last write. */
  ownVersion: string | undefined;
  /** The version that the API has. */
  writtenVersion = 0;
  readonly reasons = new LateMap<string, WaitingReason>();
  readonly verdicts: Readonly<Record<ProbeKind, LateMap<string, ProbeVerdict>>> = {
    liveness: new LateMap(),
    readiness: new LateMap(),
    startup: new LateMap(),
  };
  /** By `kind container`. */
  readonly probes = new LateMap<string, ProbeWorker>();

  /** The pod as its worker was last given it: statuses may be older than `pod`'s. */
  seen: Pod;
  /** What the worker is given next. */
  pendingPod: Pod;
  phase: WorkPhase = 'syncing';
  /** No admission yet, or refused. */
  isAdmitted = false;
  /** The resources that the node has agreed to, when they differ from the spec's. */
  allocated: Pod | undefined;
  /** Is there something that its worker has not looked at? */
  isPending = false;
  isWorking = false;
  /** Whether it is the API that told last. */
  hasNews = false;
  /** The sync is due only because time has gone by. */
  isResync = false;
  hasStarted = false;
  /** What the last sync looked at, if it had nothing to do and nobody has asked for a sync since. */
  quiet: SyncInputs | undefined;
  lastSyncMs = -1;
  gracePeriodSeconds = 0;
  /** Set by evictions: changes the status before it is told. */
  overrideStatus: ((status: PodStatus) => PodStatus) | undefined;
  /** Ends the wait for volumes. */
  cancel: (() => void) | undefined;
  /** What else must end with the pod: timers. */
  readonly cleanUps: (() => void)[] = [];
  /** Gone from the API. */
  isRemoved = false;
  /** The conditions of an in-place resize. */
  resize: ResizeConditions = {};

  constructor(public pod: Pod) {
    this.seen = pod;
    this.pendingPod = pod;
  }

  /** Takes what a relist found. */
  relist(runtime: RuntimeStatus): void {
    this.cached = runtime;
    const ip = sandboxIp(runtime);
    if (ip !== '') this.lastIp = ip;
  }

  get uid(): string {
    return this.pod.metadata.uid ?? '';
  }

  /** The pod with the resources that the node has agreed to. */
  get effective(): Pod {
    return this.allocated ?? this.pod;
  }

  /** The status as this kubelet has it, else as the API has. */
  get status(): PodStatus {
    return this.managed?.status ?? this.pod.status ?? {};
  }

  /** Whether something of it may still run. @upstream pod_workers.go CouldHaveRunningContainers */
  get mayRun(): boolean {
    return this.phase === 'syncing' || this.phase === 'terminating';
  }

  /** Whether its end has been decided. */
  get isTerminationRequested(): boolean {
    return this.phase !== 'syncing';
  }
}

/** The conditions of a resize that waits or is under way. */
export interface ResizeConditions {
  readonly pending?: ResizeCondition;
  readonly inProgress?: ResizeCondition;
}

/** One of them. */
interface ResizeCondition {
  readonly reason?: string;
  readonly message?: string;
  readonly generation: number;
  readonly sinceMs: number;
}
