/** Runs a scenario on a cluster, step by step, and says what came of each. */
import { alertText, isAlertSent } from './alert-step.js';
import { join } from 'node:path';
import { timeMs } from '../../sim/api/time.js';
import { invariant } from '../../sim/engine/invariant.js';
import type { Cluster, Fault } from '../cluster.js';
import { GpuLedger, type GpuAccounts } from '../gpu/ledger.js';
import { NodeLedger, type NodeGroupAccount } from '../gpu/node-ledger.js';
import { durationMs } from '../input/duration.js';
import { readManifests } from '../input/manifest-files.js';
import type { Manifest } from '../input/manifests.js';
import { evidenceOf, judgeCluster } from './judgement.js';
import type { Verdict } from '../laws/judge.js';
import type { Outcome } from '../laws/law.js';
import type { Stack, StackReport } from '../stacks/stack.js';
import { unexpected } from './applied.js';
import type { Probe } from './connections.js';
import { Crew } from './crew.js';
import type { MeasuredEdge } from './edge/edge.js';
import { wordsOf, type Happening } from './happening.js';
import { faultStep } from './fault-step.js';
import { inWords } from './in-words.js';
import type { RunJournal } from './journal/run-journal.js';
import { judged, type LawChoice } from './judge-step.js';
import { Logbook, type RunRecord } from './logbook.js';
import { noteOutcomes } from './outcome-series.js';
import { serviceRequests, type ServiceRequests } from './service-requests.js';
import { Narrator } from './narrator.js';
import { cutOf, takesItsTime } from './step-time.js';
import { titleOf } from './step-title.js';
import { Objects } from './objects.js';
import type { RecordedWrite } from './recorded-write.js';
import { readWrites, replay, toldOf } from './replay-step.js';
import { restore } from './restore-step.js';
import type { RunFolder } from './run-folder.js';
import type { Scenario, Step } from './scenario.js';
import { flow, keep, tellNews } from './traffic-step.js';

/** What came of one step. */
export interface StepResult {
  readonly title: string;
  readonly line: number;
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly message?: string;
  /** How long it took in the cluster's time. */
  readonly durationMs: number;
}

/** What came of a scenario. */
export interface RunResult {
  readonly scenario: string;
  readonly file: string;
  readonly steps: readonly StepResult[];
  /** The cluster's time at the start, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly isInterrupted: boolean;
  readonly variant?: string;
  /** From the start until traffic first flowed. */
  readonly deployedMs?: number;
  readonly gpus: GpuAccounts;
  /** What became of the node groups, where the cluster has some. */
  readonly nodeGroups?: readonly NodeGroupAccount[];
  /** Hours in which GPUs were busy, weighed by how busy; undefined where the backend cannot tell. */
  readonly gpuBusyHours?: number;
  /** What the stack measured. */
  readonly report?: StackReport;
  /** What came of the requests of clients to Services; absent when none were sent. */
  readonly requests?: readonly ServiceRequests[];
  /** What was where, when, and what was measured: for reports that tell it over time. */
  readonly record?: RunRecord;
  /** What the laws say of it, one verdict a law. */
  readonly verdicts: readonly Verdict[];
}

/** Settings of a run. */
export interface RunOptions {
  /** Receives the lines that tell what happens. */
  readonly tell: (line: string) => void;
  /** Asked between steps and while waiting: whether the user wants to stop. */
  readonly isInterrupted?: () => boolean;
  /** The scenario's stack, attached to the cluster. */
  readonly stack?: Stack;
  /** Seconds of full use of all GPUs since the cluster is there. */
  readonly gpuBusySeconds?: () => number;
  /** Where the run is kept while it goes on. */
  readonly folder?: RunFolder;
  /** From which any instant can be looked at later. */
  readonly journal?: RunJournal;
  /** Recorded writes that are not sent again. Default: none. */
  readonly isLeftOut?: (write: RecordedWrite) => boolean;
  /** Tries connections between pods, where the backend can. */
  readonly probe?: Probe;
  /** Where time is real: whether what was given to the run is over. */
  readonly isTimeOver?: () => boolean;
  /** How much later than they were recorded writes are sent again, in milliseconds. Default 0. */
  readonly laterMs?: number;
  /** What is measured at the cluster's edge, where the backend can. */
  readonly edge?: MeasuredEdge;
}

