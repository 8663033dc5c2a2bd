/** Runs a graph of tasks, from its targets up to what they depend on. @upstream workflow/controller/dag.go */
import type { Reconciliation } from '../../client/contract.js';
import { addExecutable, execute, type Executed, type Execution } from './execute.js';
import { expanded, isMany } from './expand.js';
import { attempt } from './fault.js';
import { addToGlobals } from './global-outputs.js';
import { Graph } from './graph.js';
import { exitHookOf, exitNodeName, runExit, runHooks, type Hooked } from './hooks.js';
import type { Operation } from './operation.js';
import { connectTo, outboundNodes } from './outbound.js';
import { isCompleted, isEnded, isFailed, isFulfilled } from './phases.js';
import { withReferences } from './references.js';
import type { NodePhase, NodeStatus, Task } from './types.js';
import { shouldRun } from './when.js';

/** Looks at all tasks that may be looked at. */
export function* executeDag(operation: Operation, execution: Execution): Reconciliation<Executed> {
  const { name, template, base, call } = execution;
  const how = { type: 'DAG', phase: 'Running', isReported: false } as const;
  const node = operation.node(name) ?? addExecutable(operation, execution, how);
  const graph = new Graph(operation, name, node.id, template, base, call.isOnExit === true);
  const done = yield* conclude(graph, node);
  const now = operation.nodes.get(node.id);
  if (now !== undefined && isFulfilled(now)) operation.endDaemons(node.id);
  return done;
}

function* conclude(graph: Graph, node: NodeStatus): Reconciliation<Executed> {
  const { operation, name, template } = graph;
  const targets = graph.targets();
  for (const task of graph.tasks) {
    if (graph.node(task.name)?.daemoned === true) yield* executeTask(graph, task);
  }
  let areExitsDone = true;
  for (const target of targets) {
    const task = graph.task(target);
    if (task === undefined) continue;
    yield* executeTask(graph, task);
    if (!isExitDone(graph, task)) areExitsDone = false;
  }
  const isShutDown = operation.isShutDown && areExitsDone && !graph.isOnExit;
  const phase = isShutDown ? 'Failed' : graph.phase(targets);
  if (phase === 'Running') return { node: operation.node(name) };
  if (phase === 'Failed' || phase === 'Error') {
    setOutbound(graph, targets);
    return { node: operation.mark(name, phase) };
  }
  const outputs = attempt(() => {
    for (const task of graph.tasks) addToGlobals(operation, graph.node(task.name)?.outputs);
    return graph.scopeOfOutputs().outputsOf(template);
  });
  if ('fault' in outputs) return { node, fault: outputs.fault };
  if (outputs.value !== undefined) operation.change(name, { outputs: outputs.value });
  setOutbound(graph, targets);
  return { node: operation.mark(name, 'Succeeded') };
}

/** Whether what runs at the end of a task is over, where it has begun. */
function isExitDone(graph: Graph, task: Task): boolean {
  const node = graph.node(task.name);
  if (node === undefined || !isFulfilled(node) || !isCompleted(node)) return true;
  const exit = graph.operation.node(exitNodeName(node.name));
  return exit === undefined || isFulfilled(exit);
}

function setOutbound(graph: Graph, targets: readonly string[]): void {
  const outbound = targets.flatMap(target => {
    const node = graph.node(target);
    return node === undefined ? [] : outboundNodes(graph.operation, node.id);
  });
  graph.operation.change(graph.name, { outboundNodes: outbound });
}

/** Looks at a task, and before it at what it depends on. */
function* executeTask(graph: Graph, task: Task): Reconciliation<void> {
  if (graph.visited.has(task.name)) return;
  graph.visited.add(task.name);
  const node = graph.node(task.name);
  if (node !== undefined && (isFulfilled(node) || node.phase === 'Running')) {
    const { isDone } = yield* hooksOf(graph, task, node);
    if (!isDone) return;
  }
  if (node !== undefined && isEnded(node)) {
    if (isCompleted(node)) yield* exitOf(graph, task, node);
    return;
  }
  const readiness = yield* readinessOf(graph, task);
  if (readiness !== 'run') return;
  yield* runTask(graph, task);
}

function* hooksOf(graph: Graph, task: Task, node: NodeStatus): Reconciliation<Hooked> {
  const place = placeOf(graph, task, node);
  if (place === undefined) return { isDone: false };
  const hooked = yield* runHooks(graph.operation, task.hooks, place);
  if (hooked.fault !== undefined) graph.operation.markError(node.name, hooked.fault.message);
  return hooked;
}

function* exitOf(graph: Graph, task: Task, node: NodeStatus): Reconciliation<Hooked> {
  const place = placeOf(graph, task, node);
  if (place === undefined) return { isDone: false };
  const hook = exitHookOf(task, graph.operation.spec.arguments);
  return yield* runExit(graph.operation, hook, place);
}

