/** Keeps what an engine tells until somebody takes it. */
import type { FlowSink } from './engine.js';

/** Tellings that wait. */
export class LaterTellings implements FlowSink {
  private waiting: (() => void)[] = [];

  constructor(private readonly sink: FlowSink) {}

  /** All that waits: the function passes it on. */
  take(): () => void {
    const { waiting } = this;
    if (waiting.length === 0) return nothing;
    this.waiting = [];
    return () => {
      for (const tell of waiting) tell();
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

  drained(...told: Parameters<FlowSink['drained']>): void {
    this.waiting.push(() => this.sink.drained(...told));
  }
}

/** Nothing was told. */
export const nothing = (): void => undefined;
