/** A run in time: jobs come, wait, run and go, by the rules of gangs, quotas, priorities and re-packing. */
import { Random } from '../../../sim/engine/random.js';
import type { TieRule } from '../../../sim/scheduler/ties.js';
import { BenchCluster } from '../cluster/bench-cluster.js';
import { Fragmentation } from '../cluster/fragmentation.js';
import { Placer } from '../cluster/placer.js';
import { typicalPods } from '../cluster/typical-pods.js';
import type { Policy } from '../policies/policy.js';
import type { HeatRecorder } from '../run/heat.js';
import type { PodShape, TraceNode } from '../trace/trace.js';
import { recordOf, type JobRecord, type WorkSums } from './account.js';
import { EndTimes } from './end-times.js';
import { JobState, shapeKey, type PlacedPod } from './job-state.js';
import type { Job } from './job.js';
import { makeRoom } from './preempt.js';
import { QuotaBook } from './quota.js';
import { repackFor } from './repack.js';
import type { TimedRules } from './rules.js';

/** How a run is made. */
export interface TimedOptions {
  readonly policy: Policy;
  readonly ties: TieRule;
  readonly seed: number;
  readonly rules: TimedRules;
  readonly heat?: HeatRecorder | undefined;
}

/** What came of a run. */
export interface TimedResult {
  /** In the order of arrival. */
  readonly jobs: readonly JobRecord[];
  readonly sums: Readonly<WorkSums>;
  /** From the first arrival to the last end. */
  readonly spanSeconds: number;
  /** When the last job came, and what running jobs had been given by then. */
  readonly arrivals: { readonly seconds: number; readonly running: number };
  readonly capacityMilli: number;
  readonly stops: number;
  readonly moves: number;
  /** Allocation over time: seconds, and thousandths given to running jobs and to gangs that are not whole. */
  readonly timeline: readonly (readonly [number, number, number])[];
}

/** Runs the jobs, which are in the order of their arrival. */
export function runInTime(
  nodes: readonly TraceNode[],
  jobs: readonly Job[],
  options: TimedOptions,
): TimedResult {
  return new TimedRun(nodes, jobs, options).run();
}

/** Waiting jobs for which room is sought at one instant, at most. */
const repackTriesMax = 4;

/** Columns of a heat map and points of a timeline, at most. */
const picturesMax = 120;

/** The state of a run; what it is made of is shared with preemption and re-packing. */
export class TimedRun {
  readonly cluster: BenchCluster;
  readonly placer: Placer;
  readonly quota: QuotaBook;
  /** By node: the pods that are there. */
  readonly residents: readonly Set<PlacedPod>[];
  readonly rules: TimedRules;
  now = 0;
  moves = 0;
  private readonly random: Random;
  private readonly states: readonly JobState[];
  /** Jobs with pods that wait, in the order in which they are tried. */
  private readonly queue: JobState[] = [];
  private readonly ends = new EndTimes();
  private readonly sums: WorkSums = { running: 0, held: 0, lost: 0 };
  private readonly timeline: [number, number, number][] = [];
  private stops = 0;
  private runningMilli = 0;
  private lastRepack = -Infinity;
  private repackTries = 0;

  constructor(
    nodes: readonly TraceNode[],
    jobs: readonly Job[],
    private readonly options: TimedOptions,
  ) {
    const { policy, ties, seed, rules } = options;
    this.random = new Random(seed).fork('timed bench');
    // Equal nodes are taken in an order of the seed's.
    this.cluster = new BenchCluster(this.random.fork('nodes').shuffle(nodes));
    const fragmentation = new Fragmentation(typicalPods(jobs.flatMap(({ pods }) => pods)));
    const random = this.random.fork(policy.name);
    this.placer = new Placer(this.cluster, { policy, ties, fragmentation, random });
    this.quota = new QuotaBook(rules.quota);
    this.residents = this.cluster.nodes.map(() => new Set<PlacedPod>());
    this.rules = rules;
    this.states = jobs.map((job, rank) => new JobState(job, rank));
  }

