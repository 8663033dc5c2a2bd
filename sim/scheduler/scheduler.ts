/**
 * The scheduler at work: takes pods from the queue one at a time, assumes them on their nodes, and
 * leaves binding and eviction to jobs of their own. @upstream pkg/scheduler/schedule_one.go
 */
import { pods, type Pod } from '../api/kinds/core.js';
import type { RecordedPast } from '../api/recorded-past.js';
import type { ControllerContext, Reconciliation } from '../client/contract.js';
import { call, pause } from '../client/requests.js';
import { AssumedObjects } from './assumed-objects.js';
import { bind, type Binding } from './binding.js';
import {
  defaultFeatureGates,
  type FeatureGates,
  type SchedulerConfiguration,
} from './configuration.js';
import type { CycleState } from './cycle-state.js';
import { evict, Evictions } from './eviction.js';
import type { CallExtender } from './extender.js';
import { extenderName, Extenders } from './extenders.js';
import { refusalMessage } from './fit-error.js';
import {
  isRejection,
  messageOf,
  type Plugin,
  type PluginFactory,
  type Status,
  type WritePlan,
} from './framework.js';
import { failureOf } from './groups/group-attempt.js';
import { PodGroupStates } from './groups/group-state.js';
import { scheduleGroup } from './groups/schedule-group.js';
import { WaitingPod } from './groups/waiting-pods.js';
import { registry } from './plugins/index.js';
import { SchedulerMetrics } from './metrics.js';
import { writeAll } from './object-writes.js';
import { Observers } from './observers.js';
import { schedulerNameOf, type PodInfo } from './pod-info.js';
import { podStatusPatch } from './pod-status.js';
import { wildcard } from './queue/cluster-event.js';
import { Hints } from './queue/hints.js';
import { Nominator } from './queue/nominator.js';
import type { QueuedPod } from './queue/queued-pod.js';
import { SchedulingQueue } from './queue/scheduling-queue.js';
import { placementOf } from './recorded-node.js';
import { Framework } from './runtime.js';
import { schedulingSteps, type Attempt, type AttemptOptions } from './schedule-one.js';
import { NodeSnapshot } from './snapshot.js';
import { tieBreaker, type TieRule } from './ties.js';

/** How the scheduler runs. */
export interface SchedulerSettings {
  readonly configuration: SchedulerConfiguration;
  /** How long one attempt takes, in virtual milliseconds. */
  readonly attemptMs: number;
  readonly ties: TieRule;
  /** Plug-ins out of the tree, by name. */
  readonly plugins: Readonly<Record<string, PluginFactory>>;
  readonly callExtender?: CallExtender | undefined;
  readonly featureGates: FeatureGates;
  /** The gang of a pod, where a plug-in out of the tree holds gangs together. */
  readonly gangOf?: ((pod: Pod) => string) | undefined;
  /** Where pods were in a recorded cluster. */
  readonly past?: Pick<RecordedPast, 'node' | 'placed'> | undefined;
}

/** Why a pod goes back to the queue. */
export interface Failure {
  readonly message: string;
  readonly isRejected: boolean;
  /** The plug-ins that rejected it; none after an error. */
  readonly unschedulable?: Iterable<string>;
  readonly pending?: Iterable<string>;
  /** The nominated node to set; '' clears it; undefined leaves it alone. */
  readonly nomination: string | undefined;
}

/** The key of the loop that schedules; all other keys are jobs. */
export const loopKey = 'schedule';

const anything: Plugin = { name: extenderName, events: [{ event: wildcard }] };

/** The longest note of an event. */
const noteBytesMax = 1024;

/** Everything that kube-scheduler keeps in memory. */
export class Scheduler {
  readonly nodes = new NodeSnapshot();
  readonly nominator = new Nominator();
  readonly objects: AssumedObjects;
  readonly queue: SchedulingQueue;
  readonly evictions: Evictions;
  /** Pods that are counted on a node before the API server says so, by uid. */
  readonly assumed = new Map<string, Binding>();
  readonly frameworks: ReadonlyMap<string, Framework>;
  readonly extenders: Extenders;
  readonly podGroups: PodGroupStates;
  readonly observers = new Observers();
  readonly metrics: SchedulerMetrics;
  private readonly jobs = new Map<string, () => Reconciliation<void>>();
  private readonly pick: (best: readonly string[]) => string;
  private startIndex = 0;
  private jobCount = 0;

