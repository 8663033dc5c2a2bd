/**
 * Keeps a run on disk while it goes on: `.seatrial/runs/<id>/`. What is written stays when the run is
 * killed: `run.json` then still says `running`, with the number of the process that is gone.
 */
import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, UserError } from '../input/errors.js';
import { folderShelf, type Shelf } from './journal/shelf.js';

/** How a run stands. */
export type RunStatus = 'running' | 'passed' | 'failed' | 'interrupted';

/** What `run.json` says. */
export interface RunFacts {
  readonly scenario: string;
  readonly file: string;
  readonly variant?: string;
  readonly seed: number;
  readonly backend: string;
  readonly version: string;
  /** RFC 3339, of the host. */
  readonly startedAt: string;
  readonly pid: number;
}

/** The folder below the current one in which runs are kept. */
export const runsFolder = join('.seatrial', 'runs');

/** The folder of one run. It is made with the first thing that is kept: what is refused before leaves none. */
export class RunFolder {
  private made: string | undefined;
  private lines: string[] = [];
  private rows = 0;

  constructor(
    private readonly facts: RunFacts,
    private readonly root = runsFolder,
  ) {}

  /** Where it is; undefined as long as nothing was kept. */
  get path(): string | undefined {
    return this.made;
  }

  /** A line of what is told while it runs; it is on disk after the next `flush`. */
  line(text: string): void {
    this.lines.push(text);
  }

  /** Rows of the time series: `series.csv`, whose header comes first. */
  series(columns: readonly string[], rows: readonly (readonly (number | string | null)[])[]): void {
    if (rows.length === 0) return;
    const header = this.rows === 0 ? `${columns.map(cell).join(',')}\n` : '';
    this.rows += rows.length;
    const text = rows.map(row => `${row.map(cell).join(',')}\n`).join('');
    appendFileSync(join(this.make(), 'series.csv'), header + text);
  }

  /** Entries of the logbook: `timeline.jsonl`, one a line. */
  timeline(entries: readonly unknown[]): void {
    if (entries.length === 0) return;
    const text = entries.map(entry => `${JSON.stringify(entry)}\n`).join('');
    appendFileSync(join(this.make(), 'timeline.jsonl'), text);
  }

  /** Where the journal of the run lies: beside the rest. */
  shelf(): Shelf {
    return folderShelf(() => this.make());
  }

  /** The path of something in it that others write; the folder is made. */
  inside(name: string): string {
    return join(this.make(), name);
  }

  /** Writes the lines that wait. */
  flush(): void {
    if (this.lines.length === 0) return;
    appendFileSync(join(this.make(), 'log.txt'), `${this.lines.join('\n')}\n`);
    this.lines = [];
  }

  /** Writes what came of the run; without this the run counts as killed. */
  finish(status: RunStatus, results: Readonly<Record<string, unknown>>): void {
    this.flush();
    this.write('run.json', { ...this.head(status), ...results });
  }

  /** @throws UserError when nothing can be written there. */
  private make(): string {
    if (this.made !== undefined) return this.made;
    const { startedAt, scenario, variant, seed } = this.facts;
    const at = startedAt.slice(0, 19).replaceAll(':', '-');
    const name = [at, scenario, ...(variant === undefined ? [] : [variant]), seed].join('-');
    try {
      mkdirSync(this.root, { recursive: true });
      let path = join(this.root, name);
      for (let count = 2; existsSync(path); count++) path = join(this.root, `${name}-${count}`);
      mkdirSync(path);
      this.made = path;
    } catch (error) {
      throw new UserError(`cannot keep the run in ${this.root}: ${(error as Error).message}`, {
        exitCode: exitCodes.backend,
        code: 'cannot-write',
        next: 'run it in a folder that can be written, or with --no-keep',
      });
    }
    this.write('run.json', this.head('running'));
    return this.made;
  }

  private head(status: RunStatus): Readonly<Record<string, unknown>> {
    return { apiVersion: 'seatrial.dev/v1alpha1', kind: 'Run', ...this.facts, status };
  }

  /** A reader sees the old file or the new one, never half of it. */
  private write(name: string, value: unknown): void {
    const path = join(this.make(), name);
    writeFileSync(`${path}.part`, `${JSON.stringify(value, null, 2)}\n`);
    renameSync(`${path}.part`, path);
  }
}

function cell(value: number | string | null): string {
  const text = value === null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
