/** `seatrial replay`: sails a voyage again, to the byte, and shows what happened. */
import { createInterface } from 'node:readline/promises';
import { elapsedMs, isTerminal, standardInput, writeError, writeOut } from '../host.js';
import { durationMs } from '../input/duration.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { Verdict } from '../laws/judge.js';
import type { LawSettings } from '../laws/law.js';
import { reporters } from '../report/index.js';
import { runOfVoyage } from '../report/voyage-run.js';
import { lawsNamed } from '../scenario/judge-step.js';
import { commandsOf, spanText } from '../voyages/commands.js';
import { historyLines, type TimedLine } from '../voyages/history-lines.js';
import { runPlan, type Sailed, type VoyageNews } from '../voyages/run-plan.js';
import { breachLines } from '../voyages/story.js';
import { version } from '../version.js';
import type { CliCommand } from './command.js';
import { backendOptions, realSettings, type RealFlags } from './backend-options.js';
import { confirmThere, realBackendNamed } from './confirm.js';
import { collect, helpAfter, lawSettingOption } from './options.js';
import { planReports } from './report-files.js';
import { voyageOf, type KnownVoyage } from './voyage-of.js';
import { writeReports } from './write-reports.js';

interface ReplayFlags extends Omit<RealFlags, 'backend'> {
  readonly filename: readonly string[];
  readonly until?: string;
  readonly around?: string;
  readonly within: string;
  readonly step?: boolean;
  readonly laws?: readonly string[];
  readonly lawSetting: Readonly<Record<string, LawSettings>>;
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
  readonly confirm?: string;
}

/** The command. */
export const replayCommand: CliCommand = {
  define(program, act) {
    const command = program
      .command('replay')
      .description('sail a failed voyage again, to the byte, from its token or its file')
      .argument('<token|file>', 'st1:..., or a file of .seatrial/failures')
      .option('-f, --filename <path>', 'the manifests that it was about, repeatable', collect, [])
      .option('--until <time>', 'stop so long after the boot, such as 2m30s, and show the writes')
      .option('--around <time>', 'show the writes around this time after the boot')
      .option('--within <span>', 'for --around: how far before and after', '10s')
      .option('--step', 'show what each event has led to before the next; Enter goes on')
      .option('--laws <names>', 'judge by these, with commas between (default: all)', names =>
        names.split(','),
      )
      .addOption(lawSettingOption())
      .option('--reporter <name>', 'tell it by a reporter too, such as html', collect, [])
      .option('--outputFile <[reporter=]file>', 'write a report to a file', collect, [])
      .option('--confirm <backend>', 'sail it on a real cluster too: control-plane, kind, ...');
    backendOptions(command, { isOwn: true });
    command.addHelpText('after', helpAfter(examples, exitHelp));
    command.action((word: string, flags: ReplayFlags) => act(() => replay(word, flags)));
  },
};

const examples = [
  'seatrial replay st1:... -f manifests/ --around 2m30s',
  'seatrial replay .seatrial/failures/gpu-held-once-1f2e3d4c.yaml --step',
  'seatrial replay st1:... -f manifests/ --confirm control-plane',
];

const exitHelp = `Exit codes: 0 no law is broken, 1 a law is broken, as it was, 2 bad input or another version,
3 the history is not the one that was kept.`;

