/**
 * Follows APIServices, and checks those that name a service: when it, its service or its endpoints
 * change, and now and then. A cluster without them does nothing.
 */
import { apiServices, type APIService } from '../../api/kinds/apiregistration.js';
import { services } from '../../api/kinds/core.js';
import { endpointSlices } from '../../api/kinds/discovery.js';
import { printedResource } from '../../api/status.js';
import type { Timer } from '../../engine/clock.js';
import type { Core } from '../core.js';
import { runSteps } from '../steps.js';
import { checkAvailability } from './availability.js';

/** What the informers and the queue of a real server take. */
const delayMs = 100;
/** All are checked so often, for servers that die without a word. @upstream the informer's resync */
const resyncMs = 30_000;
const retryMinMs = 5;
const retryMaxMs = 30_000;

/** Follows them from now on. */
export function followApiServices(core: Core): void {
  const { store, remotes, options } = core;
  const checks = new Checks(core);
  const after = { afterRevision: store.revision };
  const own = new Set(
    Object.keys(options.aggregated ?? {}).map(name => name.split('/').reverse().join('.')),
  );
  store.watch(store.collection(printedResource(apiServices)), after, ({ type, current }) => {
    const name = current.object.metadata.name ?? '';
    if (own.has(name)) return;
    if (type === 'DELETED') remotes.forget(name);
    else remotes.note(current.object as APIService);
    checks.wakeAll();
  });
  for (const kind of [services, endpointSlices]) {
    store.watch(store.collection(printedResource(kind)), after, () => checks.wakeAll());
  }
}

/** The queue of checks. */
class Checks {
  private readonly waiting = new Map<string, Timer>();
  private readonly running = new Set<string>();
  private readonly failures = new Map<string, number>();
  private resync: Timer | undefined;

  constructor(private readonly core: Core) {}

  wakeAll(): void {
    const { list } = this.core.remotes;
    for (const { apiService } of list) this.wake(apiService.metadata.name ?? '', delayMs);
    if (list.length === 0 || this.resync !== undefined) return;
    this.resync = this.core.clock.after(resyncMs, 'APIServices are checked', () => {
      this.resync = undefined;
      this.wakeAll();
    });
  }

  private wake(name: string, afterMs: number): void {
    if (this.waiting.has(name)) return;
    const timer = this.core.clock.after(afterMs, `APIService ${name} is checked`, () => {
      this.waiting.delete(name);
      this.check(name);
    });
    this.waiting.set(name, timer);
  }

  private check(name: string): void {
    // One check at a time: what changed during the last one is seen by the next.
    if (this.running.has(name)) return this.wake(name, delayMs);
    this.running.add(name);
    runSteps(checkAvailability(this.core, name), ({ isFailing }) => {
      this.running.delete(name);
      if (!isFailing) return void this.failures.delete(name);
      const failures = this.failures.get(name) ?? 0;
      this.failures.set(name, failures + 1);
      this.wake(name, Math.min(retryMaxMs, retryMinMs * 2 ** failures));
    });
  }
}
