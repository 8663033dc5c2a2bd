/** The pods that wait for a node: to be tried, backing off, or for something to change. @upstream pkg/scheduler/backend/queue/scheduling_queue.go */
import type { Pod } from '../../api/kinds/core.js';
import type { HasMetadata } from '../../api/object.js';
import type { Plugin } from '../framework.js';
import { PodInfo } from '../pod-info.js';
import { BackoffQueue, type BackoffSettings } from './backoff-queue.js';
import { podUpdateEvents } from './changes.js';
import {
  isWildcard,
  matchesEvent,
  wildcard,
  type ClusterEvent,
  type ObjectChange,
} from './cluster-event.js';
import type { Hints } from './hints.js';
import { InFlight } from './in-flight.js';
import { KeyedHeap } from './keyed-heap.js';
import type { Nominator } from './nominator.js';
import { QueuedPod } from './queued-pod.js';

/** What the queue needs of a profile. */
export interface QueueProfile {
  readonly preEnqueue: readonly Plugin[];
  readonly hints: Hints;
}

/** What the queue needs. */
export interface QueueOptions {
  readonly profiles: ReadonlyMap<string, QueueProfile>;
  readonly isBefore: (a: QueuedPod, b: QueuedPod) => boolean;
  readonly nominator: Nominator;
  readonly now: () => number;
  readonly backoff: BackoffSettings;
  /** Whether pods of a group are tried together: the gate GenericWorkload. Default false. */
  readonly hasGroups?: boolean;
  /** The gang of a pod, where a plug-in out of the tree holds gangs together; '': none. Default: no pod has one. */
  readonly gangOf?: ((pod: Pod) => string) | undefined;
  /** Hears of pods that enter one of the queues, and by what. Default: nobody. */
  readonly entered?: (
    queue: 'active' | 'backoff' | 'unschedulable',
    cause: string | ClusterEvent,
  ) => void;
}

/** How long a pod waits for an event before it is tried again anyway. */
const unschedulableMaxMs = 5 * 60_000;

type Strategy = 'skip' | 'afterBackoff' | 'atOnce';

/** activeQ, backoffQ, the unschedulable pods, and those in flight. */
export class SchedulingQueue {
  readonly active: KeyedHeap<QueuedPod>;
  readonly backoff: BackoffQueue;
  readonly unschedulable = new Map<string, QueuedPod>();
  readonly inFlight = new InFlight();

  /** What happened for which pods are moved at the moment. */
  private cause: string | ClusterEvent = '';

  constructor(private readonly options: QueueOptions) {
    this.active = new KeyedHeap(options.isBefore);
    this.backoff = new BackoffQueue(options.backoff, options.now, options.isBefore);
  }

  /** Whether there is a pod to try. */
  get isReady(): boolean {
    return this.active.size > 0 || this.backoff.poppable > 0;
  }

  /** Adds a new pod. */
  add(pod: Pod): void {
    this.backoff.stir();
    this.cause = 'UnschedulablePodAdd';
    this.enter(new QueuedPod(new PodInfo(pod), this.options.now()));
  }

  /** Takes out the pod that is to be tried next; an empty activeQ is filled from those that back off. */
  pop(): QueuedPod | undefined {
    for (;;) {
      const next = this.active.pop() ?? this.early();
      if (next === undefined) return undefined;
      next.attempts++;
      next.poppedMs = this.options.now();
      if (this.inFlight.has(next.info.uid)) continue;
      this.inFlight.depart(next.info.uid);
      return next;
    }
  }

  /** One whose back-off need not end. */
  private early(): QueuedPod | undefined {
    const next = this.backoff.pop();
    if (next !== undefined) this.options.entered?.('active', 'PopFromBackoffQ');
    return next;
  }

