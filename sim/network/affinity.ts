/** Which backend a client stays with, where a service asks for that. */
import type { Backend } from './backends.js';

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
