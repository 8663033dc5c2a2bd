/** A voyage as reporters take a run: its events are the steps, and its history fills the logbook. */
import { GpuLedger } from '../gpu/ledger.js';
import { Logbook } from '../scenario/logbook.js';
import { outcomeSeries } from '../scenario/outcome-series.js';
import { commandsOf } from '../voyages/commands.js';
import type { VoyagePlan } from '../voyages/plan.js';
import type { Sailed, VoyageNews } from '../voyages/run-plan.js';
import type { RunOfScenario } from './reporter.js';

/** What is known of a voyage that was sailed. */
export interface VoyageParts {
  /** What a report calls it: `counterexample to gpu-held-once`. */
  readonly name: string;
  /** Its file, or the token. */
  readonly file: string;
  readonly plan: VoyagePlan;
  readonly sailed: Sailed;
  /** What was told while it was sailed, in order. */
  readonly news: readonly Omit<VoyageNews, 'cluster'>[];
  /** Replays it. */
  readonly token?: string;
  /** Real milliseconds. */
  readonly wallMs: number;
}

/** The voyage as a run of one scenario. */
export function runOfVoyage(parts: VoyageParts): RunOfScenario {
  const { name, file, plan, sailed, news, token, wallMs } = parts;
  const { startMs, endMs, verdicts, digest, history } = sailed;
  const logbook = new Logbook(startMs);
  const gpus = new GpuLedger();
  for (const { atMs, what, refusal } of news) {
    logbook.told('step', what, startMs + atMs);
    if (refusal !== undefined) logbook.told('refused', refusal, startMs + atMs);
  }
  for (const entry of history) {
    gpus.observe(entry);
    logbook.observe(entry);
  }
  const { columns, rows } = outcomeSeries(sailed.outcomes, { startMs, endMs });
  logbook.measured(columns, rows);
  const steps = news.map(({ atMs, what, refusal }, index) => {
    const untilMs = news[index + 1]?.atMs ?? endMs - startMs;
    const title = refusal === undefined ? what : `${what} (refused: ${refusal})`;
    return { title, line: 1, result: 'passed' as const, durationMs: untilMs - atMs };
  });
  const replayed = token === undefined ? [] : [`again, to the byte:  npx seatrial replay ${token}`];
  return {
    scenario: name,
    file,
    seed: plan.seed,
    steps,
    startMs,
    durationMs: endMs - startMs,
    isInterrupted: false,
    gpus: gpus.accounts(endMs),
    record: { log: logbook.log, series: logbook.series },
    verdicts,
    digest,
    wallMs,
    hints: [...replayed, commandsOf(plan).join('\n')],
  };
}
