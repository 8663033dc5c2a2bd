/** Reads the user's kubeconfig, as kubectl would. */
import type { KubeConfig } from '@kubernetes/client-node';
import { exitCodes, meantOrKnown, UserError } from '../input/errors.js';
import { kubeconfigPath } from './kubeconfig-file.js';

/**
 * The kubeconfig with the context as its current one; default: its own.
 *
 * @throws UserError when it cannot be read, or has no such context or not its cluster.
 */
export async function readConfig(file: string | undefined, context?: string): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const path = kubeconfigPath(file);
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (error) {
    // A parser shows the lines around as well.
    const [reason = ''] = (error as Error).message.split('\n');
    const next =
      'give another with --kubeconfig FILE, or start a cluster with: seatrial up; some commands read a snapshot instead: --cluster FILE';
    throw refusal(`cannot read the kubeconfig ${path}: ${reason}`, 'bad-kubeconfig', next);
  }
  const names = config.getContexts().map(({ name }) => name);
  const wanted = context ?? config.getCurrentContext();
  if (!names.includes(wanted)) {
    const what = wanted ? `there is no context ${wanted}` : 'no context is current';
    const next = (wanted ? meantOrKnown(wanted, names) : naming(names)) ?? none;
    throw refusal(`${what} in ${path}`, 'no-such-context', next);
  }
  config.setCurrentContext(wanted);
  if (config.getCurrentCluster() === null) {
    const cluster = config.getContextObject(wanted)?.cluster ?? '';
    const what = `${path}: the cluster "${cluster}" of context ${wanted} is not in it`;
    throw refusal(what, 'no-such-cluster', 'add it, or name another context with --context');
  }
  return config;
}

const none =
  'it has no contexts: give another with --kubeconfig FILE, or start a cluster: seatrial up';

function naming(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `name one: --context ${names.join(', or ')}`;
}

function refusal(message: string, code: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code, next });
}
