/** How a run stands in the end, in the words that all reports share. */
import { hasFailed } from '../scenario/judgement.js';
import type { RunOfScenario } from './reporter.js';

/** `unfinished`: steps were skipped although none failed. */
export type Standing = 'passed' | 'failed' | 'interrupted' | 'unfinished';

/** How the run stands. */
export function standingOf(run: RunOfScenario): Standing {
  if (hasFailed(run)) return 'failed';
  if (run.isInterrupted) return 'interrupted';
  return run.steps.every(({ result }) => result === 'passed') ? 'passed' : 'unfinished';
}

/** `fraud, variant no-monitor`. */
export function nameOf({ scenario, variant }: RunOfScenario): string {
  return variant === undefined ? scenario : `${scenario}, variant ${variant}`;
}

/** `2 passed, 1 failed`. */
export function countText(runs: readonly RunOfScenario[]): string {
  const count = (wanted: readonly Standing[]): number =>
    runs.filter(run => wanted.includes(standingOf(run))).length;
  const counts = [`${count(['passed'])} passed`, `${count(['failed'])} failed`];
  const open = count(['interrupted', 'unfinished']);
  return [...counts, ...(open > 0 ? [`${open} not finished`] : [])].join(', ');
}

/** Something that was wrong with a run: a failed step, or a law that it broke. */
export interface Trouble {
  readonly file: string;
  readonly line: number;
  /** `step the job succeeds`, `law gpu-held-once`. */
  readonly title: string;
  readonly message: string;
}

/** What was wrong, steps first. */
export function troublesOf({ steps, verdicts, file }: RunOfScenario): readonly Trouble[] {
  const failed = steps.filter(({ result }) => result === 'failed');
  return [
    ...failed.map(({ title, line, message = '' }) => ({
      file,
      line,
      title: `step ${title}`,
      message,
    })),
    ...verdicts.flatMap(verdict =>
      verdict.kind === 'broken'
        ? [
            {
              file,
              line: 1,
              title: `law ${verdict.law}`,
              message: verdict.breaches[0]?.what ?? verdict.says,
            },
          ]
        : [],
    ),
  ];
}
