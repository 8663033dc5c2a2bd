/** Variants of a scenario side by side: only figures that a run has measured. */
import type { ComparedFigure, ReportTable } from '../stacks/stack.js';
import type { RunOfScenario } from './reporter.js';

/** One table for each scenario of which several variants ran. */
export function comparisonTables(runs: readonly RunOfScenario[]): ReportTable[] {
  const files = [...new Set(runs.map(({ file }) => file))];
  return files.flatMap(file => {
    const own = runs.filter(run => run.file === file);
    return own.length < 2 ? [] : [comparison(own)];
  });
}

function comparison(runs: readonly RunOfScenario[]): ReportTable {
  const figures = runs.map(figuresOf);
  const names = [...new Set(figures.flatMap(list => list.map(({ name }) => name)))];
  const rows = names.map(name => {
    const own = figures.map(list => list.find(figure => figure.name === name));
    return [name, ...own.map(shown)];
  });
  return {
    title: `${runs[0]?.scenario ?? ''}: variants side by side`,
    columns: ['', ...runs.map(({ variant }) => variant ?? 'as it stands')],
    rows,
    notes: [
      '- where a run did not measure it; equal seeds, so that all differences are of the data',
    ],
  };
}

/** The figures of a run, as far as it measured them. */
export function figuresOf(run: RunOfScenario): readonly ComparedFigure[] {
  const { gpus, gpuBusyHours, deployedMs, report } = run;
  const use = gpus.offeredHours > 0 ? (100 * gpus.heldHours) / gpus.offeredHours : undefined;
  return [
    {
      name: 'deployment time',
      unit: 's',
      value: deployedMs === undefined ? undefined : deployedMs / 1000,
    },
    { name: 'GPU-hours held', value: gpus.offeredHours > 0 ? gpus.heldHours : undefined },
    { name: 'GPUs held, of all', unit: '%', value: use },
    { name: 'GPU-hours busy', value: gpuBusyHours },
    {
      name: 'price of GPUs held',
      unit: '$',
      value: gpus.offeredHours > 0 ? gpus.price : undefined,
    },
    ...groupFigures(run),
    ...(report?.comparison ?? []),
  ];
}

/** What node groups cost, in use or not; none where the cluster has no groups. */
function groupFigures({ nodeGroups = [] }: RunOfScenario): readonly ComparedFigure[] {
  if (nodeGroups.length === 0) return [];
  const sum = (of: (one: (typeof nodeGroups)[number]) => number): number =>
    nodeGroups.reduce((all, one) => all + of(one), 0);
  const isPriced = nodeGroups.every(one => one.gpuHours === 0 || one.price !== undefined);
  return [
    { name: 'node-hours of node groups', value: sum(({ nodeHours }) => nodeHours) },
    {
      name: "price of node groups' GPUs",
      unit: '$',
      value: isPriced ? sum(({ price = 0 }) => price) : undefined,
    },
  ];
}

function shown(figure: ComparedFigure | undefined): string {
  if (figure?.value === undefined) return '-';
  const { value, unit } = figure;
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 1 : 3;
  const text = value.toLocaleString('en-US', { maximumFractionDigits: digits });
  return unit === undefined ? text : `${text} ${unit}`;
}