  constructor(
    readonly context: ControllerContext,
    readonly settings: SchedulerSettings,
  ) {
    const { clock, random, view } = context;
    const { profiles, extenders, ...backoff } = settings.configuration;
    this.metrics = new SchedulerMetrics(context, settings.attemptMs, this);
    this.extenders = new Extenders(extenders, settings.callExtender);
    this.pick = tieBreaker(settings.ties, random.fork('ties'));
    this.objects = new AssumedObjects(view);
    this.evictions = new Evictions(view);
    this.podGroups = new PodGroupStates(settings.featureGates['GenericWorkload'] === true);
    this.frameworks = new Map(
      profiles.map(profile => [
        profile.schedulerName,
        new Framework(profile, {
          objects: this.objects,
          nodes: this.nodes,
          nominator: this.nominator,
          features: { ...defaultFeatureGates, ...settings.featureGates },
          registry: { ...registry, ...settings.plugins },
          now: () => clock.now(),
          random: random.fork('preemption'),
          isPreempting: uid => this.evictions.isRunning(uid),
          isInFlight: uid => this.queue.inFlight.has(uid),
          podGroups: this.podGroups,
          activate: pods => this.activate(pods),
          allow: (uid, plugin) => this.assumed.get(uid)?.waiting?.allow(plugin),
          reject: (uid, reason) => this.assumed.get(uid)?.waiting?.stop(reason),
          waitingPods: () => this.waitingPods(),
          observe: (kind, on) => this.observers.add(kind, on),
        }),
      ]),
    );
    const [first] = this.frameworks.values();
    const [order] = first?.at('queueSort') ?? [];
    this.queue = new SchedulingQueue({
      profiles: new Map(
        [...this.frameworks].map(([name, framework]) => [
          name,
          { preEnqueue: framework.at('preEnqueue'), hints: this.hintsOf(framework) },
        ]),
      ),
      isBefore: (a, b) => order?.less?.(a, b) ?? false,
      nominator: this.nominator,
      now: () => clock.now(),
      backoff,
      hasGroups: settings.featureGates['GenericWorkload'] === true,
      gangOf: settings.gangOf,
      entered: (queue, cause) => this.metrics.incoming(queue, cause),
    });
  }

  /** What a pod waits for that an extender turned away nobody knows: everything. */
  private hintsOf({ plugins }: Framework): Hints {
    return Hints.of(this.extenders.isEmpty ? plugins : [...plugins, anything]);
  }

  private waitingPods(): readonly PodInfo[] {
    const waiting: PodInfo[] = [];
    for (const { pod, waiting: wait } of this.assumed.values()) {
      if (wait !== undefined && wait.verdict === undefined) waiting.push(pod);
    }
    return waiting;
  }

  /** Whether the pod asks for one of our profiles. */
  isResponsible(pod: Pod): boolean {
    return this.frameworks.has(schedulerNameOf(pod));
  }

  /** Goes on scheduling when there is a pod to try. */
  wake(): void {
    if (this.queue.isReady) this.context.queue.add(loopKey);
  }

  /** One pass of the loop, or one job. */
  *reconcile(key: string): Reconciliation<void> {
    if (key === loopKey) return yield* this.loop();
    const job = this.jobs.get(key);
    this.jobs.delete(key);
    if (job !== undefined) yield* job();
  }

  /** Does something beside the loop, as a goroutine would. */
  run(name: string, job: () => Reconciliation<void>): void {
    const key = `${name} ${this.jobCount++}`;
    this.jobs.set(key, job);
    this.context.queue.add(key);
  }

