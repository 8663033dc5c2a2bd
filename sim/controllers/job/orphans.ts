/** Takes the finalizer off pods whose Job is gone or finished. @upstream pkg/controller/job/job_controller.go syncOrphanPod */
import { planted } from '../../engine/planted.js';
import { jobs, type Job } from '../../api/kinds/batch.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import { apiVersionOf } from '../../api/object.js';
import { controllerOf } from '../../api/meta.js';
import { parseSelector, selectorOf } from '../../api/selectors.js';
import type { Outcome, Reconciliation, View } from '../../client/contract.js';
import { resolve } from '../control/owner.js';
import { removeFinalizer } from '../control/pod-control.js';
import { isFinished, isManagedElsewhere, isTracked, trackingFinalizer } from './spec.js';

const podPrefix = 'orphan pod:';
const selectorPrefix = 'orphans by selector:';

/** The key under which an orphan is looked at. */
export function orphanKey({ metadata }: Pod): string {
  return `${podPrefix}${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

/** The key under which all pods of a Job's selector are looked at. */
export function orphansKey({ metadata, spec }: Job): string {
  return `${selectorPrefix}${metadata.namespace ?? ''}/${selectorOf(spec?.selector).toString()}`;
}

/** Whether the key is one of orphans. */
export function isOrphansKey(key: string): boolean {
  return key.startsWith(podPrefix) || key.startsWith(selectorPrefix);
}

/** Takes the finalizer off the pods of the key that no Job counts any more. */
export function* releaseOrphans(key: string, view: View): Reconciliation<Outcome> {
  for (const pod of podsOf(key, view)) {
    if (planted('kubernetes-108645') || !isTracked(pod) || !isOrphan(pod, view)) continue;
    const answer = yield* removeFinalizer(pod, trackingFinalizer);
    if (!answer.isOk && answer.status !== 404) return { retry: answer.message };
  }
  return undefined;
}

function podsOf(key: string, view: View): readonly Pod[] {
  const place = key.slice(key.startsWith(podPrefix) ? podPrefix.length : selectorPrefix.length);
  const slash = place.indexOf('/');
  const [namespace, rest] = [place.slice(0, slash), place.slice(slash + 1)];
  if (key.startsWith(podPrefix)) {
    const pod = view.get(pods, namespace, rest);
    return pod === undefined ? [] : [pod];
  }
  const selector = parseSelector(rest);
  if (!selector.isOk) return [];
  return view.list(pods, namespace).filter(pod => selector.value.matches(pod.metadata.labels));
}

/** Nobody's, a gone Job's, or a finished Job's that no other controller looks after. */
function isOrphan(pod: Pod, view: View): boolean {
  const controller = controllerOf(pod);
  if (controller === undefined) return true;
  const isOfJob = controller.kind === jobs.kind && controller.apiVersion === apiVersionOf(jobs);
  if (!isOfJob) return false;
  const job = resolve(view, jobs, pod.metadata.namespace ?? '', controller);
  return job === undefined || (isFinished(job) && !isManagedElsewhere(job));
}
