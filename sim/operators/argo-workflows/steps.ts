/** Runs groups of steps one after another, and the steps of a group side by side. @upstream workflow/controller/steps.go */
import type { Reconciliation } from '../../client/contract.js';
import { addExecutable, continuesOn, execute, type Executed, type Execution } from './execute.js';
import { expanded, isMany } from './expand.js';
import { attempt, WorkflowFault } from './fault.js';
import { addToGlobals } from './global-outputs.js';
import { exitHookOf, runExit, runHooks } from './hooks.js';
import type { Operation } from './operation.js';
import { connectTo, outboundNodes } from './outbound.js';
import { isCompleted, isEnded, isFailed, isFulfilled } from './phases.js';
import { withReferences } from './references.js';
import { addAggregate, Scope } from './scope.js';
import type { Base } from './templates.js';
import type { NodeStatus, Step, Template } from './types.js';
import { shouldRun } from './when.js';

/** The steps of one template. */
interface Place {
  readonly boundaryId: string;
  readonly scope: Scope;
  readonly base: Base;
  readonly isOnExit: boolean;
}

/** Looks at all groups that may be looked at. */
export function* executeSteps(
  operation: Operation,
  execution: Execution,
): Reconciliation<Executed> {
  const how = { type: 'Steps', phase: 'Running', isReported: false } as const;
  const node = operation.node(execution.name) ?? addExecutable(operation, execution, how);
  const done = yield* groups(operation, execution, node);
  const now = operation.nodes.get(node.id);
  if (now !== undefined && isEnded(now)) operation.endDaemons(node.id);
  return done;
}

function* groups(
  operation: Operation,
  { name, template, base, call }: Execution,
  node: NodeStatus,
): Reconciliation<Executed> {
  const place: Place = {
    ...{ boundaryId: node.id, scope: new Scope(template), base },
    isOnExit: call.isOnExit === true,
  };
  place.scope.addOutputs('workflow', operation.status.outputs);
  for (const [index, steps] of (template.steps ?? []).entries()) {
    const groupName = `${name}[${index}]`;
    beginGroup(operation, name, index, place);
    const group = yield* executeGroup(operation, steps, groupName, place);
    if (group === undefined) return { node };
    if (!isFulfilled(group)) return { node: operation.node(name) };
    if (isFailed(group)) {
      setOutbound(operation, name, template);
      return { node: operation.mark(name, 'Failed', group.message ?? '') };
    }
    const added = attempt(() => addGroup(operation, steps, group, place));
    if ('fault' in added) return { node, fault: added.fault };
  }
  setOutbound(operation, name, template);
  const outputs = attempt(() => place.scope.outputsOf(template));
  if ('fault' in outputs) return { node, fault: outputs.fault };
  if (outputs.value !== undefined) {
    operation.change(name, { outputs: outputs.value });
    addToGlobals(operation, outputs.value);
  }
  return { node: operation.mark(name, 'Succeeded') };
}

/** Makes the node of a group, and connects it to what came before. */
function beginGroup(operation: Operation, name: string, index: number, place: Place): void {
  const groupName = `${name}[${index}]`;
  const known = operation.node(groupName);
  if (known === undefined) {
    operation.addNode({
      ...{ name: groupName, type: 'StepGroup', caller: {}, base: place.base },
      ...{ boundaryId: place.boundaryId, phase: 'Running', flag: {} },
    });
  } else if (!isFulfilled(known)) operation.mark(groupName, 'Running');
  if (index === 0) return operation.addChild(name, groupName);
  const before = operation.node(`${name}[${index - 1}]`);
  const { children = [] } = before ?? {};
  if (children.length === 0) operation.addChild(`${name}[${index - 1}]`, groupName);
  for (const child of children) connectTo(operation, child, groupName);
}

/** What came of a group's steps is known to those after it. */
function addGroup(
  operation: Operation,
  steps: readonly Step[],
  group: NodeStatus,
  { scope, boundaryId, base }: Place,
): void {
  for (const step of steps) {
    const prefix = `steps.${step.name}`;
    const childName = `${group.name}.${step.name}`;
    const child = operation.node(childName);
    if (child !== undefined) {
      scope.addNode(operation, prefix, child);
      const skipped = { prefix, node: child, caller: step, withArtifacts: true };
      scope.addSkipped(operation, base, skipped);
      continue;
    }
    const nodes = [...operation.nodes.values()].filter(
      one =>
        one.boundaryID === boundaryId &&
        one.name.startsWith(`${childName}(`) &&
        one.type !== 'Skipped',
    );
    addAggregate(scope, prefix, nodes);
    scope.addNode(operation, prefix, group);
  }
}

/** The last nodes of the last group that was begun. @upstream updateOutboundNodes */
function setOutbound(operation: Operation, name: string, { steps = [] }: Template): void {
  const last = steps
    .map((_, index) => operation.node(`${name}[${index}]`))
    .findLast(group => group !== undefined);
  if (last === undefined) return;
  const outbound = (last.children ?? []).flatMap(child => outboundNodes(operation, child));
  operation.change(name, { outboundNodes: outbound });
}

