/** Reads the user's kubeconfig, as kubectl would. */
import type { KubeConfig } from '@kubernetes/client-node';
import { exitCodes, meantOrKnown, UserError } from '../input/errors.js';
import { kubeconfigPath } from './kubeconfig-file.js';

/**
 * The kubeconfig with the context as its current one; default: its own.
 *
 * @throws UserError when it cannot be read, or has no such context.
 */
export async function readConfig(file: string | undefined, context?: string): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const path = kubeconfigPath(file);
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`, {
      exitCode: exitCodes.usage,
      code: 'bad-kubeconfig',
      next: 'give another with --kubeconfig FILE, or look at it with: kubectl config view',
    });
  }
  const names = config.getContexts().map(({ name }) => name);
  const wanted = context ?? config.getCurrentContext();
  if (!names.includes(wanted)) {
    const next = meantOrKnown(wanted, names);
    throw new UserError(`there is no context ${wanted} in ${path}`, {
      exitCode: exitCodes.usage,
      code: 'no-such-context',
      ...(next !== undefined && { next }),
    });
  }
  config.setCurrentContext(wanted);
  return config;
}
