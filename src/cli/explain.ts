/** `seatrial explain`: why a pod can or cannot run, node by node, and what would change that; and the answers to other questions. */
import { schedulerConfigOf } from '../backends/sim-options.js';
import { kubeconfigPath } from '../backends/kubeconfig-file.js';
import { readAutoscaler } from '../gpu/autoscaler-config.js';
import { writeError, writeOut } from '../host.js';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import { readLive } from '../plan/live.js';
import { readSnapshot } from '../plan/snapshot.js';
import { growthFor } from '../plan/growth.js';
import { verdictText } from '../plan/verdict-text.js';
import { verdictOf } from '../plan/verdict.js';
import { ruleText } from '../check/rule-text.js';
import { rules } from '../check/rules/index.js';
import { laws } from '../laws/index.js';
import type { Law } from '../laws/law.js';
import { lawLines } from '../report/law-text.js';
import { World } from '../plan/world.js';
import type { Pod } from '../../sim/api/kinds/core.js';
import type { CliCommand } from './command.js';
import { explainAccessOf, explainTrafficBetween, type QuestionFlags } from './explain-questions.js';
import {
  autoscalerOption,
  collect,
  helpAfter,
  outputOption,
  schedulerConfigOption,
} from './options.js';

interface ExplainFlags extends QuestionFlags {
  readonly autoscaler?: string;
  readonly schedulerConfig?: string;
}

/** The command. */
export const explainCommand: CliCommand = {
  define(program, act) {
    program
      .command('explain')
      .description(
        'tell why a pod can or cannot run, who may connect to whom, who may do what, what a finding of check means, or what a law says',
      )
      .argument(
        '<what>',
        'pod/NAME, traffic, access, a finding of check: SEA203, or a law: gpu-held-once',
      )
      .argument('[words...]', 'for traffic: FROM TO:PORT; for access: WHO VERB RESOURCE[/NAME]')
      .option('-n, --namespace <name>', 'of what is named without one')
      .option(
        '-f, --filename <path>',
        'for traffic and access: manifests instead of a cluster, repeatable',
        collect,
        [],
      )
      .option(
        '--url <host/path>',
        "for traffic: what is asked for, where a mesh's gateway is on the way",
      )
      .option('--subresource <name>', 'for access: log, scale, status, ...')
      .option('-A, --all-namespaces', 'for access: in all namespaces')
      .option('--kubeconfig <file>', 'the kubeconfig of a cluster; it is only read')
      .option('--context <name>', 'the context of the kubeconfig')
      .option(
        '--cluster <file>',
        'a snapshot instead: kubectl get nodes,pods -A -o yaml; for traffic services, namespaces and policies too, for access roles and bindings',
      )
      .option('--at <time>', 'a past instant: a time (simulated clusters) or a resourceVersion')
      .addOption(autoscalerOption())
      .addOption(schedulerConfigOption())
      .addOption(outputOption(['text', 'json']))
      .addHelpText('after', helpAfter(examples, exitHelp))
      .action((what: string, words: readonly string[], flags: ExplainFlags) =>
        act(() => explain(what, words, flags)),
      );
  },
};

const examples = [
  'seatrial explain pod/trainer -n ml',
  'seatrial explain traffic web/deployment/shop serving/service/scorer:8080 -f manifests/',
  'seatrial explain access deployment/drift-monitor create mxjobs.kubeflow.org -n monitoring',
];

const exitHelp =
  'Exit codes: 0 told, or allowed; 1 not allowed; 2 bad input; 3 no answer from the cluster.';

/** Only questions have more than one word. */
function explain(what: string, words: readonly string[], flags: ExplainFlags): Promise<number> {
  if (what === 'traffic') return explainTrafficBetween(words, flags);
  if (what === 'access') return explainAccessOf(words, flags);
  const [excess] = words;
  if (excess === undefined) return explainOne(what, flags);
  throw new UserError(`"${excess}" is one word too many after ${what}`, {
    exitCode: exitCodes.usage,
    code: 'too-many-words',
    next: `only traffic and access take more: did you mean explain ${didYouMean(what, ['traffic', 'access']) ?? 'traffic'} ${words.join(' ')}?`,
  });
}

