/** Things that must have happened within a time. */
import type { World } from '../world.js';

/** What is waited for, by key. */
export class Deadlines<T> {
  private readonly open = new Map<string, { readonly item: T }>();

  /** How many are still waited for. */
  get size(): number {
    return this.open.size;
  }

  /** What is waited for under the key. */
  get(key: string): T | undefined {
    return this.open.get(key)?.item;
  }

  /** From now on it is waited for; `overdue` is called when the time is over and nobody closed it. */
  begin(
    world: World,
    key: string,
    wait: { readonly item: T; readonly withinMs: number; readonly overdue: (item: T) => void },
  ): void {
    const entry = { item: wait.item };
    this.open.set(key, entry);
    world.at(world.now() + wait.withinMs, () => {
      if (this.open.get(key) !== entry) return;
      this.open.delete(key);
      wait.overdue(wait.item);
    });
  }

  /** It has happened, or does not matter any more. */
  close(key: string): T | undefined {
    const item = this.open.get(key)?.item;
    this.open.delete(key);
    return item;
  }
}
