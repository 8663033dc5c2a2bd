/** kube-scheduler as a process: what it watches, who it is, and its timers. @upstream cmd/kube-scheduler */
import { replicaSets, statefulSets } from '../api/kinds/apps.js';
import {
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  replicationControllers,
  services,
  type Pod,
} from '../api/kinds/core.js';
import { podDisruptionBudgets } from '../api/kinds/policy.js';
import { deviceClasses, resourceClaims, resourceSlices } from '../api/kinds/resource.js';
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
} from '../api/kinds/storage.js';
import { podGroups } from '../api/kinds/scheduling-v1alpha2.js';
import type { FeatureGates } from '../api/feature-gates.js';
import type { HasMetadata, Kind } from '../api/object.js';
import type { RecordedPast } from '../api/recorded-past.js';
import type {
  Change,
  Controller,
  ControllerContext,
  ControllerDefinition,
  ProcessDefinition,
  Reconciliation,
  Watch,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import type { Timer } from '../engine/clock.js';
import { readConfiguration, type ConfigurationDocument } from './configuration.js';
import type { CallExtender } from './extender.js';
import type { PluginFactory } from './framework.js';
import { onClaim, onNode, onOther, onPod } from './informer-events.js';
import { windowMs } from './queue/backoff-queue.js';
import type { CustomResource, EventResource } from './queue/cluster-event.js';
import { Scheduler } from './scheduler.js';
import type { TieRule } from './ties.js';

/** What kube-scheduler is started with. */
export interface KubeSchedulerOptions {
  /** The document of its `--config`. */
  readonly configuration?: ConfigurationDocument;
  /** How long one attempt takes, in virtual milliseconds. Default 1. */
  readonly attemptMs?: number;
  /** Which of several best nodes is taken. Default `random`. */
  readonly ties?: TieRule;
  /** Where pods were in a recorded cluster: a best node among these is taken. Default: nowhere. */
  readonly past?: Pick<RecordedPast, 'node' | 'placed'>;
  /** Plug-ins out of the tree, by the names that profiles enable them by. Default: none. */
  readonly plugins?: Readonly<Record<string, PluginFactory>>;
  /** The gang of a pod that those hold together; '': none. Default: no pod has one. */
  readonly gangOf?: (pod: Pod) => string;
  /** The kinds that those read, besides kube-scheduler's own, by the names of their events. Default: none. */
  readonly kinds?: readonly PluginKind[];
  /** Asks extenders over HTTP. Default: they cannot be asked, which is an error for those that matter. */
  readonly callExtender?: CallExtender;
  /** Its --feature-gates: GenericWorkload and GangScheduling. Default: none is on. */
  readonly featureGates?: FeatureGates;
}

/** A kind that plug-ins out of the tree read. */
export interface PluginKind {
  readonly kind: Kind<HasMetadata>;
  readonly resource: CustomResource;
}

/** Pods that have ended are no longer the scheduler's business. */
const notEnded = 'status.phase!=Succeeded,status.phase!=Failed';

/** How often it is looked for pods that have waited for too long. */
const leftoverPeriodMs = 30_000;

/** Binding and eviction run side by side, as goroutines do. */
const jobsMax = 10_000;

/** The process kube-scheduler. */
export function kubeScheduler(options: KubeSchedulerOptions = {}): ProcessDefinition {
  return {
    name: 'kube-scheduler',
    identity: { user: 'system:kube-scheduler', groups: ['system:authenticated'] },
    rate: { perSecond: 50, burst: 100 },
    controllers: [scheduling(options)],
  };
}

function scheduling(options: KubeSchedulerOptions): ControllerDefinition {
  const { attemptMs = 1, ties = 'random' } = options;
  const { callExtender, plugins = {}, featureGates = {}, past, gangOf } = options;
  const configuration = readConfiguration(options.configuration, featureGates);
  const asked = { plugins, callExtender, past, featureGates, gangOf };
  const settings = { configuration, attemptMs, ties, ...asked };
  const [profile] = settings.configuration.profiles;
  return {
    name: 'scheduler',
    eventSource: profile?.schedulerName ?? 'default-scheduler',
    eventApi: 'events.k8s.io',
    create: context => controllerOf(context, new Scheduler(context, settings), options.kinds),
  };
}

/** The handler of a kind's changes; plug-ins that observe the kind hear them first. */
function observed<T extends HasMetadata>(
  scheduler: Scheduler,
  kind: Kind<T>,
  handle: (change: Change<T>) => void,
): (change: Change<T>) => void {
  const observers = scheduler.observers.of(kind as unknown as Kind<HasMetadata>);
  if (observers.length === 0) return handle;
  return change => {
    for (const observer of observers) observer(change);
    handle(change);
  };
}

function controllerOf(
  context: ControllerContext,
  scheduler: Scheduler,
  kinds: readonly PluginKind[] = [],
): Controller {
  const timers = new QueueTimers(context, scheduler);
  const after = <T extends HasMetadata>(handle: (change: Change<T>) => void) => ({
    on(change: Change<T>) {
      handle(change);
      scheduler.wake();
      timers.arm();
    },
  });
  const other = <T extends HasMetadata>(kind: Kind<T>, resource: EventResource): Watch =>
    watch(kind, after(observed(scheduler, kind, change => onOther(scheduler, resource, change))));
  return {
    workers: jobsMax,
    watches: [
      watch(
        nodes,
        after(change => onNode(scheduler, change)),
      ),
      watch(pods, {
        fieldSelector: notEnded,
        ...after(observed(scheduler, pods, change => onPod(scheduler, change))),
      }),
      watch(namespaces),
      watch(services),
      watch(replicationControllers),
      watch(replicaSets),
      watch(statefulSets),
      watch(podDisruptionBudgets),
      other(persistentVolumes, 'PersistentVolume'),
      other(persistentVolumeClaims, 'PersistentVolumeClaim'),
      other(storageClasses, 'StorageClass'),
      other(csiNodes, 'CSINode'),
      other(csiDrivers, 'CSIDriver'),
      other(csiStorageCapacities, 'CSIStorageCapacity'),
      other(volumeAttachments, 'VolumeAttachment'),
      watch(
        resourceClaims,
        after(change => onClaim(scheduler, change)),
      ),
      other(resourceSlices, 'ResourceSlice'),
      other(deviceClasses, 'DeviceClass'),
      ...(scheduler.settings.featureGates['GenericWorkload'] === true
        ? [other(podGroups, 'PodGroup')]
        : []),
      ...kinds.map(({ kind, resource }) => other(kind, resource)),
    ],
    start() {
      timers.start();
      scheduler.wake();
    },
    stop: () => timers.stop(),
    reconcile: key => reconcile(scheduler, timers, key),
  };
}

function* reconcile(scheduler: Scheduler, timers: QueueTimers, key: string): Reconciliation {
  yield* scheduler.reconcile(key);
  timers.arm();
  return undefined;
}

/** Flushes the queue at whole seconds and half minutes, when there is something to flush. */
class QueueTimers {
  private backoff: Timer | undefined;
  private leftover: Timer | undefined;
  private startMs = 0;
  private isRunning = false;

  constructor(
    private readonly context: ControllerContext,
    private readonly scheduler: Scheduler,
  ) {}

  start(): void {
    this.startMs = this.context.clock.now();
    this.isRunning = true;
    this.arm();
  }

  stop(): void {
    this.isRunning = false;
    this.backoff?.cancel();
    this.leftover?.cancel();
  }

  arm(): void {
    if (!this.isRunning) return;
    const { queue } = this.scheduler;
    const { clock } = this.context;
    if (this.backoff === undefined && queue.backoff.size > 0) {
      const delayMs = windowMs - (clock.now() % windowMs);
      this.backoff = clock.after(delayMs, 'kube-scheduler flushes backoffQ', () => {
        this.backoff = undefined;
        queue.flushBackoff();
        this.again();
      });
    }
    if (this.leftover === undefined && queue.unschedulable.size > 0) {
      const delayMs = leftoverPeriodMs - ((clock.now() - this.startMs) % leftoverPeriodMs);
      this.leftover = clock.after(delayMs, 'kube-scheduler flushes unschedulable pods', () => {
        this.leftover = undefined;
        queue.flushUnschedulable();
        this.again();
      });
    }
  }

  private again(): void {
    this.scheduler.wake();
    this.arm();
  }
}
