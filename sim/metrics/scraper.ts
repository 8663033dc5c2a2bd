/**
 * Asks all kubelets what is used, every so often.
 * @upstream kubernetes-sigs/metrics-server pkg/scraper/scraper.go, pkg/server/server.go
 */
import { nodes } from '../api/kinds/core.js';
import type { NodeEndpoint, NodeEndpoints } from '../api/node-endpoint.js';
import type { ControllerContext } from '../client/contract.js';
import type { Timer } from '../engine/clock.js';
import type { PodPoints, UsageBatch, UsagePoint } from './usage-store.js';

/** Every node is asked at a random moment, so many milliseconds a node, but all within the most. */
const spreadPerNodeMs = 8;
const spreadMaxMs = 4_000;
/** How long a node that does not answer is waited for, as a share of the resolution. */
const patience = 0.9;

/** The loop of scrapes. A scrape's samples are stored together, when the last node has answered. */
export class Scraper {
  private readonly timers = new Set<Timer>();
  private nodeTotals: ReadonlyMap<string, UsagePoint> = new Map();
  private podPoints: UsageBatch['pods'] = new Map();

  constructor(
    private readonly context: ControllerContext,
    private readonly of: {
      readonly endpoints: NodeEndpoints;
      readonly resolutionMs: number;
      readonly store: (batch: UsageBatch) => void;
    },
  ) {}

  start(): void {
    this.tick();
  }

  stop(): void {
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }

  private tick(): void {
    const { random, view } = this.context;
    const names = view.list(nodes).map(({ metadata }) => metadata.name ?? '');
    const spreadMs = Math.min(spreadPerNodeMs * names.length, spreadMaxMs);
    const found = new Map<string, NodeSample>();
    let waiting = names.length;
    const done = () => {
      waiting--;
      if (waiting === 0) this.finish(found);
    };
    for (const name of names) {
      this.after(random.integer(spreadMs), 'metrics-server/scrape', () => {
        const endpoint = this.of.endpoints(name);
        if (endpoint === undefined) {
          this.after(this.of.resolutionMs * patience, 'metrics-server/timeout', done);
          return;
        }
        found.set(name, this.sampled(name, endpoint));
        done();
      });
    }
    if (names.length === 0) this.finish(found);
    this.after(this.of.resolutionMs, 'metrics-server/tick', () => this.tick());
  }

  private finish(found: ReadonlyMap<string, NodeSample>): void {
    const batchNodes = new Map<string, UsagePoint>();
    const batchPods = new Map<string, PodPoints>();
    for (const [name, { node, pods }] of found) {
      batchNodes.set(name, node);
      for (const [key, points] of pods) batchPods.set(key, points);
    }
    this.nodeTotals = batchNodes;
    this.podPoints = batchPods;
    this.of.store({ nodes: batchNodes, pods: batchPods });
  }

  /** A node's own total grows by what its containers used since the last scrape. */
  private sampled(name: string, endpoint: NodeEndpoint): NodeSample {
    const { timeMs, memoryBytes, containers } = endpoint.usage();
    const before = this.nodeTotals.get(name);
    let total = before?.cpuNanoCoreSeconds ?? 0;
    const pods = new Map<string, Map<string, UsagePoint>>();
    for (const { namespace, pod, container, ...usage } of containers) {
      const key = `${namespace}/${pod}`;
      const last = this.podPoints.get(key)?.get(container);
      const isSame = last?.startedMs === usage.startedMs;
      total += usage.cpuNanoCoreSeconds - (isSame ? last.cpuNanoCoreSeconds : 0);
      let points = pods.get(key);
      if (points === undefined) pods.set(key, (points = new Map()));
      points.set(container, usage);
    }
    const startedMs = before?.startedMs ?? timeMs;
    return { node: { startedMs, timeMs, cpuNanoCoreSeconds: total, memoryBytes }, pods };
  }

  private after(delayMs: number, label: string, action: () => void): void {
    const timer = this.context.clock.after(delayMs, label, () => {
      this.timers.delete(timer);
      action();
    });
    this.timers.add(timer);
  }
}

interface NodeSample {
  readonly node: UsagePoint;
  readonly pods: ReadonlyMap<string, PodPoints>;
}
