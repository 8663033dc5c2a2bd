/** The way from a component to the API server within the process, with its latencies. */
import type { ApiAnswer, ApiRequest, Connection, Serve, WatchEvent } from './api/request.js';
import type { Connect, Identity, Transport } from './client/contract.js';
import type { Clock } from './engine/clock.js';
import type { Latencies } from './simulation.js';

/** Gives every identity its way to the server. */
export function inProcessConnect(serve: Serve, clock: Clock, latencies: Latencies): Connect {
  return identity => new InProcessTransport(serve, clock, latencies, identity);
}

class InProcessTransport implements Transport {
  private readonly connection: Connection;

  constructor(
    private readonly serve: Serve,
    private readonly clock: Clock,
    private readonly latencies: Latencies,
    private readonly identity: Identity,
  ) {
    this.connection = { certificate: identity, omitsManagedFields: true, sourceIP: '127.0.0.1' };
  }

  send(request: ApiRequest, done: (answer: ApiAnswer) => void): void {
    const { requestMs, answerMs } = this.latencies;
    const label = `${this.identity.user} ${request.method} ${request.path}`;
    this.clock.after(requestMs, label, () =>
      this.serve(request, this.connection, answer => {
        this.clock.after(answerMs, `${label} answered`, () => done(answer));
      }),
    );
  }

  watch(
    request: ApiRequest,
    sink: { event(event: WatchEvent): void; end(refusal?: ApiAnswer): void },
  ): () => void {
    const stream = new WatchDelivery(this.clock, this.latencies, sink);
    const label = `${this.identity.user} watch ${request.path}`;
    this.clock.after(this.latencies.requestMs, label, () => {
      if (stream.isClosed) return;
      this.serve(request, this.connection, answer => stream.open(answer, label));
    });
    return () => stream.close();
  }
}

/** Events on their way to a watcher: those of one moment travel together, in order. */
class WatchDelivery {
  isClosed = false;
  private closeStream: (() => void) | undefined;
  private travelling: WatchEvent[] = [];
  private label = '';

  constructor(
    private readonly clock: Clock,
    private readonly latencies: Latencies,
    private readonly sink: { event(event: WatchEvent): void; end(refusal?: ApiAnswer): void },
  ) {}

  open(answer: ApiAnswer, label: string): void {
    this.label = label;
    if (this.isClosed) return;
    if (answer.stream === undefined) return this.later('refused', () => this.sink.end(answer));
    this.closeStream = answer.stream.start({
      item: item => this.deliver(item as WatchEvent),
      end: () => this.later('ended', () => this.sink.end()),
    });
  }

  close(): void {
    this.isClosed = true;
    this.closeStream?.();
  }

  private deliver(event: WatchEvent): void {
    this.travelling.push(event);
    if (this.travelling.length > 1) return;
    this.later('delivers', () => {
      const arrived = this.travelling;
      this.travelling = [];
      for (const each of arrived) if (!this.isClosed) this.sink.event(each);
    });
  }

  private later(what: string, action: () => void): void {
    this.clock.after(this.latencies.watchMs, `${this.label} ${what}`, () => {
      if (!this.isClosed) action();
    });
  }
}
