/**
 * Which servers clients still take for such: those that ended as they were told to, until kube-proxy has
 * heard of it everywhere, and those that were taken for ready before they listen.
 */

/** Clients hear of a pod's end with this delay at most; what is refused later has another cause. */
const newsMs = 30_000;

/** Requests a second that go to a server which has ended. */
export interface LateShare {
  readonly perSecond: number;
  /** From then on they are no longer late. */
  readonly untilMs: number;
}

/** What goes to those who do not listen: late, or early, of which the rate is told. */
export interface Unheard {
  readonly ended: readonly LateShare[];
  readonly startingPerSecond: number;
}

/** What came of a server that is no more. */
interface Gone {
  readonly atMs: number;
  readonly wasTold: boolean;
}

/** Who served, by addresses. */
export class OldNews {
  private readonly gone = new Map<string, Gone>();

  joined(ip: string): void {
    this.gone.delete(ip);
  }

  left(ip: string, gone: Gone): void {
    this.gone.set(ip, gone);
  }

  /** So many requests a second go to each of these addresses, at which nobody listens. */
  of(silent: readonly { readonly ip: string }[], perSecond: number): Unheard {
    const ended: LateShare[] = [];
    let startingPerSecond = 0;
    for (const { ip } of silent) {
      const gone = this.gone.get(ip);
      if (gone === undefined) startingPerSecond += perSecond;
      else if (gone.wasTold) ended.push({ perSecond, untilMs: gone.atMs + newsMs });
    }
    return { ended, startingPerSecond };
  }
}

/** Requests of a span that were late. */
export function lateIn(ended: readonly LateShare[], fromMs: number, endMs: number): number {
  let sum = 0;
  for (const { perSecond, untilMs } of ended) {
    sum += (perSecond * Math.max(Math.min(endMs, untilMs) - fromMs, 0)) / 1_000;
  }
  return sum;
}