  /** Takes back a pod that found no node. Who rejected it is noted in it. */
  takeBack(pod: QueuedPod): void {
    const { key } = pod;
    const isKnown =
      this.unschedulable.has(key) || this.active.has(key) || this.backoff.get(key) !== undefined;
    if (!isKnown) {
      if (pod.hasNoRejectors) pod.errorCount++;
      else {
        pod.unschedulableCount++;
        pod.errorCount = 0;
      }
      pod.timestampMs = this.options.now();
      pod.backoffEndMs = undefined;
      pod.isIdle = this.hasSeenAll(pod);
      this.cause = 'ScheduleAttemptFailure';
      pod.wasFlushed = false;
      this.requeue(pod, this.strategyAfterFlight(pod));
    }
    this.done(pod.info.uid);
  }

  /** The pod's attempt is over for good. */
  done(uid: string): void {
    this.inFlight.done(uid);
  }

  /** Takes over a newer version of a pod without a node. */
  update(old: Pod, pod: Pod): void {
    this.stirOthers(pod);
    const events = podUpdateEvents(old, pod);
    const info = new PodInfo(pod);
    if (this.inFlight.has(info.uid)) {
      for (const event of events) this.inFlight.note(event, { old, object: pod });
      return;
    }
    const waiting = this.active.get(info.key) ?? this.backoff.get(info.key);
    if (waiting !== undefined) {
      this.renew(waiting, old, info);
      if (this.active.has(info.key)) this.active.set(info.key, waiting);
      else this.backoff.settle(waiting);
      return;
    }
    const unschedulable = this.unschedulable.get(info.key);
    this.cause = 'UnschedulablePodUpdate';
    if (unschedulable === undefined) {
      this.enter(new QueuedPod(info, this.options.now()));
      return;
    }
    this.renew(unschedulable, old, info);
    for (const event of events) {
      this.cause = event;
      const strategy = this.strategyFor(unschedulable, event, { old, object: pod });
      if (this.requeue(unschedulable, strategy)) break;
    }
  }

  /** Forgets the pod. */
  delete(pod: Pod): void {
    const info = new PodInfo(pod);
    this.options.nominator.remove(info.uid);
    if (this.active.delete(info.key) || this.backoff.delete(info.key)) return;
    this.unschedulable.delete(info.key);
  }

  /** Makes the pod be tried at once, or once it is back. */
  activate(pod: Pod): void {
    const { key, uid } = new PodInfo(pod);
    if (this.activateWaiting(key)) return;
    if (this.inFlight.has(uid)) this.inFlight.note(wildcard, { object: pod });
  }

  /** Takes out this very pod, wherever it waits; undefined where something keeps it out of the queue. */
  take({ key }: PodInfo): QueuedPod | undefined {
    this.activateWaiting(key);
    const pod = this.active.get(key);
    if (pod === undefined || this.inFlight.has(pod.info.uid)) return undefined;
    this.active.delete(key);
    pod.attempts++;
    pod.poppedMs = this.options.now();
    this.inFlight.depart(pod.info.uid);
    return pod;
  }

  /** Whether the pod waited somewhere from where it could be activated. */
  private activateWaiting(key: string): boolean {
    this.cause = 'ForceActivate';
    const waiting = this.unschedulable.get(key);
    if (waiting !== undefined) {
      this.moveToActive(waiting);
      return true;
    }
    const backingOff = this.backoff.get(key);
    if (backingOff === undefined) return false;
    this.backoff.delete(key);
    this.moveToActive(backingOff, { isChecked: true });
    return true;
  }

  /** Something happened: moves the pods for which it is worth another attempt. */
  move(
    event: ClusterEvent,
    change: ObjectChange,
    isMeant: (pod: PodInfo) => boolean = () => true,
  ): void {
    this.stirOthers(change.object ?? change.old);
    this.cause = event;
    const waiting = [...this.unschedulable.values()].filter(({ info }) => isMeant(info));
    this.moveThese(waiting, event, change);
  }

