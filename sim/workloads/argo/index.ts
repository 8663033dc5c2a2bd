/** What Argo Workflows' executor does in the pods of steps. */
import type { Container, Pod } from '../../api/kinds/core.js';
import { runForever } from '../plain.js';
import { isShellCommand } from '../shell/knows.js';
import type { Workload } from '../workload.js';
import { executorAgent, executorAgentInit } from './agent.js';
import { executorData } from './data.js';
import { emissary } from './emissary.js';
import { executorInit } from './init.js';
import { executorResource } from './resource.js';
import { toldTemplate } from './template.js';
import { executorWait } from './wait.js';

/** A container, as it is to be played. */
interface Played {
  readonly pod: Pod;
  readonly container: Container;
  readonly command: readonly string[];
}

const script = '/argo/staging/script';

/** The executor of a container that runs it, with the program below it as `choose` has it; undefined for others. */
export function argoProgram(
  played: Played,
  choose: (played: Played) => Workload,
): Workload | undefined {
  const [name = '', action = ''] = played.command;
  if (name !== 'argoexec' && name !== '/var/run/argo/argoexec') return undefined;
  switch (action) {
    case 'agent':
      return played.command[2] === 'init' ? executorAgentInit : executorAgent;
    case 'init':
      return executorInit;
    case 'wait':
      return executorWait;
    case 'emissary':
      return underEmissary(played, choose);
    default:
      return undefined;
  }
}

function underEmissary(played: Played, choose: (played: Played) => Workload): Workload {
  const words = played.command.slice(played.command.indexOf('--') + 1);
  const [name = '', action = ''] = words;
  if (name === 'argoexec' && action === 'resource') return emissary(executorResource, words, true);
  if (name === 'argoexec' && action === 'data') return emissary(executorData, words, true);
  const command = withScript(played.pod, words);
  const chosen = choose({ ...played, command });
  // A daemon is asked for because it stays.
  const isDaemon = toldTemplate(played.pod).daemon === true && chosen.name === 'complete-after';
  const inner = isDaemon ? runForever : chosen;
  return emissary(inner, command, inner.name === 'command');
}

/** A shell that is handed the step's script runs it; bash is taken for a plain one where it is one. */
function withScript(pod: Pod, words: readonly string[]): readonly string[] {
  const [name = '', ...args] = words;
  const base = name.split('/').at(-1) ?? '';
  if (!['sh', 'ash', 'bash'].includes(base) || args.at(-1) !== script) return words;
  const source = toldTemplate(pod).script?.source ?? '';
  const command = ['sh', ...args.slice(0, -1), '-c', source];
  return isShellCommand(command) ? command : words;
}
