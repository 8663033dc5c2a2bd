/** The figures of a request log that is served within an objective. */
import type { ServerModel } from '../serving/server-model.js';
import { quantile, type Served } from '../serving/size.js';
import type { FigureGroup, FigureKind, Figures } from './figures.js';

function milliseconds(key: string, label: string, definition: string): FigureKind {
  return { key, label, unit: 'ms', digits: 0, better: 'less', definition };
}

/** The groups, in the order in which they are told. */
export const servingGroups: readonly FigureGroup[] = [
  {
    title: 'GPUs that hold the objective',
    kinds: [
      {
        key: 'gpus',
        label: 'GPUs',
        unit: 'GPUs',
        digits: 1,
        better: 'less',
        definition: 'the fewest GPUs with which the whole log keeps to the objective',
      },
      {
        key: 'busy',
        label: 'busy %',
        unit: '%',
        digits: 1,
        better: 'more',
        definition: 'share of the time in which a replica read a prompt or made tokens',
      },
      {
        key: 'cost',
        label: '$ an hour',
        unit: '$',
        digits: 2,
        better: 'less',
        definition: 'what these GPUs cost an hour',
      },
      {
        key: 'missed',
        label: 'no number will do',
        unit: 'runs',
        digits: 0,
        better: 'less',
        definition: '1 where a lone request is slower than the objective: no number of GPUs helps',
      },
    ],
  },
  {
    title: 'latencies with that many, in milliseconds',
    kinds: [
      milliseconds('first50', 'TTFT p50', 'median time to the first token'),
      milliseconds('first95', 'TTFT p95', '95th percentile of the time to the first token'),
      milliseconds('first99', 'TTFT p99', '99th percentile of the time to the first token'),
      milliseconds('between50', 'TPOT p50', 'median time between two tokens of an answer'),
      milliseconds('between95', 'TPOT p95', '95th percentile of the time between two tokens'),
    ],
  },
];

/** The figure by which setups are compared first. */
export const servingMain = ['gpus', 'first99'] as const;

/** The figures of a run. */
export function servingFigures(
  served: Served | undefined,
  { gpus }: ServerModel,
  gpuPrice: number | undefined,
): Figures {
  if (served === undefined) return { missed: 1 };
  const { replicas, first, between, busyShare } = served;
  const count = replicas * gpus;
  return {
    gpus: count,
    busy: 100 * busyShare,
    ...(gpuPrice !== undefined && { cost: count * gpuPrice }),
    missed: 0,
    first50: 1000 * quantile(first, 0.5),
    first95: 1000 * quantile(first, 0.95),
    first99: 1000 * quantile(first, 0.99),
    between50: 1000 * quantile(between, 0.5),
    between95: 1000 * quantile(between, 0.95),
  };
}