const defaultWithin = '10m';

/** Runs the steps in order; after the first that fails the others are skipped. */
export async function runScenario(
  scenario: Scenario,
  cluster: Cluster,
  options: RunOptions,
): Promise<RunResult> {
  const startMs = cluster.now();
  const { stack, folder, journal } = options;
  const logbook = new Logbook(startMs);
  const gpus = new GpuLedger(scenario.prices);
  const groups = nodeLedger(scenario, cluster);
  const narrator = new Narrator(cluster, {
    namespaces: scenario.show.namespaces,
    logs: scenario.show.logs ?? true,
    events: scenario.show.events ?? true,
    observe: entry => {
      gpus.observe(entry);
      groups?.observe(entry);
      logbook.observe(entry);
      journal?.observe(entry);
    },
    caughtUp: () => journal?.caughtUp(cluster),
    tell: line => {
      folder?.line(line);
      options.tell(line);
    },
  });
  await narrator.begin();
  const runner = new Runner(scenario, cluster, narrator, { logbook, ...options });
  const steps: StepResult[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    if (step.only?.includes(scenario.variant ?? '') === false) continue;
    const hasFailed = steps.some(({ result }) => result !== 'passed');
    steps.push(await runner.step(step, index, hasFailed));
  }
  journal?.keep(cluster.now(), { isLast: true });
  const report = stack?.report();
  const measured = runner.measured();
  const requests = serviceRequests(measured);
  noteOutcomes(measured, { startMs, endMs: cluster.now() }, [logbook, folder]);
  return {
    scenario: scenario.name,
    file: scenario.file,
    steps,
    startMs,
    durationMs: cluster.now() - startMs,
    isInterrupted: options.isInterrupted?.() ?? false,
    ...(scenario.variant !== undefined && { variant: scenario.variant }),
    ...(runner.trafficMs !== undefined && { deployedMs: runner.trafficMs - startMs }),
    gpus: gpus.accounts(cluster.now()),
    ...(groups !== undefined && { nodeGroups: groups.accounts(cluster.now()) }),
    ...(options.gpuBusySeconds && { gpuBusyHours: options.gpuBusySeconds() / 3600 }),
    ...(report !== undefined && { report }),
    ...(requests.length > 0 && { requests }),
    record: { log: logbook.log, series: logbook.series },
    verdicts: await judgeCluster(cluster, measured, scenario.laws),
  };
}

/** The ledger of node groups, on the one backend that makes their machines. */
function nodeLedger(
  { cluster: { autoscaler }, prices }: Scenario,
  { backend }: Cluster,
): NodeLedger | undefined {
  if (autoscaler === undefined || backend !== 'sim') return undefined;
  const names = autoscaler.nodeGroups.map(({ name }) => name);
  return new NodeLedger(names, prices);
}

class Runner {
  /** When traffic first flowed. */
  trafficMs: number | undefined;
  private readonly objects: Objects;
  private readonly crew: Crew;

  constructor(
    private readonly scenario: Scenario,
    private readonly cluster: Cluster,
    private readonly narrator: Narrator,
    private readonly options: RunOptions & { readonly logbook: Logbook },
  ) {
    this.objects = new Objects(cluster);
    this.crew = new Crew(cluster, options.probe, options.edge);
  }

  /** What was measured at the cluster's edge so far, in the order of time. */
  measured(): readonly Outcome[] {
    const { edge, stack } = this.options;
    const others = [...this.crew.outcomes, ...(stack?.outcomes?.() ?? [])];
    return edge?.outcomes(others) ?? others.sort((a, b) => a.timeMs - b.timeMs);
  }

  private isInterrupted(): boolean {
    return this.options.isInterrupted?.() ?? false;
  }

