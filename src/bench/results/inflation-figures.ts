/** The figures of a run by inflation. */
import type { InflationResult } from '../run/inflation.js';
import { podClasses } from '../trace/trace.js';
import type { FigureGroup, Figures } from './figures.js';

/** Where the published study looks. */
const percentages = [60, 80, 90, 95, 100, 110, 130];

const classNames = { cpu: 'CPU only', share: 'share', one: 'one GPU', multi: 'several' } as const;

/** The groups, in the order in which they are told. */
export const inflationGroups: readonly FigureGroup[] = [
  {
    title: 'GPUs allocated, in % of all, when so much has arrived',
    kinds: percentages.map(percentage => ({
      key: `allocated${percentage}`,
      label: `${percentage} %`,
      unit: '%',
      digits: 2,
      better: 'more',
      definition: `GPU thousandths allocated in % of all GPUs when ${percentage} % of them were asked for`,
    })),
  },
  {
    title: 'GPUs left that typical pods cannot use (fragmentation), in % of all GPUs',
    kinds: percentages.map(percentage => ({
      key: `fragmentedOfTotal${percentage}`,
      label: `${percentage} %`,
      unit: '%',
      digits: 2,
      better: 'less',
      definition: `fragmented GPU thousandths in % of all GPUs when ${percentage} % of them were asked for`,
    })),
  },
  {
    title: 'the same in % of the GPUs left',
    kinds: percentages.map(percentage => ({
      key: `fragmentedOfFree${percentage}`,
      label: `${percentage} %`,
      unit: '%',
      digits: 2,
      better: 'less',
      definition: `fragmented GPU thousandths in % of those not allocated when ${percentage} % were asked for`,
    })),
  },
  {
    title: 'pods that fitted nowhere, by class',
    kinds: [
      ...podClasses.map(name => ({
        key: `failed.${name}`,
        label: classNames[name],
        unit: 'pods',
        digits: 1,
        better: 'less' as const,
        definition: `pods (${classNames[name]}) that fitted nowhere when they arrived`,
      })),
      {
        key: 'failed',
        label: 'all',
        unit: 'pods',
        digits: 1,
        better: 'less',
        definition: 'pods that fitted nowhere when they arrived',
      },
    ],
  },
  {
    title: 'GPUs left idle when all have arrived',
    kinds: [
      {
        key: 'idleGpus',
        label: 'GPUs',
        unit: 'GPUs',
        digits: 1,
        better: 'less',
        definition: 'GPUs (in whole, shares added up) that no pod had at the end',
      },
      {
        key: 'idleCost',
        label: '$ an hour',
        unit: '$',
        digits: 0,
        better: 'less',
        definition: 'what they cost an hour, at the mean price of a GPU of the cluster',
      },
    ],
  },
];

/** The figure by which policies are compared first. */
export function inflationMain(tune: number): string {
  const reached = percentages.filter(percentage => percentage <= Math.round(100 * tune));
  return `allocated${reached.at(-1) ?? percentages[0] ?? 0}`;
}

/**
 * The figures of a run. The last pod of a small workload may stop short of the percentage for which it was
 * tuned: then the last state stands for it. Percentages beyond are left out.
 */
export function inflationFigures(
  { series, failed, capacityMilli, allocatedMilli }: InflationResult,
  { tune, hourly }: { readonly tune: number; readonly hourly: number | undefined },
): Figures {
  const figures: Record<string, number> = {};
  for (const percentage of percentages) {
    if (percentage > Math.round(100 * tune)) break;
    figures[`allocated${percentage}`] = at(series.allocated, percentage);
    figures[`fragmentedOfTotal${percentage}`] = at(series.fragmentedOfTotal, percentage);
    figures[`fragmentedOfFree${percentage}`] = at(series.fragmentedOfFree, percentage);
  }
  for (const name of podClasses) figures[`failed.${name}`] = failed[name];
  figures.idleGpus = (capacityMilli - allocatedMilli) / 1000;
  if (hourly !== undefined) {
    figures.idleCost = (hourly * (capacityMilli - allocatedMilli)) / capacityMilli;
  }
  figures.failed = podClasses.reduce((sum, name) => sum + failed[name], 0);
  return figures;
}

function at(values: readonly number[], percentage: number): number {
  return values[Math.min(percentage, values.length - 1)] ?? 0;
}
