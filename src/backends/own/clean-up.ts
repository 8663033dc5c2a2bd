/** Takes away what a run made on a cluster, and tells what it could not. */
import type { ApiAnswer } from '../../../sim/api/request.js';
import { elapsedMs, sleep } from '../../host.js';
import type { RealCluster } from '../kubeconfig.js';
import type { Made } from './own-cluster.js';

/** A thing that is still there, and why. */
export interface LeftBehind {
  readonly title: string;
  readonly why: string;
}

/** Namespaces take a while: their contents go first. */
const goneMaxMs = 60_000;

/** Deletes, the latest first, then waits until all is gone. */
export async function cleanUp(
  cluster: Pick<RealCluster, 'request'>,
  made: readonly Made[],
  waitMaxMs: number = goneMaxMs,
): Promise<readonly LeftBehind[]> {
  const left: LeftBehind[] = [];
  const waiting: Made[] = [];
  for (const each of [...made].reverse()) {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
    const answer = await asked(cluster, 'DELETE', each.path, body);
    if (typeof answer === 'string') left.push({ title: each.title, why: answer });
    else if (answer.status < 300) waiting.push(each);
    else if (answer.status !== 404 && answer.status !== 409) {
      left.push({ title: each.title, why: messageOf(answer) });
    } else if (answer.status === 409) waiting.push(each);
  }
  const startMs = elapsedMs();
  for (const each of waiting) {
    for (;;) {
      const answer = await asked(cluster, 'GET', each.path);
      if (typeof answer !== 'string' && answer.status === 404) break;
      if (elapsedMs() - startMs > waitMaxMs) {
        const why = typeof answer === 'string' ? answer : `still there after ${waitMaxMs / 1000} s`;
        left.push({ title: each.title, why });
        break;
      }
      await sleep(200);
    }
  }
  return left;
}

async function asked(
  cluster: Pick<RealCluster, 'request'>,
  method: 'GET' | 'DELETE',
  path: string,
  body?: object,
): Promise<ApiAnswer | string> {
  try {
    return await cluster.request({ method, path, ...(body !== undefined && { body }) });
  } catch (error) {
    return (error as Error).message;
  }
}

function messageOf({ status, body }: ApiAnswer): string {
  return (body as { readonly message?: string } | undefined)?.message ?? `answered ${status}`;
}
