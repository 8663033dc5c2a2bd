/** What is done about pods whose nodes are over: they are labelled, ended or deleted. @upstream workflow/controller/pod */
import { pods, type Pod } from '../../api/kinds/core.js';
import type { AnswerStream } from '../../api/request.js';
import { selectorFromObject } from '../../api/selectors.js';
import type { ControllerContext, Outcome, Reconciliation, Request } from '../../client/contract.js';
import { call, get, patch, pathOf, remove } from '../../client/requests.js';
import { durationMs } from './durations.js';
import { attempt } from './fault.js';
import { keys } from './keys.js';
import type { Operation } from './operation.js';
import { isEnded, isOver } from './phases.js';
import { agentName } from './task-set.js';
import type { WorkflowSpec } from './types.js';

/** What may be done about a pod. */
type Action = 'labelPodCompleted' | 'deletePod' | 'terminateContainers' | 'killContainers';

const gcDelayMs = 5000;
const graceMs = 30_000;

/** Queues what is to be done about the pods of a Workflow that was written. @upstream queuePodsForCleanup */
export function queueCleanup(operation: Operation): void {
  const { context, namespace, spec, status } = operation;
  for (const name of operation.toTerminate) {
    context.queue.add(`${namespace}/${name}/terminateContainers`);
  }
  if (isOver(status.phase) && operation.pods().some(isAgent)) {
    context.queue.add(`${namespace}/${agentName(operation)}/deletePod`);
  }
  for (const pod of operation.pods()) {
    const { labels = {}, name = '' } = pod.metadata;
    if (labels[keys.component] !== undefined) continue;
    const node = operation.nodes.get(operation.idOfPod(pod));
    if (node === undefined || !isEnded(node)) continue;
    const action = actionFor(pod, spec, status.phase);
    if (action === undefined) continue;
    const delayMs = action === 'deletePod' ? delayOf(spec) : 0;
    context.queue.addAfter(`${namespace}/${name}/${action}`, delayMs);
  }
}

function isAgent({ metadata }: Pod): boolean {
  return metadata.labels?.[keys.component] === 'agent';
}

function delayOf({ podGC }: WorkflowSpec): number {
  const { deleteDelayDuration = '' } = podGC ?? {};
  if (deleteDelayDuration === '') return gcDelayMs;
  const delay = attempt(() => durationMs(deleteDelayDuration));
  return 'value' in delay ? delay.value : gcDelayMs;
}

/** @upstream determinePodCleanupAction */
export function actionFor(
  { metadata, status }: Pod,
  { podGC }: Pick<WorkflowSpec, 'podGC'>,
  workflowPhase: string | undefined,
): Action | undefined {
  const { strategy = '', labelSelector } = podGC ?? {};
  if (strategy === '') return 'labelPodCompleted';
  const selector = labelSelector === undefined ? undefined : selectorFromObject(labelSelector);
  const isMeant = selector?.isOk !== true || selector.value.matches(metadata.labels ?? {});
  if (!isMeant) return 'labelPodCompleted';
  const isDone = isOver(workflowPhase);
  const podPhase = status?.phase;
  if (strategy === 'OnWorkflowCompletion' && isDone) return 'deletePod';
  if (strategy === 'OnWorkflowSuccess' && workflowPhase === 'Succeeded') return 'deletePod';
  if (strategy === 'OnPodCompletion') return 'deletePod';
  if (strategy === 'OnPodSuccess' && podPhase === 'Succeeded') return 'deletePod';
  if (strategy === 'OnPodSuccess' && podPhase === 'Failed') return 'labelPodCompleted';
  return isDone ? 'labelPodCompleted' : undefined;
}

/** Does what a key says: `namespace/pod/action`. @upstream runPodCleanup */
export function* cleanUp(
  { queue }: ControllerContext,
  namespace: string,
  name: string,
  action: string,
): Reconciliation<Outcome> {
  switch (action) {
    case 'labelPodCompleted': {
      const body = { metadata: { labels: { [keys.completed]: 'true' } } };
      const answer = yield* call(patch(pods, { namespace, name }, { type: 'merge' }, body));
      return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
    }
    case 'deletePod': {
      const answer = yield* call(
        remove(pods, namespace, name, { propagationPolicy: 'Background' }),
      );
      return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
    }
    default: {
      const signal = action === 'killContainers' ? 9 : 15;
      const count = yield* signalContainers(namespace, name, signal);
      if (count === 'pending') queue.add(`${namespace}/${name}/deletePod`);
      else if (signal === 15 && count > 0) {
        queue.addAfter(`${namespace}/${name}/killContainers`, graceMs);
      }
      return undefined;
    }
  }
}

/** Tells all containers that run; how many. */
function* signalContainers(
  namespace: string,
  name: string,
  signal: number,
): Reconciliation<number | 'pending'> {
  const answer = yield* call(get(pods, namespace, name));
  if (!answer.isOk) return 0;
  const { spec, status } = answer.object;
  if (status?.phase === 'Pending' && signal === 15) return 'pending';
  const grace = spec?.terminationGracePeriodSeconds ?? 30;
  let count = 0;
  for (const one of status?.containerStatuses ?? []) {
    if (one.state?.running === undefined) continue;
    count++;
    const query = new URLSearchParams({ container: one.name, stdout: 'true', stderr: 'true' });
    for (const word of ['/var/run/argo/argoexec', 'kill', String(signal), '1']) {
      query.append('command', word);
    }
    const exec: Request<AnswerStream> = {
      method: 'POST',
      path: `${pathOf(pods, namespace, name, 'exec')}?${query.toString()}`,
      headers: { upgrade: 'SPDY/3.1', connection: 'Upgrade' },
    };
    const begun = yield* call(exec);
    if (begun.isOk) yield { consult: done => void begun.object.start({ item: ignore, end: done }) };
  }
  return grace > 0 ? count : 0;
}

/** What the command prints says nothing new. */
function ignore(): void {}
