/** `seatrial bench`: which way of allocating GPUs serves the jobs best, and by how much. */
import { Option, type Command } from 'commander';
import { tieRules } from '../../sim/scheduler/ties.js';
import { runBench } from '../bench/bench.js';
import { benchPage } from '../bench/html/page.js';
import { policies } from '../bench/policies/index.js';
import { planOf, type BenchFlags } from '../bench/input/plan.js';
import { sourceNames } from '../bench/input/sources.js';
import { figuresCsv, reportJson, writeFiles } from '../bench/results/files.js';
import { benchText } from '../bench/results/text.js';
import { isTerminal, writeError, writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { collect, outputOption, wholeNumber } from './options.js';

/** The command. */
export const benchCommand: CliCommand = {
  define(program, act) {
    const command = program
      .command('bench')
      .description('compare ways to allocate GPUs on a trace: published, generated, or your own')
      .argument(
        '[source]',
        `${sourceNames.join(', ')}; with --nodes or --cluster: your own`,
        'generated',
      );
    inputOptions(command);
    runOptions(command);
    whatIfOptions(command);
    servingOptions(command);
    command
      .addOption(new Option('--workers <n>', 'threads (default: cores)').argParser(wholeNumber))
      .option('--out <folder>', 'write CSV, JSON and an HTML page there')
      .addOption(outputOption(['text', 'json', 'csv']))
      .option('-q, --quiet', 'do not tell how far the runs are')
      .addHelpText('after', `\n${exitHelp}`)
      .action((source: string, flags: BenchFlags & OutputFlags) => act(() => bench(source, flags)));
  },
};

interface OutputFlags {
  readonly out?: string;
  readonly output: string;
  readonly quiet?: boolean;
}

const exitHelp = `Exit codes: 0 done, 1 published results lie beside the trace and were not met, 2 bad input,
3 files could not be written, 5 nothing to run.`;

function inputOptions(command: Command): void {
  command
    .option('--trace <folder>', 'the folder that holds the published traces')
    .option('--workload <names>', 'workloads of openb, with commas between', 'default')
    .option('--nodes <file>', "your nodes: CSV with openb's columns")
    .option('--pods <file>', "your pods: CSV with openb's columns; of a queue: its jobs")
    .option('--cluster <file>', 'your nodes and pods: kubectl get nodes,pods -A -o yaml')
    .option('--scenario <file>', "a scenario's nodes, and the pods that its manifests make")
    .option('--node-pools <list>', 'other nodes: NODESxGPUSxMODEL, as 4x8xH100,2x4xT4');
}

function runOptions(command: Command): void {
  command
    .option(
      '--policy <names>',
      `with commas between: ${policies.map(({ name }) => name).join(', ')} (default: all)`,
    )
    .option('--seeds <list>', '42-46, or 1,2,5', '42-46')
    .addOption(
      new Option(
        '--ties <rule>',
        'which of equal nodes (default: smallest-name as published, random for kube-scheduler)',
      ).choices(tieRules),
    )
    .addOption(
      new Option(
        '--arrival <how>',
        'inflation: pods come one by one and stay; times: jobs come at their times, wait, run and go',
      ).choices(['inflation', 'times']),
    )
    .addOption(
      new Option('--tune <ratio>', 'of inflation: pods ask for so many times the GPUs').default(
        '1.3',
      ),
    )
    .option('--split', 'of times: jobs of several GPUs are gangs of one-GPU pods')
    .option('--load <ratio>', 'of times: press arrivals together to this demand over capacity')
    .option('--no-resample', 'of times: keep who comes when; else each seed deals the jobs anew')
    .option('--baseline <setup>', 'what others are compared with')
    .option('--price <model=dollars>', 'an hour of a GPU, repeatable', collect, []);
}

function whatIfOptions(command: Command): void {
  command
    .option('--what-if <file>', 'variants in YAML (kind: Bench); each runs beside the others')
    .option('--add-nodes <list>', 'what if: these too, as 4x8xH100')
    .option('--remove-nodes <list>', 'what if: without these, as 4xT4')
    .option('--mig <list>', 'what if: GPUs cut, as A100=3g+2g+1g+1g')
    .addOption(
      new Option(
        '--sharing <parts>',
        'what if: shares rounded up to so many parts; 1: no sharing',
      ).argParser(wholeNumber),
    )
    .option('--no-gangs', 'what if: gangs placed pod by pod')
    .option('--strict', 'what if: nothing overtakes the first that waits')
    .option('--priorities <list>', 'what if: priorities of namespaces, as fraud=10,search=5')
    .option('--preemption', 'what if: higher priorities stop lower ones')
    .option('--resume', 'what if: stopped jobs go on where they were')
    .option('--quota <list>', 'what if: GPUs of namespaces, as fraud=16,search=8')
    .option('--borrowing', 'with --quota: what others leave may be used')
    .option('--reclaim', 'with --borrowing: the owner gets it back at once')
    .addOption(
      new Option(
        '--repack <seconds>',
        'what if: pods are moved to make room, not more often than this',
      ).argParser(wholeNumber),
    );
}

function servingOptions(command: Command): void {
  command
    .option('--objective <list>', 'of llm: what must hold, as ttft-p99=2s,tpot-p95=100ms')
    .option('--scale <list>', 'of llm: times the load, as 1,2,4')
    .option('--gpu-model <model>', 'of llm: the GPU, for its price (default: A100)')
    .option(
      '--server <list>',
      'of llm: a replica, as prefill=8000,step=20,per-answer=0.3,batch=64,cache=150000,gpus=1',
    );
}

async function bench(source: string, flags: BenchFlags & OutputFlags): Promise<number> {
  const plan = planOf(source, flags);
  const hasProgress = flags.quiet !== true && isTerminal();
  const report = await runBench({
    ...plan,
    keepsHeat: flags.out !== undefined,
    ...(hasProgress && { onProgress: progress }),
  });
  if (flags.out !== undefined) {
    const files = writeFiles(flags.out, report, benchPage(report));
    writeError(`written to ${flags.out}: ${files.join(', ')}\n`);
  }
  writeOut(printed(report, flags.output));
  const isOff = report.workloads.some(({ published }) => (published?.off.length ?? 0) > 0);
  return isOff ? exitCodes.broken : exitCodes.pass;
}

function printed(report: Parameters<typeof benchText>[0], output: string): string {
  if (output === 'json') return `${reportJson(report)}\n`;
  return output === 'csv' ? figuresCsv(report) : benchText(report);
}

function progress(done: number, all: number): void {
  writeError(`\r${done} of ${all} runs${done === all ? '\n' : ''}`);
}
