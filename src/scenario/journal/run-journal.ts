/** The journal of a run: hears of changes and logs, and samples what is used as `kubectl top` shows it. */
import type { ApiAnswer } from '../../../sim/api/request.js';
import type { LoggedLine } from '../../../sim/nodes/container-runtime.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import type { Simulation } from '../../../sim/simulation.js';
import type { Cluster } from '../../cluster.js';
import { noUsage, type UsageSample } from './lines.js';
import type { Shelf } from './shelf.js';
import { JournalWriter } from './writer.js';

/** Usage is sampled so often, in the cluster's time. */
export const sampleEveryMs = 60_000;
/** With more pods than this, a sample costs enough to be taken less often. */
const manyPods = 1_000;
const sampleManyEveryMs = 300_000;

interface UsageItem {
  readonly metadata: { readonly namespace?: string; readonly name?: string };
  readonly timestamp?: string;
  readonly window?: string;
  readonly usage?: { readonly cpu: string; readonly memory: string };
  readonly containers?: readonly {
    readonly name: string;
    readonly usage: { readonly cpu: string; readonly memory: string };
  }[];
}

/** Keeps the journal of one run. */
export class RunJournal {
  private readonly writer: JournalWriter;
  private sampledMs = -Infinity;

  constructor(shelf: Shelf) {
    this.writer = new JournalWriter(shelf);
  }

  /** How many bytes were written. */
  get bytes(): number {
    return this.writer.bytes;
  }

  /** A line of a container's log. */
  readonly log = (line: LoggedLine): void => this.writer.log(line);

  /** A change of an object. */
  observe(entry: HistoryEntry): void {
    this.writer.observe(entry);
  }

  /** All that has happened was told: samples what is used, when it is time. */
  async caughtUp(cluster: Cluster): Promise<void> {
    const nowMs = cluster.now();
    const everyMs = this.writer.pods > manyPods ? sampleManyEveryMs : sampleEveryMs;
    if (nowMs - this.sampledMs < everyMs) return;
    this.sampledMs = nowMs;
    const usage = await usageOf(cluster);
    if (usage !== undefined) this.writer.sample(usage, nowMs);
  }

  /** What was used at a time: between the changes before and after it. */
  sampled(usage: UsageSample, timeMs: number): void {
    this.writer.sample(usage, timeMs);
  }

  /** Puts on disk what a killed run shall have kept; `isLast`: everything. */
  keep(nowMs: number, { isLast = false }: { readonly isLast?: boolean } = {}): void {
    this.writer.flush(nowMs, { isLast });
  }
}

/** Undefined: the cluster measures nothing, or not yet. */
async function usageOf(cluster: Cluster): Promise<UsageSample | undefined> {
  const nodes = itemsIn(await cluster.request({ method: 'GET', path: usagePaths.nodes }));
  if (nodes === undefined) return undefined;
  const pods = itemsIn(await cluster.request({ method: 'GET', path: usagePaths.pods })) ?? [];
  return sampleOf(nodes, pods, cluster.now());
}

/** The same of a simulation, at once: between two of its events. */
export function usageNow({ serve, loop }: Simulation): UsageSample | undefined {
  const ask = (path: string): readonly UsageItem[] | undefined => {
    let items: readonly UsageItem[] | undefined;
    serve({ method: 'GET', path }, admin, answer => {
      items = itemsIn(answer);
    });
    return items;
  };
  const nodes = ask(usagePaths.nodes);
  return nodes && sampleOf(nodes, ask(usagePaths.pods) ?? [], loop.now());
}

const admin = { certificate: { user: 'kubernetes-admin', groups: ['system:masters'] } };

function sampleOf(
  nodes: readonly UsageItem[],
  pods: readonly UsageItem[],
  nowMs: number,
): UsageSample {
  const [first] = nodes;
  return {
    ...noUsage,
    timeMs: Date.parse(first?.timestamp ?? '') || nowMs,
    windowMs: windowOf(first?.window ?? ''),
    nodes: Object.fromEntries(
      nodes.flatMap(({ metadata: { name = '' }, usage }) =>
        usage === undefined ? [] : [[name, [usage.cpu, usage.memory] as const]],
      ),
    ),
    pods: Object.fromEntries(
      pods.map(({ metadata: { namespace = '', name = '' }, containers = [] }) => [
        `${namespace}/${name}`,
        Object.fromEntries(
          containers.map(({ name: container, usage }) => [
            container,
            [usage.cpu, usage.memory] as const,
          ]),
        ),
      ]),
    ),
  };
}

/** metrics-server tells windows in whole and broken seconds: `15s`, `10.062s`. */
function windowOf(text: string): number {
  return Math.round(Number.parseFloat(text) * 1000) || 15_000;
}

const usagePaths = {
  nodes: '/apis/metrics.k8s.io/v1beta1/nodes',
  pods: '/apis/metrics.k8s.io/v1beta1/pods',
} as const;

function itemsIn({ status, body }: ApiAnswer): readonly UsageItem[] | undefined {
  // The body of a list that was answered well has items.
  return status === 200 ? (body as { readonly items: readonly UsageItem[] }).items : undefined;
}
