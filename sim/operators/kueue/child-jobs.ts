/** Jobs that a managed job has made: they run no longer than it may. @upstream kueue v0.19.2 jobframework shouldSuspendChildJob */
import { controllerOf } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, update } from '../../client/requests.js';
import type { JobHand } from './job-hand.js';
import type { JobIntegration } from './job-integration.js';
import { workloads, type Workload } from './types.js';
import { isAdmitted, isEvicted, isFinished } from './workload-status.js';

/** Suspends the child of a job whose workload is over, or may not run. */
export function* suspendChild(
  child: HasMetadata,
  ancestor: HasMetadata,
  means: {
    readonly integration: JobIntegration;
    readonly view: View;
    readonly hand: JobHand;
  },
): Reconciliation {
  const { integration, view, hand } = means;
  if (integration.end(child) !== undefined || integration.isSuspended(child)) return undefined;
  const isElastic = [child, ancestor].some(job => integration.isElastic?.(job) === true);
  const workload = unfinishedOf(ancestor, view);
  const mayRun = isElastic
    ? workload !== undefined && !isEvicted(workload)
    : workload !== undefined && isAdmitted(workload);
  if (mayRun) return undefined;
  const answer = yield* call(update(integration.kind, integration.withSuspend(child, true)));
  if (!answer.isOk) return { retry: answer.message };
  hand.tell('Suspended', 'Kueue managed child job suspended');
  return undefined;
}

/** The newest of a job's workloads that is not over. */
function unfinishedOf({ metadata }: HasMetadata, view: View): Workload | undefined {
  let newest: Workload | undefined;
  for (const workload of view.list(workloads, metadata.namespace ?? '')) {
    if (controllerOf(workload)?.uid !== metadata.uid || isFinished(workload)) continue;
    if (newest === undefined || createdAt(workload) > createdAt(newest)) newest = workload;
  }
  return newest;
}

function createdAt({ metadata }: Workload): string {
  return metadata.creationTimestamp ?? '';
}
