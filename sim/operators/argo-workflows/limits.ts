/** What keeps a template from being run now: how many pods there may be, and time. @upstream checkParallelism, checkTemplateTimeout */
import { parseDuration } from '../../api/duration.js';
import { timeMs } from '../../api/time.js';
import { attempt, WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import { isFailed } from './phases.js';
import { resolve, typeOf, type Base } from './templates.js';
import type { NodeStatus, Template } from './types.js';

const failedFast = 'template has failed or errored children and failFast enabled';

/** The template that a node lies in; undefined where it lies in none. @upstream GetTemplateByBoundaryID */
export function boundaryTemplate(operation: Operation, boundaryId: string): Template | undefined {
  const boundary = operation.nodes.get(boundaryId);
  if (boundary === undefined) return undefined;
  return templateOf(operation, boundary);
}

/** The template that a node was made of. */
export function templateOf(operation: Operation, node: NodeStatus): Template | undefined {
  const { templateName = '', templateRef } = node;
  if (templateName === '' && templateRef === undefined) return undefined;
  const { storedTemplates } = operation.status;
  const caller = { template: templateName, ...(templateRef !== undefined && { templateRef }) };
  const found = attempt(() =>
    resolve(caller, baseOfNode(operation, node), operation.find, storedTemplates),
  );
  return 'value' in found ? found.value.template : undefined;
}

/** Where a node's template was looked for. */
export function baseOfNode(operation: Operation, { templateScope = '' }: NodeStatus): Base {
  const slash = templateScope.indexOf('/');
  const scope = templateScope.slice(0, Math.max(slash, 0));
  const name = templateScope.slice(slash + 1);
  if (scope !== 'namespaced' && scope !== 'cluster') return operation.base;
  return operation.find({ name, isOfCluster: scope === 'cluster' }) ?? operation.base;
}

/** Pods that stand or run, or those of one template. @upstream node_counters.go */
export function activePods(operation: Operation, boundaryId = ''): number {
  return operation.count(
    node =>
      node.type === 'Pod' &&
      (boundaryId === '' || node.boundaryID === boundaryId) &&
      isActive(node) &&
      (node.synchronizationStatus?.waiting ?? '') === '' &&
      operation.podOf(node.id) !== undefined,
  );
}

const counted: ReadonlySet<string> = new Set(['Pod', 'Steps', 'DAG']);

function isActive({ phase }: NodeStatus): boolean {
  return phase === 'Pending' || phase === 'Running';
}

function childrenIn(
  operation: Operation,
  boundaryId: string,
  fits: (node: NodeStatus) => boolean,
): number {
  return operation.count(
    node => node.boundaryID === boundaryId && counted.has(node.type) && fits(node),
  );
}

/** Whether there is room for another. */
export function checkParallelism(
  operation: Operation,
  template: Template,
  node: NodeStatus | undefined,
  boundaryId: string,
): void {
  const { parallelism } = operation.spec;
  if (parallelism !== undefined && operation.activePods >= parallelism) throw tooMany();
  const type = typeOf(template);
  if (node !== undefined && (type === 'DAG' || type === 'Steps')) {
    failFast(operation, template, node);
    const most = template.parallelism ?? 0;
    if (most > 0 && activePods(operation, node.id) >= most) throw tooMany();
  }
  if (boundaryId === '' || (node !== undefined && isActive(node))) return;
  const boundary = operation.nodes.get(boundaryId);
  const outer = boundaryTemplate(operation, boundaryId);
  if (boundary === undefined || outer === undefined) return;
  failFast(operation, outer, boundary);
  const most = outer.parallelism ?? 0;
  if (most > 0 && childrenIn(operation, boundaryId, isActive) >= most) throw tooMany();
}

function tooMany(): WorkflowFault {
  return new WorkflowFault('Max parallelism reached', 'parallelism');
}

/** Where one failed, no other begins; when the last has ended, all have failed. */
function failFast(operation: Operation, template: Template, node: NodeStatus): void {
  if (template.failFast !== true || childrenIn(operation, node.id, isFailed) === 0) return;
  if (activePods(operation, node.id) === 0) {
    const group = lastGroup(operation, node);
    if (typeOf(template) === 'Steps' && group !== undefined) {
      operation.mark(group.name, 'Failed', failedFast);
    }
    operation.mark(node.name, 'Failed', failedFast);
  }
  throw tooMany();
}

/** The group of steps that was begun last. @upstream findLeafNodeWithType */
function lastGroup(operation: Operation, node: NodeStatus): NodeStatus | undefined {
  const seen = new Set<string>();
  let leaf: NodeStatus | undefined;
  const look = (at: NodeStatus): void => {
    if (seen.has(at.id)) return;
    seen.add(at.id);
    if (at.type === 'StepGroup') leaf = at;
    for (const child of operation.childrenOf(at)) look(child);
  };
  look(node);
  return leaf;
}

/** When a template's own time is over; a pending node that is late is a fault. */
export function templateDeadline(
  operation: Operation,
  { timeout = '' }: Template,
  node: NodeStatus | undefined,
): number | undefined {
  if (node === undefined || timeout === '') return undefined;
  const parsed = parseDuration(timeout);
  if (!parsed.isOk) throw new WorkflowFault(`invalid timeout format. ${parsed.error}`);
  const deadlineMs = (timeMs(node.startedAt) ?? operation.nowMs()) + parsed.value / 1e6;
  if (node.phase === 'Pending' && operation.nowMs() > deadlineMs) {
    throw new WorkflowFault('timeout', 'timeout');
  }
  return deadlineMs;
}