  /** What the members of a gang do to each other while they are tried tells its idle members nothing new. */
  private stirOthers(object: HasMetadata | undefined): void {
    const gang = object === undefined ? undefined : this.options.gangOf?.(object as Pod);
    if (gang === undefined || gang === '') this.backoff.stir();
    else this.backoff.stir(({ info }) => this.options.gangOf?.(info.pod) !== gang);
  }

  /** Moves the pods whose back-off is over. Called each second. */
  flushBackoff(): void {
    this.cause = 'BackoffComplete';
    for (const pod of this.backoff.popCompleted()) this.moveToActive(pod, { isChecked: true });
  }

  /** Moves the pods that have waited for too long. Called each half minute. */
  flushUnschedulable(): void {
    const now = this.options.now();
    const leftover = [...this.unschedulable.values()].filter(
      ({ timestampMs }) => now - timestampMs > unschedulableMaxMs,
    );
    this.cause = 'UnschedulableTimeout';
    for (const pod of leftover) pod.wasFlushed = true;
    if (leftover.length > 0) this.moveThese(leftover, wildcard, {});
  }

  private moveThese(pods: readonly QueuedPod[], event: ClusterEvent, change: ObjectChange): void {
    if (!this.isOfInterest(event)) return;
    for (const pod of pods) {
      const { isGated, gatingEvents } = pod;
      if (isGated && !gatingEvents.some(awaited => matchesEvent(awaited, event))) continue;
      const strategy = this.strategyFor(pod, event, change);
      if (strategy === 'skip') continue;
      this.unschedulable.delete(pod.key);
      this.requeue(pod, strategy);
    }
    this.inFlight.note(event, change);
  }

  private isOfInterest(event: ClusterEvent): boolean {
    if (isWildcard(event)) return true;
    for (const { hints } of this.options.profiles.values()) {
      if (hints.areInterested(event)) return true;
    }
    return false;
  }

  private enter(pod: QueuedPod): void {
    if (!this.moveToActive(pod)) return;
    this.options.nominator.add(pod.info, pod.info.pod.status?.nominatedNodeName ?? '');
  }

  private renew(pod: QueuedPod, old: Pod, info: PodInfo): void {
    pod.info = info;
    this.options.nominator.update(new PodInfo(old), info);
  }

  /** Whether the event may make the pod schedulable. @upstream isPodWorthRequeuing */
  private strategyFor(pod: QueuedPod, event: ClusterEvent, change: ObjectChange): Strategy {
    if (pod.hasNoRejectors) return 'afterBackoff';
    if (isWildcard(event)) {
      const isForAnother =
        change.object !== undefined && change.object.metadata.uid !== pod.info.uid;
      return isForAnother ? 'skip' : 'afterBackoff';
    }
    const hints = this.profileOf(pod)?.hints;
    if (hints === undefined) return 'afterBackoff';
    let strategy: Strategy = 'skip';
    const isAsked = (plugin: string) => pod.isRejectedBy(plugin);
    for (const { plugin, hint } of hints.answers(event, change, pod.info.pod, isAsked)) {
      if (hint === 'QueueSkip') continue;
      if (pod.pendingPlugins.has(plugin)) return 'atOnce';
      if (pod.pendingPlugins.size === 0) return 'afterBackoff';
      strategy = 'afterBackoff';
    }
    return strategy;
  }

  /** Whether nothing happened since a member of a group was tried: trying it again would be in vain. */
  private hasSeenAll({ info }: QueuedPod): boolean {
    if (this.options.gangOf !== undefined) return this.hasOnlySeenGang(info, this.options.gangOf);
    if (this.options.hasGroups !== true || info.group === undefined) return false;
    for (const { event, change } of this.inFlight.eventsSince(info.uid)) {
      // The attempt itself asks for the other members: that is nothing new.
      const isOfAttempt = isWildcard(event) && isOfGroup(change, info.group);
      if (!isOfAttempt) return false;
    }
    return true;
  }