  private *loop(): Reconciliation<void> {
    for (;;) {
      if (!this.queue.isReady) return;
      if (this.settings.attemptMs > 0) yield* pause(this.settings.attemptMs);
      const queued = this.queue.pop();
      if (queued !== undefined) yield* this.schedule(queued);
    }
  }

  private *schedule(queued: QueuedPod): Reconciliation<void> {
    const { info } = queued;
    const { group } = info;
    if (group !== undefined && this.settings.featureGates['GenericWorkload'] === true) {
      return yield* scheduleGroup(this, queued, group);
    }
    const framework = this.frameworks.get(schedulerNameOf(info.pod));
    if (framework === undefined || this.isToBeSkipped(info)) {
      this.queue.done(info.uid);
      return;
    }
    const attempt = yield* schedulingSteps(framework, info, this.attemptOptions());
    this.startIndex = attempt.nextStartIndex;
    this.metrics.searched();
    const { outcome } = attempt;
    if (outcome.kind === 'scheduled') {
      const node = this.asRecorded(framework, attempt) ?? outcome.node;
      return yield* this.prepare(queued, framework, attempt.state, node);
    }
    yield* writeAll(this.act(info, attempt));
    const failure = failureOf(framework, attempt);
    if (failure !== undefined) yield* this.failAs(queued, failure);
  }

  /** How attempts are made at the moment. */
  attemptOptions(): AttemptOptions & { readonly extenders?: Extenders } {
    return {
      ...(!this.extenders.isEmpty && { extenders: this.extenders }),
      startIndex: this.startIndex,
      percentageOfNodesToScore: this.settings.configuration.percentageOfNodesToScore,
      pick: (best, _root, pod) => this.recordedAmong(best, pod) ?? this.pick(best),
    };
  }

  /** Where the next attempt begins in the list of nodes. */
  setStartIndex(index: number): void {
    this.startIndex = index;
  }

  /** Assumes the pod on its node and begins to bind it. @upstream prepareForBindingCycle */
  *prepare(
    queued: QueuedPod,
    framework: Framework,
    state: CycleState,
    node: string,
  ): Reconciliation<void> {
    const binding = this.assume(queued, framework, state, node);
    const refusal = framework.reserve(state, binding.pod, node);
    if (refusal !== undefined) return yield* this.refused(queued, binding, refusal);
    const { status: answer, waits } = framework.permit(state, binding.pod, node);
    if (answer !== undefined && answer.code !== 'Wait') {
      return yield* this.refused(queued, binding, answer);
    }
    const { uid, key } = queued.info;
    if (waits.size > 0) binding.waiting = new WaitingPod(this.context.clock, waits, key);
    else this.queue.done(uid);
    this.run(`bind ${key}`, () => bind(this, binding));
  }

  private *refused(queued: QueuedPod, binding: Binding, refusal: Status): Reconciliation<void> {
    this.forget(binding);
    const isRejected = isRejection(refusal);
    yield* this.failAs(queued, {
      message: isRejected ? refusalMessage(binding.node, refusal) : messageOf(refusal),
      isRejected,
      unschedulable: isRejected ? [refusal.plugin] : [],
      nomination: '',
    });
  }

  private activate(pods: readonly PodInfo[]): void {
    for (const { pod } of pods) this.queue.activate(pod);
  }

  /** Any of the best nodes may be drawn, and so the one that was. */
  private recordedAmong(best: readonly string[], { pod }: PodInfo): string | undefined {
    const node = this.settings.past?.node(pod.metadata);
    return node !== undefined && best.includes(node) ? node : undefined;
  }

  /** The recorded node where it fits; undefined: it does not, or nothing is recorded. */
  private asRecorded(framework: Framework, attempt: Attempt): string | undefined {
    const { past } = this.settings;
    const { outcome, pod } = attempt;
    const recorded = past?.node(pod.pod.metadata);
    if (recorded === undefined || outcome.kind !== 'scheduled') return undefined;
    const placement = placementOf(framework, attempt, { recorded, found: outcome.node });
    past?.placed?.(pod.pod.metadata, placement);
    return placement.node;
  }

