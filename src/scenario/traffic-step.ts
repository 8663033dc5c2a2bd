/** The step that lets traffic flow: time goes by in strides, with news, progress and the time series. */
import type { Stack } from '../stacks/stack.js';
import type { Cluster } from '../cluster.js';
import { yieldToHost } from '../host.js';
import { durationMs } from '../input/duration.js';
import type { Logbook } from './logbook.js';
import type { Narrator } from './narrator.js';
import type { RunFolder } from './run-folder.js';
import type { Step } from './scenario.js';

/** What the step works with. */
export interface TrafficTools {
  readonly stack: Stack;
  readonly cluster: Cluster;
  readonly narrator: Narrator;
  readonly folder: RunFolder | undefined;
  readonly logbook: Logbook;
  readonly isInterrupted: () => boolean;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Lets the traffic flow for its time, or until the user stops it. */
export async function flow(
  traffic: NonNullable<Step['traffic']>,
  tools: TrafficTools,
): Promise<string | undefined> {
  const { stack, cluster, isInterrupted } = tools;
  const forMs = durationMs(traffic.for);
  const everyMs =
    traffic.every === undefined
      ? Math.min(hourMs, Math.max(minuteMs, Math.round(forMs / 20 / minuteMs) * minuteMs))
      : durationMs(traffic.every);
  const endMs = cluster.now() + forMs;
  let nextMs = cluster.now() + everyMs;
  stack.startTraffic();
  while (cluster.now() < endMs && !isInterrupted()) {
    await cluster.advance(Math.min(minuteMs, endMs - cluster.now()));
    // A minute is too short for the cluster to let a signal in by itself.
    await yieldToHost();
    await tellNews(tools);
    keep(tools);
    if (cluster.now() < nextMs && cluster.now() < endMs) continue;
    nextMs += everyMs;
    tellProgress(tools);
  }
  stack.stopTraffic();
  await tellNews(tools);
  keep(tools);
  return isInterrupted() ? 'interrupted' : undefined;
}

/** Tells what is new: also when no traffic flows, since recovery goes on without it. */
export async function tellNews({
  stack,
  narrator,
  logbook,
}: Pick<TrafficTools, 'stack' | 'narrator' | 'logbook'>): Promise<void> {
  await narrator.catchUp();
  for (const { topic, text, timeMs } of stack.news()) {
    narrator.say(topic, text, timeMs);
    logbook.told(topic, text, timeMs);
  }
}

/** Writes to disk what a killed run shall have kept. */
export function keep({
  stack,
  folder,
  logbook,
}: Pick<TrafficTools, 'folder' | 'logbook'> & { readonly stack: Stack | undefined }): void {
  if (stack !== undefined) {
    const rows = stack.seriesRows();
    folder?.series(stack.seriesColumns, rows);
    logbook.measured(stack.seriesColumns, rows);
  }
  folder?.timeline(logbook.take());
  folder?.flush();
}

function tellProgress({ stack, narrator }: TrafficTools): void {
  const figures = stack.progress().map(({ name, value }) => `${name} ${value}`);
  narrator.say('traffic', figures.join('  '));
}
