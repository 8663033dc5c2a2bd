/** Looks at a Workflow once. @upstream workflow/controller/operator.go operate */
import type { Reconciliation } from '../../client/contract.js';
import { timeMs } from '../../api/time.js';
import { findRepository } from './artifact-repository.js';
import { createClaims, deleteClaims } from './claims.js';
import { execute } from './execute.js';
import { attempt, WorkflowFault } from './fault.js';
import { setGlobals } from './global-names.js';
import { exitHookOfSpec, exitNodeName, runWorkflowHooks } from './hooks.js';
import { keys } from './keys.js';
import { activePods } from './limits.js';
import { acquire } from './locks.js';
import { podName } from './names.js';
import { remember } from './memoize.js';
import type { Operation } from './operation.js';
import { isFailed, isFulfilled, isOver } from './phases.js';
import { endWithoutPods, reconcilePods, takeReports } from './pod-reconciliation.js';
import { numberOf } from './retry.js';
import { reconcileTaskSet, takeTaskResults } from './task-set.js';
import { substituted } from './substitution.js';
import type { NodeStatus } from './types.js';
import { validateOperation } from './validation.js';
import { findSpec } from './workflow-spec.js';

/** Brings it as far as it can be brought now. What has changed is written by the caller. */
export function* operate(operation: Operation): Reconciliation<void> {
  if (!setUp(operation)) return;
  const repository = yield* findRepository(operation);
  if (repository !== undefined) return operation.markWorkflow('Error', repository.message);
  takeReports(operation);
  if (operation.labels[keys.completed] === 'true') return;
  const isLocked = yield* lock(operation);
  if (!isLocked) return;
  takeTaskResults(operation);
  if (!begin(operation)) return;
  yield* remember(operation);
  if (operation.spec.suspend === true) return;
  operation.activePods = activePods(operation);
  const volumes = attempt(() => substituted(operation.spec.volumes, operation.globals));
  if ('fault' in volumes) return operation.markWorkflow('Error', volumes.fault.message);
  operation.volumes = volumes.value;
  const problem = yield* createClaims(operation);
  if (problem !== undefined) return refuseClaims(operation, problem);
  if (operation.status.phase === 'Pending') operation.markWorkflow('Running');
  yield* runEntry(operation);
  yield* remember(operation);
  yield* reconcileTaskSet(operation);
}

/** Finds the spec, validates it the first time, and fills in names; false: there is nothing to run. */
function setUp(operation: Operation): boolean {
  const { status } = operation;
  const found = attempt(() => findSpec(operation));
  if ('fault' in found) {
    operation.markWorkflow('Error', found.fault.message);
    return false;
  }
  operation.spec = found.value;
  operation.base = operation.localBase();
  if ((status.phase ?? '') === '') {
    const valid = attempt(() => validateOperation(operation));
    if ('fault' in valid) {
      operation.markWorkflow('Failed', `invalid spec: ${valid.fault.message}`);
      return false;
    }
  }
  const named = attempt(() => setGlobals(operation));
  if ('fault' in named) {
    operation.markWorkflow('Failed', `failed to set global parameters: ${named.fault.message}`);
    return false;
  }
  const { templates, ...rest } = operation.spec;
  operation.spec = { ...substituted(rest, operation.globals), ...(templates && { templates }) };
  if ((status.phase ?? '') === '') addMetadata(operation);
  operation.globals.set('workflow.status', status.phase ?? '');
  operation.globals.set('workflow.duration', operation.durationSeconds().toFixed(6));
  return true;
}

/** @upstream updateWorkflowMetadata */
function addMetadata(operation: Operation): void {
  const byDefault = operation.config.workflowDefaults?.metadata ?? {};
  const { labels: ours, annotations: notes } = operation.workflow.metadata;
  Object.assign(operation.labels, byDefault.labels, ours);
  Object.assign(operation.annotations, byDefault.annotations, notes);
  const { labels = {}, annotations = {} } = operation.spec.workflowMetadata ?? {};
  Object.assign(operation.labels, labels);
  Object.assign(operation.annotations, annotations);
}

/** Whether the Workflow has the locks that it asks for as a whole. */
function* lock(operation: Operation): Reconciliation<boolean> {
  const { synchronization } = operation.spec;
  if (synchronization === undefined) return true;
  const tried = yield* acquire(operation, '', synchronization);
  if (tried instanceof WorkflowFault) {
    const text = `Failed to acquire the synchronization lock. ${tried.message}`;
    operation.markWorkflow('Failed', text);
    return false;
  }
  if (tried.waitsFor === undefined) return true;
  const { phase = '' } = operation.status;
  operation.markWorkflow(phase === '' ? 'Pending' : phase, tried.message);
  return false;
}