  /** @upstream skipPodSchedule */
  isToBeSkipped(info: PodInfo): boolean {
    if (!info.isTerminating) return this.assumed.has(info.uid);
    this.context.events.record({
      regarding: info.pod,
      component: schedulerNameOf(info.pod),
      type: 'Warning',
      reason: 'FailedScheduling',
      action: 'Scheduling',
      message: `skip schedule deleting pod: ${info.key}`,
    });
    return true;
  }

  private assume(
    queued: QueuedPod,
    framework: Framework,
    state: CycleState,
    node: string,
  ): Binding {
    const pod = queued.info.on(node);
    const binding: Binding = { queued, pod, node, state, framework, phase: 'reserved' };
    this.assumed.set(pod.uid, binding);
    this.nodes.addPod(pod, node);
    this.podGroups.assume(pod);
    this.nominator.remove(pod.uid);
    return binding;
  }

  /** Takes back an assumption, with what plug-ins reserved. */
  forget({ framework, state, pod, node }: Binding): void {
    for (const plugin of [...framework.at('reserve')].reverse()) {
      this.writeLater(`unreserve ${pod.key}`, plugin.unreserve?.(state, pod, node) ?? []);
    }
    if (!this.assumed.delete(pod.uid)) return;
    this.nodes.removePod(pod.uid);
    this.podGroups.forget(pod);
  }

  /** Carries out what plug-ins want written, beside the loop. */
  writeLater(name: string, writes: WritePlan): void {
    if (writes.length > 0) this.run(name, () => writeAll(writes));
  }

  /** Begins to evict the victims that PostFilter chose; returns what it wants written. */
  act(pod: PodInfo, { outcome }: Attempt): WritePlan {
    if (outcome.kind !== 'unschedulable') return [];
    const { preemption, writes = [] } = outcome.postFilter ?? {};
    if (outcome.postFilter !== undefined)
      this.metrics.preempted(preemption?.chosen?.victims.length);
    if (preemption?.chosen !== undefined) evict(this, pod, preemption.chosen);
    return writes;
  }

  /** Notes who rejected the pod, and puts it back. */
  *failAs(queued: QueuedPod, failure: Failure): Reconciliation<void> {
    queued.reject(failure.unschedulable ?? [], failure.pending ?? []);
    yield* this.fail(queued, failure);
  }

  /** Puts the pod back and tells why. @upstream handleSchedulingFailure */
  *fail(
    queued: QueuedPod,
    failure: Pick<Failure, 'message' | 'isRejected' | 'nomination'>,
  ): Reconciliation<void> {
    const { namespace, name, uid } = queued.info;
    const { message, isRejected, nomination } = failure;
    this.metrics.attempted(queued, isRejected ? 'unschedulable' : 'error');
    const known = this.context.view.get(pods, namespace, name);
    const isWaiting = known !== undefined && (known.spec?.nodeName ?? '') === '';
    if (isWaiting && known.metadata.uid === uid) {
      queued.info = queued.info.renewed(known);
      this.queue.takeBack(queued);
      this.nominator.add(queued.info, nomination ?? known.status?.nominatedNodeName ?? '');
    } else {
      this.queue.done(uid);
      this.nominator.remove(uid);
      if (isWaiting) return;
    }
    const { pod } = queued.info;
    this.context.events.record({
      regarding: pod,
      component: schedulerNameOf(pod),
      type: 'Warning',
      reason: 'FailedScheduling',
      action: 'Scheduling',
      message: truncated(message),
    });
    const reason = isRejected ? 'Unschedulable' : 'SchedulerError';
    const condition = { type: 'PodScheduled', status: 'False', reason, message };
    const change = podStatusPatch(pod, { condition, nomination }, this.context.clock.now());
    if (change !== undefined) yield* call(change);
    this.wake();
  }
}

/** @upstream truncateMessage */
function truncated(message: string): string {
  const suffix = ' ...';
  const isShort = new TextEncoder().encode(message).length <= noteBytesMax;
  return isShort ? message : message.slice(0, noteBytesMax - suffix.length) + suffix;
}