  run(): TimedResult {
    let next = 0;
    let arrivals: TimedResult['arrivals'] | undefined;
    for (;;) {
      const arrival = this.states[next]?.job.submitSeconds ?? Infinity;
      const end = this.ends.next ?? Infinity;
      if (arrival === Infinity && end === Infinity) break;
      this.advance(Math.min(arrival, end));
      for (const state of this.ends.due(this.now)) this.finish(state);
      for (; this.states[next]?.job.submitSeconds === this.now; next++) {
        this.enqueue(this.states[next] as JobState);
      }
      if (next === this.states.length)
        arrivals ??= { seconds: this.now, running: this.sums.running };
      this.pass();
    }
    this.picture(true);
    return {
      jobs: this.states.map(recordOf),
      sums: this.sums,
      spanSeconds: this.now,
      arrivals: arrivals ?? { seconds: 0, running: 0 },
      capacityMilli: this.cluster.capacityMilli,
      stops: this.stops,
      moves: this.moves,
      timeline: this.timeline,
    };
  }

  /** Gives a pod its place. */
  place(state: JobState, pod: PodShape, placement: PlacedPod['placement']): void {
    const placed = { state, pod, placement };
    this.cluster.place(pod, placement);
    this.residents[placement.node]?.add(placed);
    state.placed.push(placed);
  }

  /** Takes a pod from its place; the caller keeps the job's own lists. */
  unplace(placed: PlacedPod): void {
    this.cluster.remove(placed.pod, placed.placement);
    this.residents[placed.placement.node]?.delete(placed);
  }

  /** Stops a job and lets it wait again; what it has done is lost unless stopped jobs resume. */
  stop(state: JobState): void {
    for (const placed of state.placed) this.unplace(placed);
    this.quota.take(state.job.namespace, -this.placedMilli(state));
    state.placed.length = 0;
    state.waiting.splice(0, Infinity, ...state.job.pods.keys());
    this.stops++;
    state.stops++;
    if (state.startedSeconds !== undefined) {
      const ran = this.now - state.startedSeconds;
      if (this.rules.resumes === true) state.leftSeconds = Math.max(1, state.leftSeconds - ran);
      else this.sums.lost += ran * state.milli;
      state.startedSeconds = undefined;
      state.starts++;
      this.runningMilli -= state.milli;
    }
    this.enqueue(state);
  }

  /** Lets a running job stand still: its end is so much later. */
  delay(state: JobState, seconds: number): void {
    if (state.startedSeconds === undefined) return;
    state.moves++;
    state.leftSeconds += seconds;
    state.starts++;
    this.ends.add(state.startedSeconds + state.leftSeconds, state);
  }

  private advance(to: number): void {
    const seconds = to - this.now;
    this.sums.running += seconds * this.runningMilli;
    this.sums.held += seconds * (this.cluster.allocatedMilli - this.runningMilli);
    this.picture(false);
    this.now = to;
  }

  /** Notes allocation, and the GPUs, not more often than a picture can show. */
  private picture(isLast: boolean): void {
    const last = this.states.at(-1)?.job.submitSeconds ?? 0;
    const gap = Math.max(1, last / picturesMax);
    const before = this.timeline.at(-1)?.[0] ?? -Infinity;
    if (!isLast && (this.now < before + gap || this.timeline.length > 4 * picturesMax)) return;
    const held = this.cluster.allocatedMilli - this.runningMilli;
    this.timeline.push([this.now, this.runningMilli, held]);
    this.options.heat?.note(this.now, this.cluster);
  }

  /** By priority, then by arrival. */
  private enqueue(state: JobState): void {
    if (this.queue.includes(state)) return;
    const isAfter = (other: JobState): boolean =>
      other.job.priority < state.job.priority ||
      (other.job.priority === state.job.priority && other.rank > state.rank);
    const at = this.queue.findIndex(isAfter);
    this.queue.splice(at < 0 ? this.queue.length : at, 0, state);
  }

