/** Makes a report from runs that are kept on disk. */
import { exitCodes, UserError } from '../input/errors.js';
import { keptRecord } from '../scenario/kept-record.js';
import type { KeptRun } from '../scenario/kept-runs.js';
import type { Report, RunOfScenario } from './reporter.js';

/**
 * The report of the runs; seed, backend and version are those of the first.
 *
 * @throws UserError for a run that never came to an end, or a folder that cannot be read.
 */
export function keptReport(runs: readonly KeptRun[]): Report {
  const told = runs.map(runOf);
  const { seed, backend, version } = runs[0]?.facts ?? { seed: 0, backend: 'sim', version: '' };
  return { runs: told, seed, backend, version };
}

/** A kept run as reporters take it. */
export function runOf({ id, path, status, document, facts }: KeptRun): RunOfScenario {
  if (document === undefined || facts === undefined || document['steps'] === undefined) {
    throw new UserError(`the run ${id} has no results: it is ${status}`, {
      exitCode: exitCodes.usage,
      code: 'run-without-results',
      next: `what there was until then: ${path}/log.txt and series.csv`,
    });
  }
  // Only we write run.json, and with results when it has steps; older versions knew fewer fields.
  const { startMs, verdicts, hints, ...results } = document as unknown as Partial<RunOfScenario>;
  const record = keptRecord(path);
  const [head] = record?.log ?? [];
  return {
    ...(results as RunOfScenario),
    startMs: startMs ?? (head?.of === 'start' ? head.epochMs : 0),
    verdicts: verdicts ?? [],
    hints: hints ?? [],
    folder: path,
    ...(record !== undefined && { record }),
  };
}
