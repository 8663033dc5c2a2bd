/** `seatrial plan`: will the manifests fit, what will wait and why, what would be preempted; no cluster is touched. */
import { existsSync } from 'node:fs';
import { schedulerConfigOf } from '../backends/sim-options.js';
import { kubeconfigPath } from '../backends/kubeconfig-file.js';
import { readAutoscaler } from '../gpu/autoscaler-config.js';
import { chosenCluster } from '../check/chosen-cluster.js';
import { writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { readLive } from '../plan/live.js';
import { planText } from '../plan/plan-text.js';
import { planOf } from '../plan/plan.js';
import { readSnapshot } from '../plan/snapshot.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { CliCommand } from './command.js';
import { namedManifests } from './named-manifests.js';
import {
  autoscalerOption,
  collect,
  helpAfter,
  outputOption,
  schedulerConfigOption,
} from './options.js';
import { mustBeTaken } from '../scenario/taken.js';

interface PlanFlags {
  readonly filename: readonly string[];
  readonly cluster?: string;
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly autoscaler?: string;
  readonly schedulerConfig?: string;
  readonly output: string;
}

/** The command. */
export const planCommand: CliCommand = {
  define(program, act) {
    program
      .command('plan')
      .description('tell what of some manifests would fit on a cluster, without touching it')
      .requiredOption(
        '-f, --filename <path>',
        'files, folders or kustomizations, repeatable; - is standard input',
        collect,
        [],
      )
      .option('--config <file>', 'a kind configuration: a fresh cluster of its nodes')
      .option('--cluster <file>', 'a snapshot: kubectl get nodes,pods -A -o yaml')
      .option('--kubeconfig <file>', 'a cluster to read instead of a snapshot')
      .option('--context <name>', 'the context of the kubeconfig')
      .addOption(autoscalerOption())
      .addOption(schedulerConfigOption())
      .addOption(outputOption(['text', 'json']))
      .addHelpText('after', helpAfter(examples, exitHelp))
      .action((flags: PlanFlags) => act(() => plan(flags)));
  },
};

const examples = [
  'seatrial plan -f overlays/prod --config kind-config.yaml',
  'kubectl get nodes,pods -A -o yaml > snapshot.yaml',
  'seatrial plan -f training.yaml --cluster snapshot.yaml',
];

const exitHelp =
  'Exit codes: 0 all fits, 1 not all fits, 2 bad input, 3 no answer from the cluster.';

async function plan(flags: PlanFlags): Promise<number> {
  if (flags.filename.length === 0) {
    throw new UserError('nothing to plan', {
      exitCode: exitCodes.usage,
      code: 'no-manifests',
      next: 'name manifests: -f FILE',
    });
  }
  const { manifests } = namedManifests(flags.filename);
  const schedulerConfig = schedulerConfigOf(flags.schedulerConfig ?? {});
  const autoscaler = flags.autoscaler === undefined ? undefined : readAutoscaler(flags.autoscaler);
  const given = manifests.map(({ object }) => object);
  const objects = await source(flags, given);
  const planned = await planOf(
    objects,
    {
      manifests: given,
      schedulerConfig,
      ...(autoscaler !== undefined && { autoscaler }),
    },
    (applied, index) => {
      const manifest = manifests[index];
      if (manifest !== undefined) mustBeTaken(applied, manifest, 'mend the manifest');
    },
  );
  for (const warning of planned.warnings) writeError(`warning: ${warning}\n`);
  writeOut(flags.output === 'json' ? `${JSON.stringify(planned)}\n` : planText(planned));
  return planned.fits ? exitCodes.pass : exitCodes.broken;
}

async function source(
  { cluster, config, kubeconfig, context }: PlanFlags,
  manifests: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  if (config !== undefined) {
    const chosen = await chosenCluster({
      config,
      manifests,
      ...(cluster !== undefined && { cluster }),
    });
    return chosen.objects;
  }
  if (cluster !== undefined) return readSnapshot(cluster).objects;
  const path = kubeconfigPath(kubeconfig);
  if (kubeconfig === undefined && !existsSync(path)) throw nothingNamed(path);
  const live = await readLive(path, { context });
  for (const resource of live.unread) writeError(`warning: not looked at: ${resource}\n`);
  return live.objects;
}

function nothingNamed(path: string): UserError {
  return new UserError(`no cluster was named, and there is no ${path}`, {
    exitCode: exitCodes.usage,
    code: 'no-cluster',
    next: 'name one: --config KIND-CONFIG for a fresh one, --cluster SNAPSHOT (kubectl get nodes,pods -A -o yaml), or --kubeconfig FILE',
  });
}
