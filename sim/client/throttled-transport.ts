/** A way to the API server behind client-go's token bucket. @upstream client-go/rest/request.go */
import type { ApiAnswer } from '../api/request.js';
import type { Clock } from '../engine/clock.js';
import type { ClientRate, Transport } from './contract.js';
import { TimedMessenger, type Errand, type Messenger } from './errand.js';
import type { ProcessMetrics } from './process-metrics.js';
import { TokenBucket } from './token-bucket.js';

/** A transport behind client-go's token bucket. */
export class ThrottledTransport implements Transport {
  private readonly bucket: TokenBucket;
  /** Infinity while the process runs. */
  private stoppedMs = Infinity;

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    rate: ClientRate,
    private readonly label: string,
    private readonly metrics: ProcessMetrics | undefined,
  ) {
    this.bucket = new TokenBucket(clock, rate);
  }

  send: Transport['send'] = (request, done) => {
    const waitMs = this.bucket.reserve();
    const { metrics } = this;
    const told = metrics?.isCounting === true ? metrics.counted(request, waitMs, done) : done;
    const whenRunning = (answer: ApiAnswer): void => {
      if (this.stoppedMs === Infinity) told(answer);
    };
    if (waitMs === 0) return this.transport.send(request, whenRunning);
    this.clock.after(waitMs, `${this.label} throttled ${request.method}`, () =>
      this.transport.send(request, whenRunning),
    );
  };

  /** Past the throttle. */
  messenger({ label, request, done }: Errand): Messenger {
    const { transport, clock, metrics } = this;
    let leftMs = 0;
    let method = '';
    const own: Errand = {
      label,
      request: leavesMs => {
        if (leavesMs >= this.stoppedMs) return undefined;
        const asked = request(leavesMs);
        leftMs = leavesMs;
        method = asked?.method ?? '';
        return asked;
      },
      done: (answer, arrivesMs) => {
        if (this.stoppedMs !== Infinity) return;
        if (metrics?.isCounting === true) {
          const { status } = answer;
          metrics.answered(method, { status, tookMs: arrivesMs - leftMs, waitedMs: 0 });
        }
        done(answer, arrivesMs);
      },
    };
    return transport.messenger?.(own) ?? new TimedMessenger(clock, transport, own);
  }

  watch: Transport['watch'] = (request, sink) => this.transport.watch(request, sink);

  stop(): void {
    this.stoppedMs = this.clock.now();
  }
}