/** Undefined: the group's node was lost, which upstream would tell of as a fault of its own. */
function* executeGroup(
  operation: Operation,
  steps: readonly Step[],
  groupName: string,
  place: Place,
): Reconciliation<NodeStatus | undefined> {
  const group = operation.node(groupName);
  if (group === undefined) return undefined;
  if (isFulfilled(group) && operation.areChildrenFulfilled(group)) return group;
  const names = place.scope.names(operation.globals);
  const found = attempt(() => steps.map(step => withReferences(operation, step, place.scope)));
  if ('fault' in found) {
    if (found.fault.kind !== 'unresolved') {
      const text = `Failed to resolve references: ${found.fault.message}`;
      return operation.markError(groupName, text);
    }
    operation.requeue();
    return group;
  }
  const many = attempt(() =>
    found.value.flatMap(step => {
      const all = expanded(step, names);
      if (isMany(step) && all.length === 0) skip(operation, groupName, step, place);
      return all;
    }),
  );
  if ('fault' in many) return operation.markError(groupName, many.fault.message);
  const begun = yield* beginSteps(operation, many.value, groupName, place);
  if (begun !== undefined) return begun;
  return yield* concludeGroup(operation, many.value, groupName, place);
}

function skip(
  operation: Operation,
  groupName: string,
  step: Step,
  { base, boundaryId }: Place,
  message = 'Skipped, empty params',
): void {
  const name = `${groupName}.${step.name}`;
  if (operation.node(name) !== undefined) return;
  operation.addNode({
    ...{ name, type: 'Skipped', caller: step, base, boundaryId, phase: 'Skipped', flag: {} },
    message,
  });
  operation.addChild(groupName, name);
}

/** Begins what may begin; a node: the group is not to be looked at further. */
function* beginSteps(
  operation: Operation,
  steps: readonly Step[],
  groupName: string,
  place: Place,
): Reconciliation<NodeStatus | undefined> {
  const { base, boundaryId, isOnExit } = place;
  for (const step of steps) {
    const name = `${groupName}.${step.name}`;
    const runs = attempt(() => shouldRun(step.when));
    if ('fault' in runs) {
      const { message } = runs.fault;
      if (operation.node(name) === undefined) {
        operation.addNode({
          ...{ name, type: 'Skipped', caller: step, base, boundaryId, phase: 'Error', flag: {} },
          message,
        });
      }
      operation.addChild(groupName, name);
      return operation.markError(groupName, message);
    }
    if (!runs.value) {
      skip(operation, groupName, step, place, `when '${step.when ?? ''}' evaluated false`);
      continue;
    }
    const args = step.arguments ?? {};
    const { node, fault } = yield* execute(operation, {
      ...{ name, caller: step, base, args, boundaryId, isOnExit, as: 'step' },
    });
    if (fault?.kind === 'timeout') return operation.mark(groupName, 'Failed', fault.message);
    if (fault !== undefined && fault.kind !== 'parallelism' && fault.kind !== 'depth') {
      operation.addChild(groupName, name);
      const text = `step group deemed errored due to child ${name} error: ${fault.message}`;
      return operation.markError(groupName, text);
    }
    if (node !== undefined) operation.addChild(groupName, name);
  }
  return undefined;
}

/** Runs what is to be run at the end of steps, and tells how the group ended once all have. */
function* concludeGroup(
  operation: Operation,
  steps: readonly Step[],
  groupName: string,
  place: Place,
): Reconciliation<NodeStatus | undefined> {
  const group = operation.node(groupName);
  if (group === undefined) return undefined;
  const stepOf = new Map(steps.map(step => [`${groupName}.${step.name}`, step]));
  let isDone = true;
  for (const child of operation.childrenOf(group)) {
    const step = stepOf.get(child.name);
    const ended = yield* concludeStep(operation, step, child, place);
    if (ended instanceof WorkflowFault) return operation.markError(groupName, ended.message);
    if (ended === 'stop') return operation.node(groupName);
    if (ended === 'running') isDone = false;
  }
  if (!isDone) {
    return isFulfilled(group) ? operation.mark(groupName, 'Running') : operation.node(groupName);
  }
  const failed = operation
    .childrenOf(group)
    .find(child => !continuesOn(stepOf.get(child.name) ?? {}, child));
  if (failed === undefined) return operation.mark(groupName, 'Succeeded');
  return operation.mark(groupName, 'Failed', `child '${failed.id}' failed`);
}

function* concludeStep(
  operation: Operation,
  step: Step | undefined,
  child: NodeStatus,
  { scope, boundaryId, base }: Place,
): Reconciliation<'ended' | 'running' | 'stop' | WorkflowFault> {
  scope.add(`steps.${child.displayName ?? ''}.status`, child.phase ?? '');
  const prefix = `steps.${step?.name ?? ''}`;
  const at = { parent: child, boundaryId, base, prefix, scope };
  const hooked = yield* runHooks(operation, step?.hooks, at);
  if (hooked.fault !== undefined) return hooked.fault;
  if (!hooked.isDone) return 'stop';
  if (!isFulfilled(child)) return 'running';
  if (!isCompleted(child) || step === undefined) return 'ended';
  const exit = exitHookOf(step, operation.spec.arguments);
  const { isDone, fault } = yield* runExit(operation, exit, at);
  if (fault !== undefined && fault.kind !== 'parallelism') return fault;
  return isDone ? 'ended' : 'running';
}
