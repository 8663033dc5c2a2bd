/** Brings the nodes up to what their pods and executors tell. @upstream workflow/controller/operator.go podReconciliation, taskresult.go, exec_control.go */
import type { Pod } from '../../api/kinds/core.js';
import { deepEqual } from '../../api/equality.js';
import { timeMs } from '../../api/time.js';
import { mainNames } from './container-set.js';
import { addToGlobals } from './global-outputs.js';
import { keys } from './keys.js';
import { templateOf } from './limits.js';
import type { Operation } from './operation.js';
import { isCompleted, isEnded, isFulfilled } from './phases.js';
import { assess, isReportOver } from './pod-assessment.js';
import { taskResults, type NodeStatus, type TaskResult, type Template } from './types.js';

/** How long a pod that is not seen may only not have been seen yet. */
const recentMs = 10_000;
/** How long an executor that has ended may still be heard of. */
const reportMs = 600_000;

/** Takes over what executors have reported. @upstream taskResultReconciliation */
export function takeReports(operation: Operation): void {
  const { view, namespace, name } = operation;
  for (const result of view.byIndex(taskResults, 'workflow', `${namespace}/${name}`)) {
    takeReport(operation, result);
  }
}

function takeReport(operation: Operation, result: TaskResult): void {
  const id = result.metadata.name ?? '';
  const isComplete = result.metadata.labels?.[keys.reported];
  if (isComplete === 'true' || isComplete === 'false')
    setSynced(operation, id, isComplete === 'true');
  const old = operation.nodes.get(id);
  if (old === undefined) return;
  if (isComplete === 'false' && isCompleted(old)) {
    const agoMs = operation.nowMs() - (timeMs(old.finishedAt) ?? 0);
    if (agoMs <= reportMs) return operation.requeue();
    setSynced(operation, id, true);
  }
  const node = operation.nodes.get(id) ?? old;
  const { outputs, progress } = result;
  const next: NodeStatus = {
    ...node,
    ...(hasOutputs(result) && { outputs: { ...outputs, ...exitCodeOf(node) } }),
    ...(progress !== undefined && progress !== '' && { progress }),
  };
  if (deepEqual(node, next)) return;
  operation.set(next);
  operation.isUpdated = true;
}

function exitCodeOf({ outputs }: NodeStatus) {
  return outputs?.exitCode === undefined ? {} : { exitCode: outputs.exitCode };
}

/** @upstream Outputs.HasOutputs */
function hasOutputs({ outputs }: TaskResult): boolean {
  if (outputs === undefined) return false;
  const { result, exitCode, parameters = [], artifacts = [] } = outputs;
  const isTold = result !== undefined || exitCode !== undefined;
  return isTold || parameters.length > 0 || artifacts.length > 0;
}

/** Whether all that an executor will report of a node is there. */
function setSynced(operation: Operation, id: string, taskResultSynced: boolean): void {
  const node = operation.nodes.get(id);
  if (node === undefined || node.taskResultSynced === undefined) return;
  if (node.taskResultSynced === taskResultSynced) return;
  operation.set({ ...node, taskResultSynced });
  operation.isUpdated = true;
}

/** Looks at all pods; false: outputs are still being reported, and it must be looked at again. */
export function reconcilePods(operation: Operation): boolean {
  const seen = new Set<string>();
  let isRunning = false;
  let isWaiting = false;
  for (const pod of operation.pods()) {
    const id = operation.idOfPod(pod);
    seen.add(id);
    const old = operation.nodes.get(id);
    if (old === undefined) continue;
    const template = templateOf(operation, old);
    const found = assess(operation, pod, old, template);
    if (isReportOver(pod)) setSynced(operation, id, true);
    if (found?.phase === 'Succeeded' && operation.nodes.get(id)?.taskResultSynced === false) {
      isWaiting = true;
    } else if (found !== undefined) take(operation, found);
    if (operation.nodes.get(id)?.phase === 'Running') isRunning = true;
    if (pod.status?.phase === 'Running') endBeside(operation, pod, template);
    control(operation, pod, id);
  }
  if (isWaiting) return false;
  operation.setCondition('PodRunning', isRunning ? 'True' : 'False');
  missPods(operation, seen);
  return true;
}

