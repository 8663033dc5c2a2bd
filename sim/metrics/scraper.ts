/**
 * Asks all kubelets what is used, every so often.
 * @upstream kubernetes-sigs/metrics-server pkg/scraper/scraper.go, pkg/server/server.go
 */
import { nodes } from '../api/kinds/core.js';
import type { NodeEndpoints } from '../api/node-endpoint.js';
import type { ControllerContext } from '../client/contract.js';
import type { Timer } from '../engine/clock.js';
import type { NodeSample } from './usage-store.js';

/** Every node is asked at a random moment, so many milliseconds a node, but all within the most. */
const spreadPerNodeMs = 8;
const spreadMaxMs = 4_000;
/** How long a node that does not answer is waited for, as a share of the resolution. */
const patience = 0.9;

/** The loop of scrapes. A scrape's samples are stored together, when the last node has answered. */
export class Scraper {
  /** Of this scrape and of the one before: those that have run are cancelled without effect. */
  private timers: Timer[] = [];
  private timersBefore: Timer[] = [];

  constructor(
    private readonly context: ControllerContext,
    private readonly of: {
      readonly endpoints: NodeEndpoints;
      readonly resolutionMs: number;
      readonly store: (samples: readonly NodeSample[]) => void;
    },
  ) {}

  start(): void {
    this.tick();
  }

  stop(): void {
    for (const timer of this.timersBefore) timer.cancel();
    for (const timer of this.timers) timer.cancel();
    this.timersBefore = [];
    this.timers = [];
  }

  private tick(): void {
    const { clock, random, view } = this.context;
    this.timersBefore = this.timers;
    this.timers = [];
    const endMs = clock.now() + this.of.resolutionMs;
    const names = view.list(nodes).map(({ metadata }) => metadata.name ?? '');
    const spreadMs = Math.min(spreadPerNodeMs * names.length, spreadMaxMs);
    const found: NodeSample[] = [];
    let waiting = names.length;
    const done = () => {
      waiting--;
      if (waiting === 0) this.of.store(found);
    };
    for (const name of names) {
      this.after(random.integer(spreadMs), 'metrics-server/scrape', () => {
        const endpoint = this.of.endpoints(name);
        if (endpoint === undefined) {
          const waitMs = Math.min(this.of.resolutionMs * patience, endMs - clock.now());
          this.after(waitMs, 'metrics-server/timeout', done);
          return;
        }
        const { timeMs, cpuNanoCoreSeconds, memoryBytes, containers } = endpoint.usage();
        found.push({ name, timeMs, cpuNanoCoreSeconds, memoryBytes, containers });
        done();
      });
    }
    if (names.length === 0) this.of.store(found);
    this.after(this.of.resolutionMs, 'metrics-server/tick', () => this.tick());
  }

  private after(delayMs: number, label: string, action: () => void): void {
    this.timers.push(this.context.clock.after(delayMs, label, action));
  }
}
