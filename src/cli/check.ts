/** `seatrial check`: what is wrong with manifests, without a cluster and without test code. */
import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { sift, writeBaseline } from '../check/baseline.js';
import { chosenCluster } from '../check/chosen-cluster.js';
import { readCheckInput } from '../check/read-input.js';
import { rules } from '../check/rules/index.js';
import { staticPass } from '../check/static-pass.js';
import { elapsedMs, writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { checkReporters } from '../report/check/index.js';
import type { CheckReport } from '../report/check/report.js';
import { version } from '../version.js';
import type { CliCommand } from './command.js';
import { readConfiguration } from './configuration.js';
import { collect, colorOption } from './options.js';
import { planReports } from './report-files.js';

interface CheckFlags {
  readonly filename: readonly string[];
  readonly config?: string;
  readonly cluster?: string;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
  readonly passWithNoTests?: boolean;
}

/** The command. */
export const checkCommand: CliCommand = {
  define(program, act) {
    const command: Command = program
      .command('check')
      .description('find what is wrong with manifests: files, folders, kustomizations, or a stream')
      .argument('[path...]', 'the same as -f')
      .option('-f, --filename <path>', 'manifests, repeatable; - is standard input', collect, [])
      .option('--config <file>', 'a kind configuration: the cluster for which they are meant')
      .option('--cluster <file>', 'a snapshot instead: kubectl get nodes,pods -A -o yaml')
      .option('--baseline <file>', 'do not tell what this file knows')
      .option('--write-baseline <file>', 'write what is found now as known')
      .option(
        '--reporter <name>',
        `how to report, repeatable: ${Object.keys(checkReporters).join(', ')}`,
        collect,
        [],
      )
      .option(
        '--outputFile <[reporter=]file>',
        'write a report to a file instead of standard output, repeatable',
        collect,
        [],
      )
      .addOption(new Option('--static', 'only look at the manifests: try no voyages').default(true))
      .option('--pass-with-no-tests', 'succeed when there is nothing to check')
      .addOption(colorOption());
    command.action((paths: readonly string[], flags: CheckFlags) => act(() => check(paths, flags)));
  },
};

async function check(given: readonly string[], flags: CheckFlags): Promise<number> {
  const configuration = readConfiguration();
  const plans = planReports(flags, undefined, Object.keys(checkReporters));
  const inputs = [...given, ...flags.filename];
  if (inputs.length === 0) throw nothingNamed();
  const startMs = elapsedMs();
  const input = readCheckInput(inputs);
  if (input.manifests.length === 0 && input.unread.length === 0) {
    writeError(`no Kubernetes objects in ${inputs.join(', ')}\n`);
    return flags.passWithNoTests === true ? exitCodes.pass : exitCodes.nothingRan;
  }
  const config = flags.config ?? configuration.cluster;
  const cluster = await chosenCluster({ ...flags, ...(config !== undefined && { config }) });
  const { findings: all } = staticPass(input, cluster);
  if (flags.writeBaseline !== undefined) writeBaseline(all, flags.writeBaseline);
  const { findings, silenced } = sift(all, flags.baseline);
  const report: CheckReport = {
    version,
    inputs,
    objects: input.manifests.length,
    kinds: new Set(input.manifests.map(({ object }) => `${object.apiVersion} ${object.kind}`)).size,
    notes: input.notes,
    rules,
    findings,
    silenced,
    hasCluster: cluster.length > 0,
    wallMs: elapsedMs() - startMs,
  };
  for (const { name, file } of plans) {
    const text = checkReporters[name]?.(report) ?? '';
    if (file === undefined) writeOut(text);
    else writeFileSync(file, text);
  }
  if (flags.writeBaseline !== undefined) {
    writeError(`${all.length} findings are written to ${flags.writeBaseline} as known\n`);
    return exitCodes.pass;
  }
  const isBroken = findings.some(({ severity }) => severity === 'error');
  return isBroken ? exitCodes.broken : exitCodes.pass;
}

function nothingNamed(): UserError {
  return new UserError('nothing to check', {
    exitCode: exitCodes.usage,
    code: 'no-manifests',
    next: 'name manifests: seatrial check -f FOLDER, or pipe them: helm template CHART | seatrial check -f -',
  });
}
