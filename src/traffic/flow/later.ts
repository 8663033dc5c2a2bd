/** Keeps what an engine tells, stretch by stretch. */
import type { FlowSink } from './engine.js';

/** So many stretches end between one and its telling. */
export const stretchesBehind = 3;

/** Tellings that wait. */
export class LaterTellings implements FlowSink {
  private waiting: (() => void)[] = [];
  /** The stretches that have ended, from the first on. */
  private readonly ended: (() => void)[][] = [];

  constructor(private readonly sink: FlowSink) {}

  /** Ends a stretch: the function passes on the one whose turn it is. */
  take(): () => void {
    this.ended.push(this.waiting);
    this.waiting = [];
    const due = this.ended.length > stretchesBehind ? this.ended.shift() : undefined;
    return () => {
      for (const tell of due ?? []) tell();
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
