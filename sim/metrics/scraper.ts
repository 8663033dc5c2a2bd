/**
 * Asks all kubelets what is used, every so often.
 * @upstream kubernetes-sigs/metrics-server pkg/scraper/scraper.go, pkg/server/server.go
 */
import { nodes } from '../api/kinds/core.js';
import type { NodeEndpoint, NodeEndpoints } from '../api/node-endpoint.js';
import type { ControllerContext } from '../client/contract.js';
import type { Timer } from '../engine/clock.js';
import type { ContainerPoint, PodPoints, UsageBatch, UsagePoint } from './usage-store.js';

/** Every node is asked at a random moment, so many milliseconds a node, but all within the most. */
const spreadPerNodeMs = 8;
const spreadMaxMs = 4_000;
/** How long a node that does not answer is waited for, as a share of the resolution. */
const patience = 0.9;

/** The loop of scrapes. A scrape's samples are stored together, when the last node has answered. */
export class Scraper {
  private readonly timers = new Set<Timer>();

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
    const { clock, random, view } = this.context;
    const endMs = clock.now() + this.of.resolutionMs;
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
          const waitMs = Math.min(this.of.resolutionMs * patience, endMs - clock.now());
          this.after(waitMs, 'metrics-server/timeout', done);
          return;
        }
        found.set(name, sampleOf(endpoint));
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
    this.of.store({ nodes: batchNodes, pods: batchPods });
  }

  private after(delayMs: number, label: string, action: () => void): void {
    const timer = this.context.clock.after(delayMs, label, () => {
      this.timers.delete(timer);
      action();
    });
    this.timers.add(timer);
  }
}

function sampleOf(endpoint: NodeEndpoint): NodeSample {
  const usage = endpoint.usage();
  const pods = new Map<string, ContainerPoint[]>();
  for (const container of usage.containers) {
    const key = `${container.namespace}/${container.pod}`;
    const points = pods.get(key);
    if (points === undefined) pods.set(key, [container]);
    else put(points, container);
  }
  const { timeMs, cpuNanoCoreSeconds, memoryBytes } = usage;
  return { node: { startedMs: 0, timeMs, cpuNanoCoreSeconds, memoryBytes }, pods };
}

/** Of two containers of one name, what was told last counts. */
function put(points: ContainerPoint[], point: ContainerPoint): void {
  const place = points.findIndex(({ container }) => container === point.container);
  if (place < 0) points.push(point);
  else points[place] = point;
}

interface NodeSample {
  readonly node: UsagePoint;
  readonly pods: ReadonlyMap<string, PodPoints>;
}
