/** Writes what has changed of a Workflow, and tells of the nodes that did. @upstream workflow/controller/operator.go persistUpdates */
import { applyMergePatch } from '../../api/patch/merge-patch.js';
import { timeMs } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, pathOf, update } from '../../client/requests.js';
import { keys } from './keys.js';
import type { Operation } from './operation.js';
import { isCompleted, isOver } from './phases.js';
import { updateProgress } from './progress.js';
import { sumDurations } from './resource-durations.js';
import { dropTasks } from './task-set.js';
import { taskResults, workflows, type NodeStatus, type Workflow } from './types.js';

/** How often a write is tried again when somebody else wrote, too. */
const triesMax = 5;

/** The Workflow as it was written; undefined: nothing had to be, or it could not be. */
export function* persist(operation: Operation): Reconciliation<Workflow | undefined> {
  if (!operation.isUpdated) return undefined;
  sumDurations(operation);
  updateProgress(operation);
  const { workflow, status } = operation;
  if (isOver(status.phase)) {
    const key = `${operation.namespace}/${operation.name}`;
    operation.locks.release(key, { isWhole: true });
  }
  const locks = operation.locks.statusOf(`${operation.namespace}/${operation.name}`);
  if (locks === undefined) delete status.synchronization;
  else status.synchronization = locks;
  const written = yield* write(operation, workflow);
  if (written === undefined) return undefined;
  tellNodes(operation);
  yield* dropTasks(operation);
  if (isOver(status.phase)) yield* dropReports(operation);
  return written;
}

/** The whole of it, as the controller has it now. */
function changed(operation: Operation): Workflow {
  const { workflow, status, labels, annotations, nodes, ownSpec } = operation;
  const sorted = [...nodes.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return {
    ...workflow,
    spec: ownSpec,
    metadata: {
      ...workflow.metadata,
      labels,
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    status: {
      ...status,
      startedAt: status.startedAt ?? null,
      finishedAt: status.finishedAt ?? null,
      ...(sorted.length > 0 && { nodes: Object.fromEntries(sorted.map(node => [node.id, node])) }),
    },
  };
}

function* write(operation: Operation, workflow: Workflow): Reconciliation<Workflow | undefined> {
  const answer = yield* call(update(workflows, changed(operation)));
  if (answer.isOk) return answer.object;
  if (answer.reason !== 'Conflict') return undefined;
  return yield* reapply(operation, workflow);
}

/** Writes over what somebody else has written, unless that is over already. @upstream reapplyUpdate */
function* reapply(operation: Operation, workflow: Workflow): Reconciliation<Workflow | undefined> {
  const ours = changed(operation);
  const { labels, annotations } = ours.metadata;
  const patch = { metadata: { labels, annotations }, status: ours.status };
  for (let tries = 0; tries < triesMax; tries++) {
    const current = yield* call(get(workflows, operation.namespace, operation.name));
    if (!current.isOk || current.object.metadata.uid !== workflow.metadata.uid) return undefined;
    if (isOver(current.object.status?.phase)) return undefined;
    const merged = applyMergePatch(current.object as never, patch as never);
    const answer = yield* call(update(workflows, merged as unknown as Workflow));
    if (answer.isOk) return answer.object;
    if (answer.reason !== 'Conflict') return undefined;
  }
  return undefined;
}

/** @upstream recordNodePhaseChangeEvents */
function tellNodes(operation: Operation): void {
  if (operation.config.nodeEvents?.enabled === false) return;
  for (const node of operation.nodes.values()) {
    const old = operation.before.get(node.id);
    if (old?.phase === node.phase) continue;
    const isBrief = old === undefined || old.phase === 'Pending';
    if (old === undefined && node.phase !== 'Running' && !isCompleted(node)) continue;
    if (isBrief && isCompleted(node)) tellNode(operation, { ...node, phase: 'Running' });
    tellNode(operation, node);
  }
}

function tellNode({ context, workflow }: Operation, node: NodeStatus): void {
  const { phase = 'Pending', name, message = '' } = node;
  const text = `${phase} node ${name}`;
  context.events.record({
    regarding: { ...workflow, kind: 'Workflow' },
    type: phase === 'Succeeded' || phase === 'Running' ? 'Normal' : 'Warning',
    reason: `WorkflowNode${phase}`,
    message: message === '' ? text : `${text}: ${message}`,
    annotations: {
      [keys.nodeType]: node.type,
      [keys.nodeName]: name,
      [keys.nodeId]: node.id,
      [keys.nodeStartTime]: `${timeMs(node.startedAt) ?? 0}000000`,
    },
  });
}

/** What executors told is in the status by now. */
function* dropReports({ namespace, name }: Operation): Reconciliation<void> {
  const query = new URLSearchParams({ labelSelector: `${keys.workflow}=${name}` }).toString();
  const path = `${pathOf(taskResults, namespace)}?${query}`;
  const body = { propagationPolicy: 'Background' };
  yield { method: 'DELETE', path, body: { apiVersion: 'v1', kind: 'DeleteOptions', ...body } };
}