  async step(step: Step, index: number, hasFailed: boolean): Promise<StepResult> {
    const title = step.name ?? titleOf(step);
    const line = this.scenario.lineOfStep(index);
    const why = hasFailed ? 'an earlier step failed' : cutOf(this.options);
    if (why !== undefined) return { title, line, result: 'skipped', message: why, durationMs: 0 };
    this.narrator.say('step', title);
    this.options.logbook.told('step', title, this.cluster.now());
    const startMs = this.cluster.now();
    const message = await this.act(step);
    await this.catchUp();
    this.keep();
    const durationMs = this.cluster.now() - startMs;
    const cut = cutOf(this.options);
    if (cut !== undefined && takesItsTime(step)) {
      return { title, line, result: 'skipped', message: cut, durationMs };
    }
    if (message === undefined) return { title, line, result: 'passed', durationMs };
    // It might have come true, had there been the time.
    if (cut !== undefined) {
      return { title, line, result: 'skipped', message: `${cut}: ${message}`, durationMs };
    }
    this.narrator.say('FAILED', message);
    this.options.logbook.told('FAILED', message, this.cluster.now());
    return { title, line, result: 'failed', message, durationMs };
  }

  private async catchUp(): Promise<void> {
    const { narrator } = this;
    const { stack, logbook } = this.options;
    if (stack === undefined) await narrator.catchUp();
    else await tellNews({ stack, narrator, logbook });
  }

  private keep(): void {
    const { stack, folder, logbook, journal } = this.options;
    keep({ stack, folder, logbook });
    journal?.keep(this.cluster.now());
  }

  private traffic(traffic: NonNullable<Step['traffic']>): Promise<string | undefined> {
    const { cluster, narrator } = this;
    const { stack, folder, logbook } = this.options;
    invariant(stack !== undefined, 'a scenario with a traffic step is run with its stack');
    this.trafficMs ??= cluster.now();
    const isInterrupted = (): boolean => this.isInterrupted();
    return flow(traffic, { stack, cluster, narrator, folder, logbook, isInterrupted });
  }

  /** Does what the step says; returns what is wrong. */
  private async act(step: Step): Promise<string | undefined> {
    if (step.apply !== undefined) return this.apply(step.apply);
    if (step.restore !== undefined) return this.restore(step.restore);
    if (step.replay !== undefined) return this.replay(step.replay);
    if (step.delete !== undefined) return this.objects.delete(step.delete);
    if (step.advance !== undefined) return this.advance(step.advance);
    if (step.traffic !== undefined) return this.traffic(step.traffic);
    if (step.wait !== undefined) return this.wait(step.wait);
    if (step.log !== undefined) return this.waitForLog(step.log);
    if (step.alert !== undefined) return this.waitForAlert(step.alert);
    if (step.fault !== undefined) {
      this.options.logbook.told('fault', inWords(step.fault), this.cluster.now());
      return faultStep(step.fault, fault => this.inject(fault), this.objects);
    }
    if (step.event !== undefined) return this.event(step.event);
    if (step.judge !== undefined) return this.judgeAll(step.judge);
    if (step.expect === undefined) return undefined;
    return this.objects.advised(await this.objects.unmet(step.expect), step.expect);
  }

