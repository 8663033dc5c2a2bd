/** The plug-ins that are asked about nodes when some have nothing to say of a pod: mostly the same as for the pod before. */
import { deepEqual } from '../api/equality.js';
import type { Plugin } from './framework.js';

/** What is left without the skipped. */
export interface Left<K extends string> {
  /** In the order of the plug-ins. */
  readonly skipped: readonly string[];
  readonly sorted: readonly string[];
  readonly plugins: Readonly<Record<K, readonly Plugin[]>>;
}

/** Works out what is left of lists of plug-ins, and remembers it as long as the same are skipped. */
export class PluginsLeft<K extends string> {
  private last: Left<K> | undefined;

  constructor(private readonly all: Readonly<Record<K, readonly Plugin[]>>) {}

  without(skipped: readonly string[]): Left<K> {
    if (this.last !== undefined && deepEqual(this.last.skipped, skipped)) return this.last;
    const isLeft = ({ name }: Plugin) => !skipped.includes(name);
    const plugins: Record<K, readonly Plugin[]> = { ...this.all };
    for (const key in this.all) plugins[key] = this.all[key].filter(isLeft);
    return (this.last = { skipped, sorted: [...skipped].sort(), plugins });
  }
}
