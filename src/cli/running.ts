/** Finds the running cluster that a command is about, and tells it what only it can do. */
import { readFileSync } from 'node:fs';
import { runningClusters, type RunningCluster } from '../backends/registry.js';
import { exitCodes, UserError } from '../input/errors.js';

/** What stops the cluster of this name. */
export function downCommandFor(name: string): string {
  return name === 'seatrial' ? 'seatrial down' : `seatrial down --name ${name}`;
}

/** The cluster of this name. */
export function runningCluster(name: string): RunningCluster {
  const running = runningClusters();
  const found = running.find(cluster => cluster.name === name);
  if (found !== undefined) return found;
  const names = running.map(cluster => cluster.name);
  throw new UserError(`no cluster "${name}" runs on this machine`, {
    exitCode: exitCodes.usage,
    code: 'no-such-cluster',
    next: names.length === 0 ? 'start one with: seatrial up' : `running: ${names.join(', ')}`,
  });
}

/** Sends a command to the cluster's own socket, as its admin; gives the answer as it came. */
export async function tellCluster(name: string, path: string, body: unknown): Promise<string> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const { default: https } = await import('node:https');
  const running = runningCluster(name);
  const config = new KubeConfig();
  config.loadFromString(readFileSync(running.kubeconfig, 'utf8'));
  const options: Parameters<typeof https.request>[1] = { method: 'POST' };
  config.setCurrentContext(contextOf(config.getContexts(), running.server, config));
  await config.applyToHTTPSOptions(options);
  return new Promise<string>((resolve, reject) => {
    const request = https.request(`${running.server}${path}`, options, response => {
      let told = '';
      response.on('data', chunk => {
        told += String(chunk);
      });
      response.on('end', () => resolve(told));
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

/** The context of the cluster that is served there. */
export function contextOf(
  contexts: readonly { readonly name: string; readonly cluster: string }[],
  server: string,
  config: { getCluster(name: string): { readonly server: string } | null },
): string {
  const found = contexts.find(({ cluster }) => config.getCluster(cluster)?.server === server);
  return found?.name ?? '';
}
