/** The fraud platform of one run: its programs, the traffic that meets them, and what is measured. */
import { invariant } from '../../../sim/engine/invariant.js';
import type { Random } from '../../../sim/engine/random.js';
import type { Outcome } from '../../laws/law.js';
import type { WorkloadMaker } from '../../models/workloads.js';
import type { TrafficExchange } from '../../traffic/flow/contract.js';
import type { Figure, News, Stack, StackReport, StackCluster } from '../stack.js';
import type { Payments } from './data/payments.js';
import { paymentsOf } from './data/payments-thread.js';
import { fraudMakers } from './makers.js';
import { ClusterWatch } from './measure/cluster-watch.js';
import { Recorder } from './measure/recorder.js';
import { recoveryOutcomes } from './measure/outcomes.js';
import { requestOutcomes } from './measure/request-outcomes.js';
import { recoveryReport, type InjectedDrift, type RecoveryReport } from './measure/recovery.js';
import { fraudReport } from './measure/report.js';
import { ScoreLog } from './measure/score-log.js';
import { rowMs, Series, seriesColumns, type Cell } from './measure/series.js';
import type { FraudPlan } from './plan.js';

const hourMs = 3_600_000;
/**
 * Windows of a second: what came of requests is told 15 to 20 s later, three stretches after its own.
 * cAdvisor looks every 10 to 15 s, and Envoy flushes its counters every 5 s; another core has that time
 * to work it out.
 */
const tellsAfter = 5;

/** The stack of a run. */
export class FraudStack implements Stack {
  readonly makers: Readonly<Record<string, WorkloadMaker>>;
  readonly seriesColumns: readonly string[] = seriesColumns;
  readonly recorder = new Recorder();
  private readonly watch = new ClusterWatch();
  private readonly payments: Payments;
  private readonly scores: ScoreLog;
  private readonly series: Series;
  private simulation: StackCluster | undefined;
  /** The payment of the first sample; the others follow in the order of arrival. */
  private firstPayment = 0;
  /** So many drifts have been told. */
  private injected = 0;
  private isStopped = false;

  constructor(
    private readonly plan: FraudPlan,
    private readonly random: Random,
    private readonly exchange: TrafficExchange,
  ) {
    this.payments = paymentsOf(plan, random);
    const { recorder } = this;
    this.scores = new ScoreLog(this.payments.record);
    this.series = new Series({ exchange, scores: this.scores, recorder });
    this.makers = fraudMakers({
      exchange,
      payments: this.payments,
      paymentOf: ({ ordinal }) => this.firstPayment + ordinal,
      onScored: scored => this.scores.add(scored),
      monitor: recorder,
      onPromotion: event => recorder.promotion(event),
    });
  }

  attach(simulation: StackCluster): void {
    this.simulation = simulation;
    this.payments.begin(simulation.loop.now());
    this.watch.attach(simulation);
  }

  startTraffic(): void {
    const { loop } = this.attached();
    const { fromMs, untilMs } = this.plan.span;
    const waitMs = fromMs - loop.now();
    if (waitMs <= 0) this.beginTraffic();
    else loop.after(waitMs, 'traffic begins', () => this.beginTraffic());
    loop.after(Math.max(0, untilMs - loop.now()), 'traffic ends', () => this.stopTraffic());
  }

  private beginTraffic(): void {
    if (this.isStopped) return;
    const { plan, random, exchange, payments } = this;
    const { loop, network } = this.attached();
    this.firstPayment = payments.goLive(loop.now());
    exchange.start(
      { loop, network, random: random.fork('exchange') },
      {
        ...plan.flow,
        ...payments.flow,
        sampleEvery: plan.sampleEvery,
        rowMs,
        tellsAfter,
      },
    );
  }

  stopTraffic(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.exchange.stop();
  }

  progress(): readonly Figure[] {
    const { offeredPerSecond, p99Ms = this.lastP99Ms(), replicas } = this.exchange.snapshot();
    const { driftScore, canaryPercent } = this.recorder;
    const nowMs = this.attached().loop.now();
    const { averagePrecision } = this.scores.precision(nowMs - hourMs, nowMs);
    return [
      { name: 'requests/s', value: Math.round(offeredPerSecond).toLocaleString('en-US') },
      { name: 'p99', value: p99Ms === undefined ? '-' : `${p99Ms.toFixed(1)} ms` },
      { name: 'replicas', value: String(replicas) },
      { name: 'GPUs', value: String(this.gpusHeld()) },
      { name: 'canary', value: `${canaryPercent} %` },
      { name: 'drift', value: driftScore === undefined ? '-' : driftScore.toFixed(3) },
      { name: 'AP 1 h', value: averagePrecision === undefined ? '-' : averagePrecision.toFixed(3) },
    ];
  }

  news(): readonly News[] {
    const { recorder, plan } = this;
    const nowMs = this.attached().loop.now();
    for (; this.injected < plan.drifts.length; this.injected++) {
      const { injectedMs, kind, description } = plan.drifts[this.injected] as InjectedDrift;
      if (injectedMs > nowMs) break;
      recorder.tell(injectedMs, 'inject', `${kind}: ${description}`);
    }
    return recorder.news();
  }

  seriesRows(): readonly (readonly Cell[])[] {
    return this.series.next();
  }

  /** What came of the drifts so far. */
  recovery(): RecoveryReport {
    const { plan, recorder, scores, watch, exchange } = this;
    return recoveryReport({
      injected: plan.drifts,
      findings: recorder.findings,
      trainings: [...watch.trainings.values()],
      events: recorder.events,
      scores,
      startMs: exchange.series.startMs,
      nowMs: this.attached().loop.now(),
      labelDelayMs: plan.labelDelayMs,
    });
  }

  report(): StackReport {
    this.series.next();
    return fraudReport({
      exchange: this.exchange,
      recovery: this.recovery(),
      trainings: [...this.watch.trainings.values()],
      scores: this.scores,
      nowMs: this.attached().loop.now(),
      sampleEvery: this.plan.sampleEvery,
      alerts: this.recorder.alerts,
    });
  }

  /** What the laws hear of the recovery and of the requests. */
  outcomes(): readonly Outcome[] {
    const { recorder, watch, exchange, plan } = this;
    if (exchange.series.startMs === 0) return [];
    const recoveries = recoveryOutcomes({
      startMs: exchange.series.startMs,
      isWatched: recorder.driftScore !== undefined,
      drifts: this.recovery().drifts,
      trainings: [...watch.trainings.values()],
      events: recorder.events,
    });
    return [...recoveries, ...requestOutcomes(exchange.series.spans(), plan.flow.gateway)];
  }

  /** Of the last full row: at the very beginning of a row nothing has finished in it. */
  private lastP99Ms(): number | undefined {
    const value = this.exchange.series.columns().p99Ms.at(-1);
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** GPUs that containers hold. */
  private gpusHeld(): number {
    let count = 0;
    for (const node of this.attached().nodes.values()) {
      for (const { holder } of node.gpus()) if (holder !== undefined) count++;
    }
    return count;
  }

  private attached(): StackCluster {
    const { simulation } = this;
    invariant(simulation !== undefined, 'the stack is attached to a cluster');
    return simulation;
  }
}
