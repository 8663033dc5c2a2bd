/** Which reports go where: to standard output, or each to a file. */
import { environment } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';

/** A report that is to be made; without a file it goes to standard output. */
export interface PlannedReport {
  readonly name: string;
  readonly file?: string;
}

/** What the flags say of reports. */
export interface ReportFlags {
  readonly reporter: readonly string[];
  /** `FILE`, or `REPORTER=FILE`. */
  readonly outputFile: readonly string[];
}

/**
 * Which reports go where, checked before anything runs.
 *
 * @throws UserError when a reporter is not known.
 */
export function planReports(
  flags: ReportFlags,
  configured: readonly string[] | undefined,
  known: readonly string[],
): PlannedReport[] {
  const files = new Map<string, string>();
  const named =
    flags.reporter.length > 0 ? flags.reporter : (configured ?? defaultReporters(known));
  for (const text of flags.outputFile) {
    const [, name, file] = /^(?:([\w-]+)=)?(.+)$/.exec(text) ?? [];
    files.set(name ?? named[0] ?? 'default', file ?? '');
  }
  const names = [...new Set([...named, ...files.keys()])];
  const unknown = names.find(name => !known.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`there is no reporter ${unknown}`, {
      exitCode: exitCodes.usage,
      code: 'unknown-reporter',
      next: `there are: ${known.join(', ')}`,
    });
  }
  return names.map(name => {
    const file = files.get(name);
    return file === undefined ? { name } : { name, file };
  });
}

/** AI_AGENT is set by those who want no more than what an agent acts on. */
function defaultReporters(known: readonly string[]): readonly string[] {
  if (environment('AI_AGENT') !== undefined && known.includes('minimal')) return ['minimal'];
  return environment('GITHUB_ACTIONS') === 'true' ? ['default', 'github-actions'] : ['default'];
}
