/**
 * The claims that were made for pods of late. A claim that no look at its pod's claims has found
 * since counts as made even after its deletion.
 * @upstream client-go/tools/cache/mutation_cache.go
 */
import type { Clock } from '../../engine/clock.js';
import { forgetBeyond, noteNewest } from '../../engine/newest.js';

const keptMs = 3_600_000;
const keptMax = 100;

/** Remembers them. */
export class MadeClaims {
  private readonly made = new Map<string, { readonly name: string; readonly untilMs: number }>();

  constructor(private readonly clock: Clock) {}

  /** The name of the claim that was made for the pod's entry. */
  find(podUid: string, entry: string): string | undefined {
    const found = this.made.get(`${podUid}/${entry}`);
    return found !== undefined && found.untilMs > this.clock.now() ? found.name : undefined;
  }

  /** The cache has the claim by now: what becomes of it, the cache tells. */
  seen(podUid: string, entry: string): void {
    this.made.delete(`${podUid}/${entry}`);
  }

  add(podUid: string, entry: string, name: string): void {
    const untilMs = this.clock.now() + keptMs;
    noteNewest(this.made, `${podUid}/${entry}`, { name, untilMs });
    forgetBeyond(this.made, keptMax);
  }
}
