/** The rows of the table so far, on disk: a run that is stopped keeps what it has. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

interface Kept {
  /** What voyages were: rows of others are of no use. */
  readonly voyages: string;
  readonly rows: Readonly<Record<string, string>>;
}

const keptFile = '.cache/planted.json';

/** How far a run has come. */
export class Progress {
  private readonly rows: Map<string, string>;

  constructor(
    private readonly options: {
      /** The table; none: it is only printed. */
      readonly file: string | undefined;
      readonly voyages: string;
      readonly isResumed: boolean;
      /** The defects in the order of the table. */
      readonly order: readonly string[];
      readonly head: readonly string[];
    },
  ) {
    this.rows = new Map(Object.entries(options.isResumed ? keptRows(options.voyages) : {}));
    for (const line of this.table()) console.log(line);
  }

  has(fault: string): boolean {
    return this.rows.has(fault);
  }

  add(fault: string, row: string): void {
    const { file, voyages } = this.options;
    this.rows.set(fault, row);
    console.log(row);
    if (file === undefined) return;
    mkdirSync(dirname(keptFile), { recursive: true });
    const kept: Kept = { voyages, rows: Object.fromEntries(this.rows) };
    writeFileSync(keptFile, JSON.stringify(kept, null, 2));
    writeFileSync(file, `${this.table().join('\n')}\n`);
  }

  /** In the order of the defects, whichever came first. */
  private table(): readonly string[] {
    const { head, order } = this.options;
    return [...head, ...order.flatMap(fault => this.rows.get(fault) ?? [])];
  }
}

function keptRows(voyages: string): Kept['rows'] {
  if (!existsSync(keptFile)) return {};
  const kept = JSON.parse(readFileSync(keptFile, 'utf8')) as Kept;
  if (kept.voyages === voyages) return kept.rows;
  console.log(`${keptFile} is of other voyages: all begins anew`);
  return {};
}