  private async apply({
    files,
    expect = {},
  }: NonNullable<Step['apply']>): Promise<string | undefined> {
    const manifests = files.flatMap(file => readManifests(join(this.scenario.folder, file)));
    const objects = this.narrator.applies(manifests.map(({ object }) => object));
    const applied = await this.crew.apply(objects);
    for (const [index, each] of applied.entries()) {
      const manifest = manifests[index] as Manifest;
      const problem = unexpected(each, { manifest, expect, narrator: this.narrator });
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  private async restore({
    files,
    state,
    events,
    at,
  }: NonNullable<Step['restore']>): Promise<string | undefined> {
    const { folder } = this.scenario;
    const manifests = files.flatMap(file => readManifests(join(folder, file)));
    const untilMs = (timeMs(at) ?? 0) - this.cluster.now();
    if (untilMs > 0) await this.advance(`${untilMs}ms`);
    const recorded =
      state === undefined
        ? undefined
        : {
            state: join(folder, state),
            ...(events !== undefined && { events: join(folder, events) }),
          };
    const [first, ...more] = await restore(this.cluster, manifests, recorded);
    if (first === undefined) return undefined;
    const { manifest, message } = first;
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    return `${manifest.file}:${manifest.line}: refused: ${message}${others}`;
  }

  private async replay({ file, until }: NonNullable<Step['replay']>): Promise<undefined> {
    const advance = (ms: number): Promise<undefined> => this.advance(`${ms}ms`);
    const { isLeftOut = () => false, laterMs = 0 } = this.options;
    const writes = readWrites(join(this.scenario.folder, file), laterMs);
    await replay(this.cluster, writes, {
      isLeftOut,
      advance,
      isInterrupted: () => this.isInterrupted() || (this.options.isTimeOver?.() ?? false),
      told: replayed => this.narrator.say(...toldOf(replayed)),
    });
    const leftMs = (timeMs(until) ?? 0) - this.cluster.now();
    if (leftMs > 0) await advance(leftMs);
    return undefined;
  }

  /** What the cluster says against it is told, and no failure: it may be what the voyage is about. */
  private async event(event: Happening): Promise<undefined> {
    this.options.logbook.told('event', wordsOf(event), this.cluster.now());
    const refusal = await this.crew.happen(event);
    if (refusal !== undefined) this.narrator.say('refused', refusal);
    return undefined;
  }

  private async judgeAll(choice: LawChoice): Promise<string | undefined> {
    const settings = { ...this.scenario.laws, ...choice.settings };
    const evidence = await evidenceOf(this.cluster, this.measured());
    return judged({ ...choice, settings }, evidence);
  }

  private async advance(duration: string): Promise<undefined> {
    if (this.crew.isBusy) {
      await this.crew.advance(durationMs(duration));
      await this.catchUp();
    } else await this.waitUntil(() => false, duration);
    return undefined;
  }

  private async wait(demands: NonNullable<Step['wait']>): Promise<string | undefined> {
    let problem: string | undefined;
    const isMet = await this.waitUntil(async () => {
      problem = await this.objects.unmet(demands);
      return problem === undefined;
    }, demands.within ?? defaultWithin);
    if (isMet) return undefined;
    const late = `not within ${demands.within ?? defaultWithin}`;
    return this.objects.advised(`${late}: ${problem ?? 'interrupted'}`, demands);
  }

  private async waitForLog(wanted: NonNullable<Step['log']>): Promise<string | undefined> {
    const namespace = wanted.namespace ?? 'default';
    const container = wanted.container === undefined ? '' : `?container=${wanted.container}`;
    const path = `/api/v1/namespaces/${namespace}/pods/${wanted.pod}/log${container}`;
    const within = wanted.within ?? defaultWithin;
    const isMet = await this.waitUntil(async () => {
      const answer = await this.cluster.request({ method: 'GET', path });
      return answer.status === 200 && String(answer.body ?? '').includes(wanted.contains);
    }, within);
    if (isMet) return undefined;
    return `the log of ${wanted.pod} did not contain "${wanted.contains}" within ${within}`;
  }

  private async waitForAlert(wanted: NonNullable<Step['alert']>): Promise<string | undefined> {
    const { within = defaultWithin } = wanted;
    const ask = async (path: string) => (await this.cluster.request({ method: 'GET', path })).body;
    const isMet = await this.waitUntil(() => isAlertSent(wanted, ask), within);
    return isMet ? undefined : `no Alertmanager sent ${alertText(wanted)} within ${within}`;
  }

  private async waitUntil(
    condition: () => boolean | Promise<boolean>,
    within: string,
  ): Promise<boolean> {
    let isMet = false;
    await this.cluster.until(
      async () => {
        await this.catchUp();
        isMet = await condition();
        return isMet || this.isInterrupted();
      },
      { within },
    );
    return isMet;
  }

  private inject(fault: Fault): Promise<void> {
    this.options.edge?.struck(fault);
    return this.cluster.inject(fault);
  }
}
