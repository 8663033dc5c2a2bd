/** Makes a served cluster known: to kubectl by a kubeconfig, and to the other commands by a note. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Access,
  kubeconfigPath,
  kubeconfigText,
  mergeKubeconfig,
  unmergeKubeconfig,
} from '../backends/kubeconfig-file.js';
import { register, unregister } from '../backends/registry.js';
import { onInterrupt, onNpxGone, processId, writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { downCommandFor } from './running.js';

interface PublishFlags {
  readonly name: string;
  readonly kubeconfig?: string;
  readonly separate?: string;
}

/** Makes a cluster known to kubectl and to the other commands while it is served. */
export async function published(
  flags: PublishFlags,
  access: Access,
  {
    says,
    serve,
  }: {
    readonly says: readonly string[];
    readonly serve: (stopped: Promise<void>) => Promise<void>;
  },
): Promise<void> {
  const config = publish(flags, access);
  const stopped = new Promise<void>(resolve => {
    const stop = (): void => {
      forget();
      forgetNpx();
      resolve();
    };
    const forget = onInterrupt(stop);
    const forgetNpx = onNpxGone(stop);
  });
  try {
    register({
      name: flags.name,
      pid: processId(),
      server: access.server,
      kubeconfig: config.file,
    });
    for (const line of says) writeError(`${line}\n`);
    writeError(`try:  kubectl --context ${access.contextName} get nodes\n`);
    writeError(`stop: Ctrl-C, or ${downCommandFor(flags.name)}\n`);
    writeOut(`${config.file}\n`);
    await serve(stopped);
  } finally {
    unregister(flags.name);
    config.remove();
  }
}

/** Makes the cluster known to kubectl; `remove` takes it all back. */
function publish(
  flags: PublishFlags,
  access: Access,
): { readonly file: string; readonly remove: () => void } {
  if (flags.separate !== undefined) {
    const file = resolve(flags.separate);
    try {
      writeFileSync(file, kubeconfigText(access), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      throw new UserError(`cannot write ${flags.separate}: ${(error as Error).message}`, {
        exitCode: exitCodes.usage,
        code: 'cannot-write',
        next: 'give --separate a path that does not exist',
      });
    }
    return { file, remove: () => unmergeKubeconfig(file, access.contextName) };
  }
  const file = resolve(kubeconfigPath(flags.kubeconfig));
  const before = mergeKubeconfig(file, access);
  return { file, remove: () => unmergeKubeconfig(file, access.contextName, before) };
}