function take(operation: Operation, found: NodeStatus): void {
  addToGlobals(operation, found.outputs);
  const { taskResultSynced } = operation.nodes.get(found.id) ?? found;
  operation.set({ ...found, ...(taskResultSynced !== undefined && { taskResultSynced }) });
  operation.isUpdated = true;
}

/** When the main container is over, what runs beside it is to end. @upstream podHasContainerNeedingTermination */
function endBeside(operation: Operation, pod: Pod, template: Template | undefined): void {
  if (template === undefined) return;
  const names = mainNames(template);
  const mains = pod.status?.containerStatuses?.filter(({ name }) => names.includes(name)) ?? [];
  const codes = mains.map(({ state }) => state?.terminated?.exitCode);
  const hasFailed = codes.some(code => code !== undefined && code !== 0);
  if (!hasFailed && codes.includes(undefined)) return;
  operation.toTerminate.add(pod.metadata.name ?? '');
}

/** Ends pods whose Workflow is to end. @upstream applyExecutionControl */
function control(operation: Operation, pod: Pod, id: string): void {
  const node = operation.nodes.get(id);
  const { phase } = pod.status ?? {};
  if (node === undefined || isFulfilled(node)) return;
  if (phase !== 'Pending' && phase !== 'Running') return;
  const isOnExit = pod.metadata.labels?.[keys.onExit] !== undefined;
  if (operation.isShutDown && !operation.mayExecute(isOnExit)) {
    operation.toTerminate.add(pod.metadata.name ?? '');
    const text = `workflow shutdown with strategy:  ${operation.spec.shutdown ?? ''}`;
    fail(operation, node, text);
  } else if (operation.isLate() && !isOnExit) {
    operation.toTerminate.add(pod.metadata.name ?? '');
    fail(operation, node, 'Step exceeded its deadline');
  }
}

/** With the nodes of its containers, which would wait for ever. @upstream handleExecutionControlError */
function fail(operation: Operation, node: NodeStatus, message: string): void {
  operation.mark(node.name, 'Failed', message);
  for (const child of operation.nodes.values()) {
    if (child.type !== 'Container' || child.boundaryID !== node.id || isFulfilled(child)) continue;
    operation.mark(child.name, 'Failed', message);
  }
}

/** Nodes whose pods have gone. */
function missPods(operation: Operation, seen: ReadonlySet<string>): void {
  for (const node of [...operation.nodes.values()]) {
    if (node.type !== 'Pod' || isEnded(node) || seen.has(node.id)) continue;
    const startedMs = timeMs(node.startedAt);
    if (startedMs === undefined || node.phase === 'Pending') continue;
    if (operation.nowMs() - startedMs <= recentMs) {
      operation.requeue();
      continue;
    }
    const { daemoned: _, ...rest } = node;
    operation.set(rest);
    operation.markError(node.name, 'pod deleted');
  }
}

/** Nodes without pods are to end, too. @upstream failNodesWithoutCreatedPodsAfterDeadlineOrShutdown */
export function endWithoutPods(operation: Operation): void {
  for (const node of [...operation.nodes.values()]) {
    if (isFulfilled(node)) continue;
    const isExit = isPartOfExit(operation, node);
    const isSuspended = node.type === 'Suspend' && node.phase === 'Running';
    if (operation.isShutDown && !operation.mayExecute(isExit) && isSuspended) {
      const text = `Stopped with strategy '${operation.spec.shutdown ?? ''}'`;
      operation.mark(node.name, 'Failed', text);
    } else if (operation.isLate() && !isExit && (node.phase === 'Pending' || isSuspended)) {
      operation.mark(node.name, 'Failed', 'Step exceeded its deadline');
    }
  }
}

/** Whether it belongs to what runs at an end. @upstream IsPartOfExitHandler */
function isPartOfExit(operation: Operation, node: NodeStatus): boolean {
  let at: NodeStatus | undefined = node;
  while (at !== undefined) {
    if (at.displayName?.endsWith('.onExit') === true) return true;
    at = operation.nodes.get(at.boundaryID ?? '');
  }
  return false;
}