/** Where the hooks of a task belong; a fault in what it refers to is the task's. */
function placeOf(graph: Graph, task: Task, node: NodeStatus) {
  const scope = attempt(() => graph.scopeOf(task));
  if ('fault' in scope) {
    graph.operation.markError(node.name, scope.fault.message);
    return undefined;
  }
  const prefix = `tasks.${task.name}`;
  scope.value.add(`${prefix}.status`, node.phase ?? '');
  const { boundaryId, base } = graph;
  return { parent: node, boundaryId, base, prefix, scope: scope.value };
}

function* readinessOf(graph: Graph, task: Task): Reconciliation<'run' | 'stop'> {
  const { names, logic } = graph.dependencies(task);
  if (logic === '') return 'run';
  for (const name of names) {
    const other = graph.task(name);
    if (other !== undefined) yield* executeTask(graph, other);
  }
  const readiness = attempt(() => graph.readiness(task));
  if ('fault' in readiness) {
    settle(graph, task, 'Error', readiness.fault.message);
    return 'stop';
  }
  if (readiness.value === 'omit') {
    settle(graph, task, 'Omitted', 'omitted: depends condition not met');
  }
  return readiness.value === 'run' ? 'run' : 'stop';
}

/** A node for a task that does not run. */
function settle(graph: Graph, task: Task, phase: NodePhase, message: string, name?: string): void {
  const { operation, base, boundaryId } = graph;
  const nodeName = graph.nodeName(name ?? task.name);
  if (operation.node(nodeName) === undefined) {
    operation.addNode({
      ...{ name: nodeName, type: 'Skipped', caller: task, base, boundaryId, phase, message },
      flag: {},
    });
  } else operation.mark(nodeName, phase, message);
  connect(graph, task, nodeName);
}

/** Connects a task's node to the last nodes of what it depends on. */
function connect(graph: Graph, task: Task, nodeName: string): void {
  const { operation } = graph;
  const group = graph.node(task.name);
  if (group?.type === 'TaskGroup' && group.name !== nodeName) {
    return operation.addChild(group.name, nodeName);
  }
  const { names } = graph.dependencies(task);
  if (names.length === 0) return operation.addChild(graph.name, nodeName);
  for (const name of names) {
    const node = graph.node(name);
    if (node !== undefined) connectTo(operation, node.id, nodeName);
  }
}

function* runTask(graph: Graph, task: Task): Reconciliation<void> {
  const { operation } = graph;
  const found = attempt(() => {
    const scope = graph.scopeOf(task);
    const filled = withReferences(operation, task, scope);
    return expanded(filled, scope.names(operation.globals));
  });
  if ('fault' in found) {
    if (found.fault.kind === 'unresolved') return operation.requeue();
    return settle(graph, task, 'Error', found.fault.message);
  }
  const all = found.value;
  if (isMany(task) && all.length === 0) {
    return settle(graph, task, 'Skipped', 'Skipped, empty params');
  }
  if (isMany(task) && graph.node(task.name) === undefined) beginGroup(graph, task);
  for (const one of all) {
    const goes = yield* runOne(graph, task, one);
    if (!goes) return;
  }
  if (isMany(task)) endGroup(graph, task, all);
}

function beginGroup(graph: Graph, task: Task): void {
  const { operation, base, boundaryId } = graph;
  const name = graph.nodeName(task.name);
  connect(graph, task, name);
  operation.addNode({
    ...{ name, type: 'TaskGroup', caller: task, base, boundaryId, phase: 'Running', flag: {} },
  });
}

function endGroup(graph: Graph, task: Task, all: readonly Task[]): void {
  const nodes = all.map(({ name }) => graph.node(name));
  if (!nodes.every(node => node !== undefined && isFulfilled(node))) return;
  const failed = nodes.findLast(node => node !== undefined && isFailed(node));
  graph.operation.mark(graph.nodeName(task.name), failed?.phase ?? 'Succeeded');
}

/** Runs a task, or one of those that it stands for; false: those after it have to wait. */
function* runOne(graph: Graph, task: Task, one: Task): Reconciliation<boolean> {
  const { operation, base, boundaryId, isOnExit } = graph;
  const name = graph.nodeName(one.name);
  if (operation.node(name) === undefined) {
    connect(graph, task, name);
    const runs = attempt(() => shouldRun(one.when));
    if ('fault' in runs) {
      settle(graph, task, 'Error', runs.fault.message, one.name);
      return true;
    }
    if (!runs.value) {
      settle(graph, task, 'Skipped', `when '${one.when ?? ''}' evaluated false`, one.name);
      return true;
    }
  }
  const args = one.arguments ?? {};
  const { node, fault } = yield* execute(operation, {
    ...{ name, caller: one, base, args, boundaryId, isOnExit, as: 'task' },
  });
  if (fault?.kind === 'timeout') {
    operation.mark(name, 'Failed', fault.message);
    return false;
  }
  if (fault !== undefined && fault.kind !== 'parallelism' && fault.kind !== 'depth') {
    operation.markError(name, `task '${name}' errored: ${fault.message}`);
    return false;
  }
  if (node === undefined) return false;
  if (!isCompleted(node)) return true;
  const { isDone } = yield* exitOf(graph, task, node);
  return isDone;
}
