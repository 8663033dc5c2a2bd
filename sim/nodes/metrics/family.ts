/** Families of metrics as a text that Prometheus reads, with the times at which values were read. */
import { lineOf } from '../../workloads/kube-state-metrics/exposition.js';

/** One value. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** When it was read. Default: by whoever scrapes, at the time of the scrape. */
  readonly timeMs?: number;
}

/** A metric with its values. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly samples: readonly Sample[];
}

/** The text; a metric without values is not told. */
export function textOf(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(
      ({ name, help, type, samples }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map(sample => sampleText(name, sample)).join('')}`,
    )
    .join('');
}

/** A counter of CPU as cgroups have it: whole nanoseconds. */
export const cpuSeconds = (nanoseconds: number): number => Math.floor(nanoseconds) / 1e9;

function sampleText(name: string, { labels = {}, value, timeMs }: Sample): string {
  const line = `${name}${lineOf(labels, value)}`;
  return timeMs === undefined ? line : `${line.slice(0, -1)} ${Math.floor(timeMs)}\n`;
}