/** The first look begins it, others look at its pods; false: it must be looked at again. */
function begin(operation: Operation): boolean {
  const { status } = operation;
  if ((status.phase ?? '') === '') {
    operation.markWorkflow('Running');
    operation.annotations[keys.podNameFormat] = 'v2';
    operation.deadlineMs = deadlineOf(operation);
    if (operation.deadlineMs !== undefined) {
      operation.requeueAfter(operation.deadlineMs - operation.nowMs() + 1);
    }
    return true;
  }
  operation.deadlineMs = deadlineOf(operation);
  if (!reconcilePods(operation)) {
    operation.requeue();
    return false;
  }
  endWithoutPods(operation);
  return true;
}

/** When it must be over. @upstream getWorkflowDeadline */
function deadlineOf({ spec, status }: Operation): number | undefined {
  const startedMs = timeMs(status.startedAt);
  const seconds = numberOf(spec.activeDeadlineSeconds);
  return seconds === undefined || startedMs === undefined ? undefined : startedMs + seconds * 1000;
}

/** What a quota refuses may be granted later. */
function refuseClaims(operation: Operation, problem: string): void {
  if (!problem.includes('exceeded quota')) {
    return operation.markWorkflow('Error', `pvc create error: ${problem}`);
  }
  operation.markWorkflow('Pending', `Waiting for a PVC to be created. ${problem}`);
  operation.requeue();
}

function* runEntry(operation: Operation): Reconciliation<void> {
  const { spec, name, base } = operation;
  const caller = { template: spec.entrypoint ?? '' };
  const args = spec.arguments ?? {};
  const { node, fault } = yield* execute(operation, { name, caller, base, args, boundaryId: '' });
  if (fault !== undefined) {
    if (fault.kind === 'parallelism') return;
    if (!isOver(operation.status.phase)) {
      operation.markWorkflow('Error', `error in entry template execution: ${fault.message}`);
    }
    return yield* deleteClaims(operation);
  }
  const entry = node ?? operation.node(name);
  if (entry === undefined) return;
  setEndNames(operation, entry);
  const hooked = yield* runWorkflowHooks(operation);
  if (hooked.fault !== undefined) operation.markError(entry.name, hooked.fault.message);
  if (!hooked.isDone || !isFulfilled(entry)) return;
  yield* runExitHandler(operation, entry);
}

const phaseOfEntry = {
  ...{ Pending: 'Pending', Running: 'Running', Succeeded: 'Succeeded', Skipped: 'Succeeded' },
  ...{ Failed: 'Failed', Error: 'Error', Omitted: 'Succeeded' },
} as const;

/** What is run at the end knows how it ended. */
function setEndNames(operation: Operation, entry: NodeStatus): void {
  operation.globals.set('workflow.status', phaseOfEntry[entry.phase ?? 'Running']);
  const failures = [...operation.nodes.values()].filter(isFailed).map(node => ({
    displayName: node.displayName ?? '',
    message: node.message ?? '',
    templateName: node.templateName ?? node.templateRef?.template ?? '',
    phase: node.phase,
    podName: podName(operation.name, node.name, node.templateName ?? ''),
    finishedAt: node.finishedAt ?? null,
  }));
  // It is quoted once more, so that the quotes stand when it is filled in.
  const text = JSON.stringify(failures.length === 0 ? null : failures);
  operation.globals.set('workflow.failures', JSON.stringify(text));
}

function* runExitHandler(operation: Operation, entry: NodeStatus): Reconciliation<void> {
  const hook = exitHookOfSpec(operation.spec);
  let exit: NodeStatus | undefined;
  if (hook !== undefined) {
    const name = exitNodeName(operation.name);
    exit = operation.node(name);
    if (exit !== undefined || operation.mayExecute(true)) {
      const { template, templateRef } = hook;
      const caller = {
        ...(template !== undefined && { template }),
        ...(templateRef !== undefined && { templateRef }),
      };
      const args = substituted(hook.arguments ?? {}, operation.globals);
      const done = yield* execute(operation, {
        ...{ name, caller, base: operation.base, args, boundaryId: '', isOnExit: true },
        flag: { hooked: true },
      });
      if (done.fault !== undefined) return endInExit(operation, done.fault);
      exit = done.node;
      if (exit === undefined || !isFulfilled(exit)) return;
    }
  }
  conclude(operation, entry, exit);
  if (isOver(operation.status.phase)) yield* deleteClaims(operation);
}

function endInExit(operation: Operation, fault: WorkflowFault): void {
  if (fault.kind === 'parallelism') return;
  operation.markWorkflow('Error', `error in exit template execution : ${fault.message}`);
}

function conclude(operation: Operation, entry: NodeStatus, exit: NodeStatus | undefined): void {
  const isStopped = isFailed(entry) && operation.isShutDown;
  const message = isStopped
    ? `Stopped with strategy '${operation.spec.shutdown ?? ''}'`
    : (entry.message ?? '');
  const phase = phaseOfEntry[entry.phase ?? 'Running'];
  if (phase !== 'Succeeded') return operation.markWorkflow(phase, message);
  if (exit !== undefined && isFailed(exit)) {
    return operation.markWorkflow(exit.phase ?? 'Error', exit.message ?? '');
  }
  operation.markWorkflow('Succeeded');
}
