/** Keeps what an engine tells, stretch by stretch. */
import type { FlowSink } from './engine.js';

/** Tellings that wait. */
export class LaterTellings implements FlowSink {
  private waiting: (() => void)[] = [];
  private before: (() => void)[] = [];

  constructor(private readonly sink: FlowSink) {}

  /** Ends a stretch: the function passes on the one before it. */
  take(): () => void {
    const { before } = this;
    this.before = this.waiting;
    this.waiting = [];
    return () => {
      for (const tell of before) tell();
    };
  }

  arrival(...told: Parameters<FlowSink['arrival']>): void {
    this.waiting.push(() => this.sink.arrival(...told));
  }

  answered(...told: Parameters<FlowSink['answered']>): void {
    this.waiting.push(() => this.sink.answered(...told));
  }

  lost(...told: Parameters<FlowSink['lost']>): void {
    this.waiting.push(() => this.sink.lost(...told));
  }

  replicaWork(...told: Parameters<FlowSink['replicaWork']>): void {
    this.waiting.push(() => this.sink.replicaWork(...told));
  }

  gatewayWork(...told: Parameters<FlowSink['gatewayWork']>): void {
    this.waiting.push(() => this.sink.gatewayWork(...told));
  }

  answers(...told: Parameters<FlowSink['answers']>): void {
    this.waiting.push(() => this.sink.answers(...told));
  }
}

/** Nothing was told. */
export const nothing = (): void => undefined;