  private hasOnlySeenGang({ uid, pod }: PodInfo, gangOf: (pod: Pod) => string): boolean {
    const gang = gangOf(pod);
    if (gang === '') return false;
    for (const { change } of this.inFlight.eventsSince(uid)) {
      const object = change.object ?? change.old;
      if (object === undefined || gangOf(object as Pod) !== gang) return false;
    }
    return true;
  }

  /** Replays what happened while the pod was in flight. */
  private strategyAfterFlight(pod: QueuedPod): Strategy {
    if (pod.hasNoRejectors || !this.inFlight.has(pod.info.uid)) return 'afterBackoff';
    // Groups are brought back by their back-off alone: no plug-in's hint knows of the other members.
    if (this.options.hasGroups === true && pod.info.group !== undefined) return 'afterBackoff';
    let strategy: Strategy = 'skip';
    for (const { event, change } of this.inFlight.eventsSince(pod.info.uid)) {
      const answer = this.strategyFor(pod, event, change);
      if (answer === 'atOnce') return answer;
      if (answer === 'afterBackoff') {
        strategy = answer;
        if (pod.pendingPlugins.size === 0) break;
      }
    }
    return strategy;
  }

  /** Puts the pod where the strategy says; returns whether it may be tried. */
  private requeue(pod: QueuedPod, strategy: Strategy): boolean {
    if (strategy === 'skip') {
      this.putAside(pod);
      return false;
    }
    return strategy === 'afterBackoff' && this.backoff.isBackingOff(pod)
      ? this.moveToBackoff(pod)
      : this.moveToActive(pod);
  }

  private moveToActive(pod: QueuedPod, { isChecked = false } = {}): boolean {
    if (!isChecked) this.runPreEnqueue(pod);
    if (pod.isGated) {
      if (!this.active.has(pod.key) && this.backoff.get(pod.key) === undefined) {
        this.putAside(pod);
      }
      return false;
    }
    pod.firstAttemptMs ??= this.options.now();
    this.unschedulable.delete(pod.key);
    this.backoff.delete(pod.key);
    if (!this.active.has(pod.key)) this.options.entered?.('active', this.cause);
    this.active.set(pod.key, pod);
    return true;
  }

  private moveToBackoff(pod: QueuedPod): boolean {
    this.runPreEnqueue(pod);
    if (pod.isGated) {
      this.putAside(pod);
      return false;
    }
    this.unschedulable.delete(pod.key);
    this.backoff.add(pod);
    this.options.entered?.('backoff', this.cause);
    return true;
  }

  private putAside(pod: QueuedPod): void {
    if (!this.unschedulable.has(pod.key)) this.options.entered?.('unschedulable', this.cause);
    this.unschedulable.set(pod.key, pod);
  }

  /** The plug-in that gated it goes first; the first refusal counts. */
  private runPreEnqueue(pod: QueuedPod): void {
    const profile = this.profileOf(pod);
    const plugins = profile?.preEnqueue ?? [];
    const gating = plugins.filter(({ name }) => name === pod.gatingPlugin);
    const others = plugins.filter(({ name }) => name !== pod.gatingPlugin);
    for (const plugin of [...gating, ...others]) {
      if (plugin.preEnqueue?.(pod.info.pod) === undefined) continue;
      pod.unschedulablePlugins = new Set([...pod.unschedulablePlugins, plugin.name]);
      pod.gatingPlugin = plugin.name;
      pod.gatingEvents = profile?.hints.eventsOf(plugin.name) ?? [];
      return;
    }
    pod.gatingPlugin = '';
  }

  private profileOf(pod: QueuedPod): QueueProfile | undefined {
    return this.options.profiles.get(pod.info.pod.spec?.schedulerName ?? 'default-scheduler');
  }
}

function isOfGroup({ object }: ObjectChange, group: string): boolean {
  // Only pods are activated.
  return object !== undefined && new PodInfo(object as Pod).group === group;
}