async function replay(word: string, flags: ReplayFlags): Promise<number> {
  const known = voyageOf(word, flags.filename);
  // Before it sails: a slip in the name, or a program that is missing, is told at once.
  const real = flags.confirm === undefined ? undefined : realBackendNamed(flags.confirm);
  await real?.chosen.backend.lookForPrograms?.(
    realSettings({ ...flags, backend: real.name }).flags,
  );
  const isReported = flags.reporter.length + flags.outputFile.length > 0;
  const reports = isReported ? planReports(flags, [], Object.keys(reporters)) : [];
  const news: VoyageNews[] = [];
  const beganMs = elapsedMs();
  const untilMs = flags.until === undefined ? undefined : durationMs(flags.until);
  for (const line of commandsOf(known.plan)) writeError(`${line}\n`);
  writeError('\n');
  const hear = flags.step === true ? stepper() : tell;
  const sailed = await runPlan(known.plan, {
    laws: lawsNamed(flags.laws),
    settings: flags.lawSetting,
    tell: heard => {
      news.push(heard);
      return hear(heard);
    },
    ...(untilMs !== undefined && { untilMs }),
  });
  const lines = historyLines(sailed.history, sailed.startMs);
  if (flags.around !== undefined) show(near(lines, flags.around, flags.within));
  else if (untilMs !== undefined && flags.step !== true) show(lines);
  if (untilMs !== undefined) {
    writeError(`stopped ${spanText(sailed.endMs - sailed.startMs)} after the boot\n`);
    return exitCodes.pass;
  }
  const told = runOfVoyage({
    name: known.failure === undefined ? 'voyage' : `counterexample to ${known.failure.law}`,
    file: known.failure?.file ?? 'voyage',
    plan: known.plan,
    sailed,
    news,
    token: known.failure?.token ?? word,
    wallMs: elapsedMs() - beganMs,
  });
  writeReports({ runs: [told], seed: known.plan.seed, backend: 'sim', version }, reports);
  const code = conclude(known, sailed);
  if (real === undefined) return code;
  return confirmThere(known, sailed, real, { ...flags, settings: flags.lawSetting });
}

function tell({ atMs, what, refusal }: VoyageNews): void {
  writeError(`+${spanText(atMs)}  ${what}${refusal === undefined ? '' : `: ${refusal}`}\n`);
}

/** Shows the writes since the last event, and waits for Enter where somebody can press it. */
function stepper(): (news: VoyageNews) => Promise<void> {
  let shown = 0;
  let startMs: number | undefined;
  return async news => {
    const { cluster, atMs } = news;
    startMs ??= cluster.now() - atMs;
    const history = [];
    for await (const entry of cluster.history()) history.push(entry);
    show(historyLines(history, startMs).filter(({ revision }) => revision > shown));
    shown = history.at(-1)?.revision ?? shown;
    tell(news);
    if (!isTerminal()) return;
    const input = createInterface({ input: standardInput() });
    writeError('Enter goes on ');
    await input.question('');
    input.close();
  };
}

function near(lines: readonly TimedLine[], around: string, within: string): readonly TimedLine[] {
  const middleMs = durationMs(around);
  const reachMs = durationMs(within);
  return lines.filter(({ atMs }) => Math.abs(atMs - middleMs) <= reachMs);
}

function show(lines: readonly TimedLine[]): void {
  writeOut(lines.map(({ text }) => `${text}\n`).join(''));
}

function conclude({ failure }: KnownVoyage, sailed: Sailed): number {
  const { verdicts, startMs, digest } = sailed;
  const broken = verdicts.filter(
    (verdict): verdict is Extract<Verdict, { kind: 'broken' }> => verdict.kind === 'broken',
  );
  for (const { law, says, breaches } of broken) {
    writeOut(`broken: ${law}: ${says}\n`);
    for (const breach of breaches.slice(0, 1)) {
      writeOut(
        breachLines(breach, startMs)
          .map(line => `${line}\n`)
          .join(''),
      );
    }
  }
  writeOut(`digest ${digest}${sameness(failure?.digest, digest)}\n`);
  if (failure !== undefined && failure.digest !== digest) {
    throw new UserError('the history is not the one that was kept', {
      exitCode: exitCodes.backend,
      code: 'other-history',
      next: `it was ${failure.digest} in seatrial ${failure.version}: this build simulates something else`,
    });
  }
  if (broken.length > 0) return exitCodes.broken;
  writeOut(
    failure === undefined ? 'no law is broken\n' : `${failure.law} is not broken any more\n`,
  );
  return exitCodes.pass;
}

function sameness(kept: string | undefined, now: string): string {
  if (kept === undefined) return '';
  return kept === now ? ', the same as when it was found' : `, was ${kept} when it was found`;
}
