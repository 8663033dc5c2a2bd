/** The engine of the traffic that works in the thread of the payments. */
import type { GatewayAnswers } from '../../../traffic/flow/contract.js';
import type {
  EngineBrief,
  EnginePlan,
  EngineStatus,
  FlowEngine,
  ServedReplica,
} from '../../../traffic/flow/engine.js';
import { nothing } from '../../../traffic/flow/later.js';
import type { OutcomeColumns, OutcomeSeries } from '../../../traffic/flow/outcome.js';
import type { RunSettings } from '../../../traffic/flow/run-settings.js';
import type { PaymentRecord } from './payment-record.js';
import { AskedSeries, readSeries, type SentSeries } from './sent-series.js';
import type { SentSettings, ThreadLine, ThreadOrder } from './thread-line.js';
import { tellNumbers } from './told-numbers.js';

/** What the cluster's thread has of the engine. */
export class ThreadEngine implements FlowEngine {
  private isOver = false;
  private advancedMs = 0;
  /** What was asked last, if nothing has been ordered since. */
  private known: Known = {};

  constructor(
    private readonly line: ThreadLine,
    private readonly record: PaymentRecord,
    private readonly brief: EngineBrief,
  ) {
    const { settings, originMs, random } = brief;
    line.order({ kind: 'flow', settings: plain(settings), originMs, origin: random.origin });
  }

  addReplica(replica: ServedReplica): void {
    this.order({ kind: 'add replica', replica });
  }

  addGateway(gateway: { readonly id: number; readonly hearsWork: boolean }): void {
    this.order({ kind: 'add gateway', ...gateway });
  }

  removeGateway(id: number): void {
    this.order({ kind: 'remove gateway', id });
  }

  drain(id: number): void {
    this.order({ kind: 'drain', id });
  }

  isLeaving(id: number): boolean {
    // Traffic is over once nothing is under way.
    return this.isOver ? false : this.line.ask({ kind: 'is leaving', id });
  }

  lose(id: number): void {
    this.order({ kind: 'lose', id });
  }

  replan(plan: EnginePlan): void {
    this.order({ kind: 'replan', plan });
  }

  advance(untilMs: number): void {
    if (this.isOver) return;
    this.known = {};
    this.advancedMs = untilMs;
    this.line.advance(untilMs);
  }

  stop(): void {
    this.order({ kind: 'stop' });
  }

  /** The thread has done all that it is for. */
  finish(): void {
    this.order({ kind: 'finish' });
    this.status();
    const series = this.series();
    series.columns();
    series.spans();
    this.answers();
    this.isOver = true;
    this.line.close();
  }

  status(): EngineStatus {
    return (this.known.status ??= this.line.ask<EngineStatus>({ kind: 'status' }));
  }

  answers(): GatewayAnswers {
    return (this.known.answers ??= this.line.ask<GatewayAnswers>({ kind: 'answers' }));
  }

  series(): OutcomeSeries {
    const { known, line } = this;
    const { originMs: startMs, settings } = this.brief;
    const { rowMs } = settings;
    return new AskedSeries(
      { startMs, rowMs, rows: this.rows() },
      () => (known.columns ??= line.ask<OutcomeColumns>({ kind: 'columns' })),
      () => (known.series ??= readSeries(line.ask<SentSeries>({ kind: 'series' }))),
    );
  }

  /** Rows end with windows: as long as time goes on, nobody needs to be asked how many there are. */
  private rows(): number {
    const { columns } = this.known;
    return columns?.offered.length ?? Math.floor(this.advancedMs / this.brief.settings.rowMs);
  }

  told(): () => void {
    if (this.isOver) return nothing;
    const taken = this.line.take();
    return () => {
      for (const numbers of taken) tellNumbers(numbers, this.brief.sink, this.record);
    };
  }

  /** Once the traffic is over nothing that is ordered makes a difference. */
  private order(order: ThreadOrder): void {
    if (this.isOver) return;
    this.known = {};
    this.line.order(order);
  }
}

interface Known {
  columns?: OutcomeColumns;
  series?: SentSeries;
  status?: EngineStatus;
  answers?: GatewayAnswers;
}

/** Functions cannot be sent: the thread has its own. */
function plain(settings: RunSettings): SentSettings {
  const isPlain = ([name, value]: [string, unknown]): boolean =>
    typeof value !== 'function' && name !== 'arrivals';
  // What is left is what `SentSettings` names.
  return Object.fromEntries(Object.entries(settings).filter(isPlain)) as unknown as SentSettings;
}