async function explainOne(reference: string, flags: ExplainFlags): Promise<number> {
  if (/^sea\d+$/i.test(reference)) return explainRule(reference.toUpperCase(), flags);
  const law = laws.find(({ name }) => name === reference);
  if (law !== undefined) return explainLaw(law, flags);
  mustBeNoSlip(reference);
  const name = nameOf(reference);
  const autoscaler = flags.autoscaler === undefined ? undefined : readAutoscaler(flags.autoscaler);
  const { world, namespace } = await source(flags);
  const pod = find(world, flags.namespace ?? namespace, name);
  const found = verdictOf(world, pod, schedulerConfigOf(flags.schedulerConfig ?? {}));
  const asksGroups = autoscaler !== undefined && found.runsOn === undefined;
  const isWaiting = found.node === undefined && found.gates.length === 0;
  const verdict =
    asksGroups && isWaiting ? { ...found, growth: growthFor(world, [pod], autoscaler) } : found;
  writeOut(flags.output === 'json' ? `${JSON.stringify(verdict)}\n` : verdictText(verdict));
  return exitCodes.pass;
}

/** A word that is nearly a law's is not a pod's name that nobody finds. */
function mustBeNoSlip(reference: string): void {
  const names = [...laws.map(({ name }) => name), 'traffic', 'access'];
  const near = reference.includes('/') ? undefined : didYouMean(reference, names);
  if (near === undefined) return;
  throw new UserError(`there is no law "${reference}"`, {
    exitCode: exitCodes.usage,
    code: 'no-such-law',
    next: `did you mean ${near}? a pod of that name is pod/${reference}`,
  });
}

function explainLaw({ begin: _begin, ...law }: Law, { output }: ExplainFlags): number {
  writeOut(output === 'json' ? `${JSON.stringify(law)}\n` : `${lawLines(law).join('\n')}\n`);
  return exitCodes.pass;
}

function explainRule(id: string, { output }: ExplainFlags): number {
  const rule = rules.find(one => one.id === id);
  if (rule === undefined) {
    const near = didYouMean(
      id,
      rules.map(one => one.id),
    );
    throw new UserError(`there is no rule ${id}`, {
      exitCode: exitCodes.usage,
      code: 'no-such-rule',
      next:
        near === undefined ? 'ids stand in the report of seatrial check' : `did you mean ${near}?`,
    });
  }
  const { find: _find, ...told } = rule;
  writeOut(output === 'json' ? `${JSON.stringify(told)}\n` : ruleText(rule));
  return exitCodes.pass;
}

function nameOf(reference: string): string {
  const parts = /^(?:(?:po|pods?)\/)?([^/]+)$/.exec(reference);
  if (parts?.[1] !== undefined) return parts[1];
  throw new UserError(`"${reference}" is not a pod`, {
    exitCode: exitCodes.usage,
    code: 'not-a-pod',
    next: 'write it as pod/NAME, and its namespace with -n',
  });
}

async function source(
  flags: ExplainFlags,
): Promise<{ readonly world: World; readonly namespace: string }> {
  if (flags.cluster !== undefined) {
    if (flags.at !== undefined) {
      throw new UserError('a snapshot is of one instant', {
        exitCode: exitCodes.usage,
        code: 'at-of-a-snapshot',
        next: 'leave out --at, or read a cluster: --kubeconfig',
      });
    }
    return { world: World.of(readSnapshot(flags.cluster).objects), namespace: 'default' };
  }
  const live = await readLive(kubeconfigPath(flags.kubeconfig), {
    context: flags.context,
    at: flags.at,
  });
  for (const resource of live.unread) writeError(`warning: not looked at: ${resource}\n`);
  return { world: World.of(live.objects), namespace: live.namespace };
}

function find(world: World, namespace: string, name: string): Pod {
  const named = world.pods.filter(({ metadata }) => metadata.name === name);
  const pod = named.find(({ metadata }) => (metadata.namespace ?? 'default') === namespace);
  if (pod !== undefined) return pod;
  const [elsewhere] = named;
  const names = world.pods
    .filter(({ metadata }) => (metadata.namespace ?? 'default') === namespace)
    .map(({ metadata }) => metadata.name ?? '');
  const near = didYouMean(name, names);
  const next =
    elsewhere !== undefined
      ? `there is one in another namespace: -n ${elsewhere.metadata.namespace ?? 'default'}`
      : near === undefined
        ? undefined
        : `did you mean pod/${near}?`;
  throw new UserError(`no pod "${name}" in namespace ${namespace}`, {
    exitCode: exitCodes.usage,
    code: 'no-such-pod',
    ...(next !== undefined && { next }),
  });
}
