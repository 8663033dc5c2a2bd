/** The files of a run by inflation in the layout of the published results. */
import { policies } from '../policies/index.js';
import type { BenchReport } from '../report.js';
import { publishedTables, writeTable, type PublishedRun } from './published-tables.js';
import { estimate } from './statistics.js';

/** Where means are told. */
const percentages = [40, 60, 80, 90, 95, 100, 105, 110, 120, 130];

/** The metric's name in summary.csv, by table. */
const metrics: Readonly<Record<string, string>> = {
  alloc_by_arrival: 'alloc_pct',
  frag_of_total_by_arrival: 'frag_of_total_pct',
  frag_ratio_by_arrival: 'frag_ratio_pct',
};

/** A run with its failures. */
interface FailedRun extends PublishedRun {
  readonly pods: number;
  readonly figures: Readonly<Record<string, number>>;
}

/** Text by file name; none where nothing was inflated. */
export function publishedFiles(report: BenchReport): ReadonlyMap<string, string> {
  const runs = runsOf(report);
  const files = new Map<string, string>();
  if (runs.length === 0) return files;
  for (const name of Object.keys(publishedTables)) files.set(`${name}.csv`, writeTable(name, runs));
  files.set('failed_pods.csv', failures(runs));
  files.set('summary.csv', summary(runs));
  return files;
}

function runsOf({ workloads }: BenchReport): FailedRun[] {
  return workloads.flatMap(({ name, setups }) =>
    setups.flatMap(({ setup, runs }) =>
      runs.flatMap(({ series, seed, capacityMilli, pods, figures }) => {
        if (series === undefined || setup.arrival.kind !== 'inflation') return [];
        const known = policies.find(one => one.name === setup.name)?.published;
        const { tune } = setup.arrival;
        const published = known ?? setup.name;
        return [{ workload: name, published, tune, seed, series, capacityMilli, pods, figures }];
      }),
    ),
  );
}

const failureColumns = ['failed', 'failed.cpu', 'failed.share', 'failed.one', 'failed.multi'];

function failures(runs: readonly FailedRun[]): string {
  const head =
    'workload,sc_policy,seed,events,failed,failed_cpu,failed_share,failed_one,failed_multi,allocated_gpu_milli';
  const lines = runs.map(({ workload, published, seed, pods, figures, capacityMilli }) => {
    const allocated = Math.round(capacityMilli - 1000 * (figures['idleGpus'] ?? 0));
    const counts = failureColumns.map(key => figures[key] ?? '');
    return [workload, published, seed, pods, ...counts, allocated].join(',');
  });
  return `${[head, ...lines].join('\n')}\n`;
}

function summary(runs: readonly FailedRun[]): string {
  const columns = percentages.flatMap(percentage => [`mean_${percentage}`, `sd_${percentage}`]);
  const groups = new Map<string, FailedRun[]>();
  for (const run of runs) {
    const key = `${run.workload},${run.published}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const lines = [...groups].flatMap(([key, own]) =>
    Object.entries(publishedTables).map(([table, valuesOf]) => {
      const cells = percentages.flatMap(percentage => {
        const values = own.flatMap(({ series }) => valuesOf(series)[percentage] ?? []);
        if (values.length < own.length) return ['', ''];
        const { mean, deviation } = estimate(values);
        return [mean.toFixed(3), deviation?.toFixed(3) ?? ''];
      });
      return [key, metrics[table] ?? table, own.length, ...cells].join(',');
    }),
  );
  return `${[['workload', 'policy', 'metric', 'n_seeds', ...columns].join(','), ...lines].join('\n')}\n`;
}
