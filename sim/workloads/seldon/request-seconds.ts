/** How long requests took, as Prometheus' client for Go tells it. @upstream seldon-core v1.17.1 executor/api/metric */
import { lineOf } from '../../api/exposition.js';

/** The buckets that the client has unless told otherwise, in seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: number[];
  count: number;
  sum: number;
}

/** A histogram. */
export class RequestSeconds {
  private readonly series = new Map<string, Series>();

  constructor(
    private readonly name: string,
    private readonly help: string,
  ) {}

  observe(labels: Readonly<Record<string, string>>, seconds: number): void {
    const key = JSON.stringify(labels);
    let one = this.series.get(key);
    if (one === undefined) {
      one = { labels, counts: bounds.map(() => 0), count: 0, sum: 0 };
      this.series.set(key, one);
    }
    one.count++;
    one.sum += seconds;
    const { counts } = one;
    bounds.forEach((bound, index) => {
      if (seconds <= bound) counts[index] = (counts[index] ?? 0) + 1;
    });
  }

  /** The text that is scraped. */
  text(): string {
    const { name } = this;
    if (this.series.size === 0) return '';
    const lines = [`# HELP ${name} ${this.help}\n`, `# TYPE ${name} histogram\n`];
    for (const { labels, counts, count, sum } of this.series.values()) {
      const told = [...counts, count];
      told.forEach((value, index) => {
        const le = String(bounds[index] ?? '+Inf');
        lines.push(`${name}_bucket${lineOf({ ...labels, le }, value)}`);
      });
      lines.push(`${name}_sum${lineOf(labels, sum)}`, `${name}_count${lineOf(labels, count)}`);
    }
    return lines.join('');
  }
}
