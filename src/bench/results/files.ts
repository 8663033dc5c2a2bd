/** The files that a bench writes: tables in the layout of the published ones, all figures, JSON. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, UserError } from '../../input/errors.js';
import type { BenchReport } from '../report.js';
import { publishedFiles } from './published-files.js';

/**
 * Writes the report's files into a folder, which is made.
 *
 * @returns the names of the files.
 * @throws UserError when they cannot be written.
 */
export function writeFiles(folder: string, report: BenchReport, html: string): string[] {
  const files = new Map(publishedFiles(report));
  files.set('figures.csv', figuresCsv(report));
  files.set('report.json', `${reportJson(report)}\n`);
  files.set('report.html', html);
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
  } catch (error) {
    throw new UserError(`cannot write to ${folder}: ${(error as Error).message}`, {
      exitCode: exitCodes.backend,
      code: 'cannot-write',
      next: 'name a folder that can be written with --out',
    });
  }
  return [...files.keys()];
}

/** The report as JSON, without what a picture needs only and without times taken: equal runs, equal text. */
export function reportJson(report: BenchReport): string {
  const document = { apiVersion: 'seatrial.dev/v1alpha1', kind: 'BenchReport', ...report };
  return JSON.stringify(document, (key, value: unknown) =>
    key === 'heat' || key === 'tookMs' ? undefined : value,
  );
}

/** One line for each run and figure. */
export function figuresCsv({ workloads, groups }: BenchReport): string {
  const lines = workloads.flatMap(({ name, setups }) =>
    setups.flatMap(({ setup, runs }) =>
      runs.flatMap(({ seed, figures }) =>
        groups
          .flatMap(({ kinds }) => kinds)
          .filter(({ key }) => figures[key] !== undefined)
          .map(({ key, unit }) =>
            [name, setup.name, setup.policy, setup.ties, seed, key, figures[key], unit]
              .map(quoted)
              .join(','),
          ),
      ),
    ),
  );
  return `${['workload,setup,policy,ties,seed,figure,value,unit', ...lines].join('\n')}\n`;
}

function quoted(value: string | number | undefined): string {
  const text = String(value ?? '');
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
