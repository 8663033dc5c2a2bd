/** Which reports go where: to standard output, or each to a file. */
import { environment } from '../host.js';
import { exitCodes, meantOrKnown, UserError } from '../input/errors.js';

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
    const next = meantOrKnown(unknown, known);
    throw new UserError(`there is no reporter ${unknown}`, {
      exitCode: exitCodes.usage,
      code: 'unknown-reporter',
      ...(next !== undefined && { next }),
    });
  }
  return names.map(name => {
    const file = files.get(name);
    return file === undefined ? { name } : { name, file };
  });
}

/** What agents set in the environment of what they run: vitest tells them by the same. */
export const agentVariables: readonly string[] = [
  'AI_AGENT',
  'CLAUDECODE',
  'CLAUDE_CODE',
  'REPL_ID',
  'GEMINI_CLI',
  'CODEX_SANDBOX',
  'CODEX_THREAD_ID',
  'OPENCODE',
  'AUGMENT_AGENT',
  'GOOSE_PROVIDER',
  'JUNIE_DATA',
  'JUNIE_SHIM_PATH',
  'COPILOT_AGENT',
  'COPILOT_CLI',
  'CURSOR_AGENT',
];

/** Agents want no more than what they act on. */
function defaultReporters(known: readonly string[]): readonly string[] {
  const isAgent = agentVariables.some(name => environment(name) !== undefined);
  const first = isAgent && known.includes('minimal') ? 'minimal' : 'default';
  return environment('GITHUB_ACTIONS') === 'true' ? [first, 'github-actions'] : [first];
}
