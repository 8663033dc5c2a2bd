/**
 * Volcano's scheduler: a session every second. Sessions in which nothing could change are left out:
 * while nothing waits and nothing happens. @upstream volcano v1.15.1 pkg/scheduler/scheduler.go
 */
import { replicaSets, statefulSets } from '../../../api/kinds/apps.js';
import {
  configMaps,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  replicationControllers,
  services,
  type ConfigMap,
} from '../../../api/kinds/core.js';
import { priorityClasses } from '../../../api/kinds/scheduling.js';
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
} from '../../../api/kinds/storage.js';
import { podDisruptionBudgets } from '../../../api/kinds/policy.js';
import { deviceClasses, resourceClaims, resourceSlices } from '../../../api/kinds/resource.js';
import type { HasMetadata, Kind } from '../../../api/object.js';
import type {
  Change,
  Controller,
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
  Watch,
} from '../../../client/contract.js';
import { watch } from '../../../client/requests.js';
import type { Timer } from '../../../engine/clock.js';
import { configurationFile, schedulerName } from '../keys.js';
import { podGroups, queues, type PodGroup } from '../types.js';
import { Binder } from './binder.js';
import { closeSession } from './close-session.js';
import { createQueues } from './first-queues.js';
import { MountedConfiguration } from './mounted-configuration.js';
import { Session } from './session.js';
import { runActions } from './actions.js';

const periodMs = 1_000;
const sessionKey = 'session';
const queuesKey = 'queues';
/** Pods are bound side by side. */
const workers = 16;

/** What it looks at besides pods; that there are kinds of many shapes matters to nobody here. */
const watched = [
  ...[nodes, queues, podGroups, priorityClasses, namespaces, services, replicationControllers],
  ...[replicaSets, statefulSets, podDisruptionBudgets, persistentVolumes, persistentVolumeClaims],
  ...[storageClasses, csiNodes, csiDrivers, csiStorageCapacities, volumeAttachments],
  ...[resourceClaims, resourceSlices, deviceClasses],
] as unknown as readonly Kind<HasMetadata>[];

/** The scheduler. */
export const scheduler: ControllerDefinition = {
  name: 'volcano-scheduler',
  eventSource: schedulerName,
  create: context => new Scheduler(context),
};

class Scheduler implements Controller {
  readonly workers = workers;
  readonly watches: readonly Watch[];
  private readonly binder: Binder;
  private readonly file: MountedConfiguration;
  private timer: Timer | undefined;
  private startMs = 0;
  private isStarted = false;

  constructor(private readonly context: ControllerContext) {
    this.binder = new Binder(context);
    this.file = new MountedConfiguration(context, () => this.arm());
    this.watches = [
      ...watched.map(kind => watch(kind, { on: () => this.arm() })),
      watch(pods, { on: change => this.hearPod(change) }),
      watch(configMaps, {
        namespace: configurationFile.namespace,
        fieldSelector: `metadata.name=${configurationFile.configMap}`,
        on: ({ object }) => this.hearFile(object),
      }),
    ];
  }

  start(): void {
    this.startMs = this.context.clock.now();
    this.isStarted = true;
    this.file.start();
    this.context.queue.add(queuesKey);
    this.context.queue.add(sessionKey);
  }

  stop(): void {
    this.isStarted = false;
    this.timer?.cancel();
    this.file.stop();
  }

  *reconcile(key: string, view: View): Reconciliation {
    if (key === queuesKey) return yield* createQueues(view);
    if (key !== sessionKey) return yield* this.binder.bind(key);
    return yield* this.runSession(view);
  }

  private *runSession(view: View): Reconciliation {
    const { clock, random, events } = this.context;
    const tell = (regarding: PodGroup, message: string): void =>
      events.record({ regarding, type: 'Normal', reason: 'Unschedulable', message });
    const nowMs = clock.now();
    const assumed = this.binder.assumed(view);
    const session = new Session({
      ...{ view, random, nowMs, assumed, tell },
      configuration: this.file.current,
    });
    for (const placement of runActions(session)) this.binder.take(placement, session);
    yield* closeSession(session, this.context);
    if (session.jobs.some(job => job.isPending || job.count('Pending') > 0)) this.arm();
    return undefined;
  }

  private hearFile(object: ConfigMap): void {
    if (this.isStarted) this.file.hear(object);
  }

  private hearPod({ object }: Change<HasMetadata>): void {
    this.binder.hear(object.metadata.uid ?? '');
    this.arm();
  }

  private arm(): void {
    if (!this.isStarted || this.timer !== undefined) return;
    const { clock, queue } = this.context;
    const delayMs = periodMs - ((clock.now() - this.startMs) % periodMs);
    this.timer = clock.after(delayMs, 'volcano-scheduler opens a session', () => {
      this.timer = undefined;
      queue.add(sessionKey);
    });
  }
}