  private finish(state: JobState): void {
    for (const placed of state.placed) this.unplace(placed);
    this.quota.take(state.job.namespace, -this.placedMilli(state));
    state.placed.length = 0;
    state.endedSeconds = this.now;
    state.startedSeconds = undefined;
    this.runningMilli -= state.milli;
  }

  /** Tries all that wait once, the remedies last. */
  private pass(): void {
    const { gangs = true, strict = false } = this.rules;
    const refused = new Set<string>();
    for (const state of gangs ? [...this.queue] : this.retried()) {
      if (state.isWhole) continue;
      if (gangs || state.job.pods.length === 1) this.tryWhole(state, refused);
      else this.tryPods(state, refused);
      if (state.isWhole) this.start(state);
      else if (strict) break;
    }
  }

  /** Without gang scheduling pods come back from back-off in no order of their jobs. */
  private retried(): JobState[] {
    const pods = this.queue.flatMap(state => state.waiting.map(() => state));
    return this.random.fork(`retries ${this.now}`).shuffle(pods);
  }

  /** Places one pod of the job that waits. */
  private tryPods(state: JobState, refused: Set<string>): void {
    const [index] = state.waiting;
    const pod = index === undefined ? undefined : state.job.pods[index];
    if (pod === undefined) return;
    const key = `${state.job.namespace} ${shapeKey(pod)}`;
    if (refused.has(key)) return;
    const milli = pod.gpus * pod.gpuMilli;
    const placement = this.quota.allows(state.job.namespace, milli)
      ? this.placer.find(pod)
      : undefined;
    if (placement === undefined) {
      refused.add(key);
      return;
    }
    this.place(state, pod, placement);
    this.quota.take(state.job.namespace, milli);
    state.waiting.shift();
  }

  /** Places all pods of the job, or none. */
  private tryWhole(state: JobState, refused: Set<string>): void {
    // What was refused in a pass is refused for all that ask for the same and matter no more.
    if (refused.has(state.key)) return;
    const isAllowed = this.quota.allows(state.job.namespace, state.milli);
    if (isAllowed && this.placeAll(state)) return;
    if (makeRoom(this, state) && this.placeAll(state)) return;
    if (isAllowed && this.repacks(state) && this.placeAll(state)) return;
    refused.add(state.key);
  }

  private repacks(state: JobState): boolean {
    const { repack } = this.rules;
    if (repack === undefined) return false;
    // The first few that wait at one instant may be tried; then none for a while.
    if (this.now !== this.lastRepack) {
      if (this.now < this.lastRepack + repack.everySeconds) return false;
      this.lastRepack = this.now;
      this.repackTries = 0;
    }
    if (++this.repackTries > repackTriesMax) return false;
    return repackFor(this, state, repack);
  }

  private placeAll(state: JobState): boolean {
    for (const pod of state.job.pods) {
      const placement = this.placer.find(pod);
      if (placement === undefined) {
        for (const placed of state.placed) this.unplace(placed);
        state.placed.length = 0;
        return false;
      }
      this.place(state, pod, placement);
    }
    state.waiting.length = 0;
    this.quota.take(state.job.namespace, state.milli);
    return true;
  }

  private start(state: JobState): void {
    const at = this.queue.indexOf(state);
    if (at < 0) return;
    this.queue.splice(at, 1);
    state.startedSeconds = this.now;
    state.firstStartSeconds ??= this.now;
    state.starts++;
    this.runningMilli += state.milli;
    this.ends.add(this.now + state.leftSeconds, state);
  }

  private placedMilli(state: JobState): number {
    return state.placed.reduce((sum, { pod }) => sum + pod.gpus * pod.gpuMilli, 0);
  }
}
