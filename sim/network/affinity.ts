/** Which backend a client stays with, where a service asks for that. */
import { keyOf } from '../api/meta.js';
import type { Random } from '../engine/random.js';
import type { Backend } from './backends.js';
import type { Route } from './routes.js';

/** How long a client goes to the same backend, when its service asks for that. */
const defaultAffinitySeconds = 10_800;

/** Who connects, to which port, and when. */
interface Connecting {
  readonly ip: string;
  readonly port: number;
  readonly nowMs: number;
}

interface Stay {
  readonly backend: Backend;
  readonly untilMs: number;
}

/** So many are kept without a look at whether they are over. */
const staysMin = 1000;

/** The backends of clients; what is over is forgotten when there are twice as many as were left before. */
export class Affinity {
  private readonly stays = new Map<string, Stay>();
  private staysMax = staysMin;

  get size(): number {
    return this.stays.size;
  }

  /** One of the backends by chance; the same again where the service asks for affinity. */
  choose(
    { backends, service }: Exclude<Route, { readonly error: string }>,
    { ip, port, nowMs }: Connecting,
    random: Random,
  ): Backend {
    const [only] = backends;
    if (backends.length === 1 && only !== undefined) return only;
    const { sessionAffinity, sessionAffinityConfig } = service?.spec ?? {};
    if (service === undefined || sessionAffinity !== 'ClientIP') return random.pick(backends);
    const key = `${ip} ${keyOf(service)}:${port}`;
    const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
    const known = this.of(key, nowMs);
    const isStill = (one: Backend) => one.ip === known?.ip && one.port === known.port;
    const backend = backends.find(isStill) ?? random.pick(backends);
    this.stay(key, backend, { nowMs, forMs: seconds * 1000 });
    return backend;
  }

  /** The backend that a client stays with; undefined: with none, or no longer. */
  of(client: string, nowMs: number): Backend | undefined {
    const stay = this.stays.get(client);
    return stay !== undefined && stay.untilMs > nowMs ? stay.backend : undefined;
  }

  /** The client stays with the backend for so long from now on. */
  stay(client: string, backend: Backend, { nowMs, forMs }: Span): void {
    this.stays.set(client, { backend, untilMs: nowMs + forMs });
    if (this.stays.size <= this.staysMax) return;
    for (const [key, { untilMs }] of this.stays) if (untilMs <= nowMs) this.stays.delete(key);
    this.staysMax = Math.max(staysMin, 2 * this.stays.size);
  }
}

interface Span {
  readonly nowMs: number;
  readonly forMs: number;
}
