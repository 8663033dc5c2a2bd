/**
 * The scheduler at work: takes pods from the queue one at a time, assumes them on their nodes, and
 * leaves binding and eviction to jobs of their own. @upstream pkg/scheduler/schedule_one.go
 */
import { pods, type Pod } from '../api/kinds/core.js';
import type { ControllerContext, Reconciliation } from '../client/contract.js';
import { call, pause } from '../client/requests.js';
import { AssumedObjects } from './assumed-objects.js';
import { bind, type Binding } from './binding.js';
import { defaultFeatureGates, type SchedulerConfiguration } from './configuration.js';
import { evict, Evictions } from './eviction.js';
import type { CallExtender } from './extender.js';
import { extenderName, Extenders } from './extenders.js';
import type { Plugin, PluginFactory, Status } from './framework.js';
import { registry } from './plugins/index.js';
import { writeAll } from './object-writes.js';
import { schedulerNameOf, type PodInfo } from './pod-info.js';
import { podStatusPatch } from './pod-status.js';
import { wildcard } from './queue/cluster-event.js';
import { Hints } from './queue/hints.js';
import { Nominator } from './queue/nominator.js';
import type { QueuedPod } from './queue/queued-pod.js';
import { SchedulingQueue } from './queue/scheduling-queue.js';
import { Framework } from './runtime.js';
import { schedulingSteps, type Attempt, type Outcome } from './schedule-one.js';
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
    this.extenders = new Extenders(extenders, settings.callExtender);
    this.pick = tieBreaker(settings.ties, random.fork('ties'));
    this.objects = new AssumedObjects(view);
    this.evictions = new Evictions(view);
    this.frameworks = new Map(
      profiles.map(profile => [
        profile.schedulerName,
        new Framework(profile, {
          objects: this.objects,
          nodes: this.nodes,
          nominator: this.nominator,
          features: defaultFeatureGates,
          registry: { ...registry, ...settings.plugins },
          now: () => clock.now(),
          random: random.fork('preemption'),
          isPreempting: uid => this.evictions.isRunning(uid),
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
    });
  }

  /** What a pod waits for that an extender turned away nobody knows: everything. */
  private hintsOf({ plugins }: Framework): Hints {
    return Hints.of(this.extenders.isEmpty ? plugins : [...plugins, anything]);
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
    const framework = this.frameworks.get(schedulerNameOf(info.pod));
    if (framework === undefined || this.isToBeSkipped(info)) {
      this.queue.done(info.uid);
      return;
    }
    const attempt = yield* schedulingSteps(framework, info, {
      ...(!this.extenders.isEmpty && { extenders: this.extenders }),
      startIndex: this.startIndex,
      percentageOfNodesToScore: this.settings.configuration.percentageOfNodesToScore,
      pick: this.pick,
    });
    this.startIndex = attempt.nextStartIndex;
    const { outcome } = attempt;
    if (outcome.kind !== 'scheduled')
      return yield* this.failed(queued, framework, attempt, outcome);
    const binding = this.assume(queued, framework, attempt, outcome.node);
    const refusal = reserve(framework, binding);
    if (refusal === undefined) {
      this.queue.done(info.uid);
      this.run(`bind ${info.key}`, () => bind(this, binding));
      return;
    }
    this.forget(binding);
    const isRejected = refusal.code !== 'Error';
    queued.reject(isRejected ? [refusal.plugin] : [], []);
    yield* this.fail(queued, { message: refusal.reasons.join(', '), isRejected, nomination: '' });
  }

  /** @upstream skipPodSchedule */
  private isToBeSkipped(info: PodInfo): boolean {
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
    { state }: Attempt,
    node: string,
  ): Binding {
    const pod = queued.info.on(node);
    const binding: Binding = { queued, pod, node, state, framework, phase: 'reserved' };
    this.assumed.set(pod.uid, binding);
    this.nodes.addPod(pod, node);
    this.nominator.remove(pod.uid);
    return binding;
  }

  /** Takes back an assumption, with what plug-ins reserved. */
  forget({ framework, state, pod, node }: Binding): void {
    for (const plugin of [...framework.at('reserve')].reverse()) {
      const writes = plugin.unreserve?.(state, pod, node) ?? [];
      if (writes.length > 0) this.run(`unreserve ${pod.key}`, () => writeAll(writes));
    }
    if (this.assumed.delete(pod.uid)) this.nodes.removePod(pod.uid);
  }

  private *failed(
    queued: QueuedPod,
    framework: Framework,
    attempt: Attempt,
    outcome: Exclude<Outcome, { readonly kind: 'scheduled' }>,
  ): Reconciliation<void> {
    const { message } = outcome;
    if (outcome.kind !== 'unschedulable') {
      queued.reject([], []);
      yield* this.fail(queued, { message, isRejected: outcome.kind === 'noNodes', nomination: '' });
      return;
    }
    queued.reject(attempt.unschedulablePlugins, attempt.pendingPlugins);
    const { postFilter } = outcome;
    const chosen = postFilter?.preemption?.chosen;
    if (chosen !== undefined) evict(this, queued.info, chosen);
    yield* writeAll(postFilter?.writes ?? []);
    const nomination = framework.at('postFilter').length === 0 ? '' : postFilter?.nomination;
    yield* this.fail(queued, { message, isRejected: true, nomination });
  }

  /** Puts the pod back and tells why. @upstream handleSchedulingFailure */
  *fail(
    queued: QueuedPod,
    failure: {
      readonly message: string;
      readonly isRejected: boolean;
      readonly nomination: string | undefined;
    },
  ): Reconciliation<void> {
    const { namespace, name, uid } = queued.info;
    const { message, isRejected, nomination } = failure;
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

function reserve(framework: Framework, { state, pod, node }: Binding): Status | undefined {
  for (const plugin of framework.at('reserve')) {
    const answer = plugin.reserve?.(state, pod, node);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** @upstream truncateMessage */
function truncated(message: string): string {
  const suffix = ' ...';
  const isShort = new TextEncoder().encode(message).length <= noteBytesMax;
  return isShort ? message : message.slice(0, noteBytesMax - suffix.length) + suffix;
}
