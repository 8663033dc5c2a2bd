/** Runs a template: finds it, hands it its arguments, and looks at or makes what it consists of. @upstream workflow/controller/operator.go executeTemplate */
import type { Reconciliation } from '../../client/contract.js';
import { withArguments, withParameters } from './arguments.js';
import { configMapValues } from './config-maps.js';
import { executeContainerSet } from './container-set.js';
import { executeDag } from './dag.js';
import { attempt, WorkflowFault } from './fault.js';
import { checkParallelism, templateDeadline } from './limits.js';
import { acquire, release } from './locks.js';
import { recall } from './memoize.js';
import { podName } from './names.js';
import type { Operation } from './operation.js';
import { isEnded, isFailed, isFulfilled } from './phases.js';
import { executePod } from './pod.js';
import { triesOf } from './retried.js';
import { policyNameOf, secondsOf, tryToJudge } from './retry.js';
import { executeSteps } from './steps.js';
import { executeSuspend } from './suspend.js';
import { isOfPod, resolve, typeOf, type Base } from './templates.js';
import { executeTask } from './task-set.js';
import { withDefaults } from './template-defaults.js';
import type {
  Arguments,
  Caller,
  NodeStatus,
  NodeType,
  RetryStrategy,
  Task,
  Template,
} from './types.js';

/** A template that is called. */
export interface Call {
  /** The name of the node. */
  readonly name: string;
  readonly caller: Caller;
  /** Where the caller's template is looked for. */
  readonly base: Base;
  readonly args: Arguments;
  /** The node that this one lies in; empty: none. */
  readonly boundaryId: string;
  readonly isOnExit?: boolean;
  readonly flag?: NodeStatus['nodeFlag'];
  /** What the names `steps.name` and `tasks.name` mean. */
  readonly as?: 'step' | 'task';
}

/** A call whose template is found and filled in. */
export interface Execution {
  readonly call: Call;
  readonly name: string;
  readonly template: Template;
  /** Where the templates are looked for that this one calls. */
  readonly base: Base;
  readonly flag?: NodeStatus['nodeFlag'];
  /** When tries must be over. */
  readonly deadlineMs?: number;
}

/** What came of it: the node, if there is one yet, and what went wrong. */
export interface Executed {
  readonly node?: NodeStatus | undefined;
  readonly fault?: WorkflowFault;
}

/** Templates may call each other so deep. */
const depthMax = 100;

/** Runs it. */
export function* execute(operation: Operation, call: Call): Reconciliation<Executed> {
  operation.depth++;
  const done = yield* executed(operation, call);
  operation.depth--;
  if (done.fault === undefined || done.node?.taskResultSynced !== false) return done;
  // No pod was made: nobody will report.
  return { ...done, node: operation.set({ ...done.node, taskResultSynced: true }) };
}

function* executed(operation: Operation, call: Call): Reconciliation<Executed> {
  if (operation.depth >= depthMax) {
    const text =
      'Maximum recursion depth exceeded. See https://argo-workflows.readthedocs.io/en/release-3.7/scaling/#maximum-recursion-depth';
    return spoilt(operation, call, new WorkflowFault(text, 'depth'));
  }
  const prepared = attempt(() => prepare(operation, call));
  if ('fault' in prepared) return spoilt(operation, call, prepared.fault);
  const execution = prepared.value;
  const node = operation.node(call.name);
  if (node !== undefined && isEnded(node)) {
    release(operation, node.id);
    return { node };
  }
  const late = attempt(() => templateDeadline(operation, execution.template, node));
  if ('fault' in late) {
    return { node: operation.mark(call.name, 'Failed', late.fault.message), fault: late.fault };
  }
  const room = attempt(() =>
    checkParallelism(operation, execution.template, node, call.boundaryId),
  );
  if ('fault' in room) return { node: operation.node(call.name), fault: room.fault };
  const waiting = yield* waitForLocks(operation, execution, node);
  if (waiting !== undefined) return waiting;
  const isNew = node === undefined || execution.template.synchronization !== undefined;
  if (execution.template.memoize !== undefined && isNew) {
    const known = yield* fromCache(operation, execution);
    if (known !== undefined) return known;
  }
  const strategy = retryStrategyOf(operation, execution.template);
  return strategy === undefined
    ? yield* run(operation, execution, undefined)
    : yield* runTries(operation, execution, strategy);
}

/** The node of a run that was before; undefined: it has to run. */
function* fromCache(
  operation: Operation,
  execution: Execution,
): Reconciliation<Executed | undefined> {
  const { template, name, call } = execution;
  const recalled = yield* recall(operation, template);
  if (recalled instanceof WorkflowFault) return spoilt(operation, call, recalled);
  const { status: memoizationStatus, outputs } = recalled;
  const isReported = !memoizationStatus.hit && template.daemon !== true;
  const how = { type: nodeTypeOf(operation, template), phase: 'Pending', isReported } as const;
  const node = operation.node(name) ?? addExecutable(operation, execution, how);
  operation.isUpdated = true;
  if (!memoizationStatus.hit) {
    operation.set({ ...node, memoizationStatus });
    return undefined;
  }
  const over = { phase: 'Succeeded', finishedAt: operation.now(), memoizationStatus } as const;
  return { node: operation.set({ ...node, ...over, ...(outputs && { outputs }) }) };
}

/** Finds the template and fills it in. */
function prepare(operation: Operation, call: Call): Execution {
  const { caller, base, args, name, flag } = call;
  const found = resolve(caller, base, operation.find, operation.status.storedTemplates);
  operation.store(found.storedAs, found.template);
  const template = withDefaults(found.template, operation.spec.templateDefaults);
  const filled = withArguments(template, args, {
    globals: operation.globals,
    locals: localsOf(operation, call, template),
    configMapValue: configMapValues(operation.view, operation.namespace),
  });
  return { call, name, template: filled, base: found.base, ...(flag && { flag }) };
}

function localsOf(operation: Operation, call: Call, template: Template) {
  const { name, caller, as } = call;
  const locals = new Map([['node.name', name]]);
  if (isOfPod(template) && retryStrategyOf(operation, template) === undefined) {
    locals.set('pod.name', podName(operation.name, name, template.name ?? ''));
  }
  if (as !== undefined) locals.set(`${as}s.name`, caller.name ?? '');
  return locals;
}

/** How a template is tried again. */
export function retryStrategyOf(
  operation: Operation,
  template: Template,
): RetryStrategy | undefined {
  return template.retryStrategy ?? operation.spec.retryStrategy;
}

/** A node for what cannot be run. @upstream initializeNodeOrMarkError */
function spoilt(operation: Operation, call: Call, fault: WorkflowFault): Executed {
  const { name, caller, base, boundaryId, flag } = call;
  const { message } = fault;
  if (operation.node(name) !== undefined) {
    return { node: operation.markError(name, message), fault };
  }
  const node = operation.addNode({
    ...{ name, type: 'Skipped', caller, base, boundaryId, phase: 'Error', message },
    ...(flag && { flag }),
  });
  return { node, fault };
}

/** @upstream Template.GetNodeType */
function nodeTypeOf(operation: Operation, template: Template): NodeType {
  if (retryStrategyOf(operation, template) !== undefined) return 'Retry';
  const type = typeOf(template);
  if (type === 'Steps' || type === 'DAG' || type === 'Suspend') return type;
  return type === 'HTTP' || type === 'Plugin' ? type : 'Pod';
}

function* waitForLocks(
  operation: Operation,
  execution: Execution,
  before: NodeStatus | undefined,
): Reconciliation<Executed | undefined> {
  const { template, name } = execution;
  const { synchronization } = template;
  if (synchronization === undefined) return undefined;
  const tried = yield* acquire(operation, operation.idOf(name), synchronization);
  if (tried instanceof WorkflowFault) return spoilt(operation, execution.call, tried);
  const { waitsFor, message } = tried;
  let node = before;
  if (waitsFor === undefined) {
    if (node?.synchronizationStatus !== undefined) {
      const { synchronizationStatus: _, message: __, ...free } = node;
      operation.set(free);
      operation.isUpdated = true;
    }
    return undefined;
  }
  node ??= addExecutable(operation, execution, {
    ...{ type: nodeTypeOf(operation, template), phase: 'Pending', isReported: true },
  });
  const waiting = { synchronizationStatus: { waiting: waitsFor }, message };
  return { node: operation.change(node.name, waiting) ?? node };
}

/** A node for what is run. @upstream initializeExecutableNode */
export function addExecutable(
  operation: Operation,
  { call, name, template, flag }: Execution,
  how: {
    readonly type: NodeType;
    readonly phase: NodeStatus['phase'] & string;
    readonly isReported: boolean;
  },
): NodeStatus {
  const { caller, base, boundaryId } = call;
  const node = operation.addNode({
    ...{ name, caller, base, boundaryId, ...how },
    ...(flag && { flag }),
  });
  const { parameters = [], artifacts = [] } = template.inputs ?? {};
  if (parameters.length === 0 && artifacts.length === 0) return node;
  return operation.set({ ...node, inputs: template.inputs ?? {} });
}

/** Runs a template whose node stands for its tries. */
function* runTries(
  operation: Operation,
  execution: Execution,
  strategy: RetryStrategy,
): Reconciliation<Executed> {
  const { name, template, flag } = execution;
  const parent =
    operation.node(name) ??
    addExecutable(operation, execution, { type: 'Retry', phase: 'Running', isReported: false });
  const judged = tryToJudge(operation, parent, strategy);
  if ('fault' in judged) {
    return { node: operation.markError(name, judged.fault.message), fault: judged.fault };
  }
  const { value: verdict } = judged;
  if (verdict.kind === 'wait') return { node: verdict.node };
  const { node, deadlineMs } = verdict;
  const tries = triesOf(operation, node);
  const last = tries.at(-1);
  if (isFulfilled(node) && operation.areChildrenFulfilled(node)) {
    release(operation, node.id);
    if (last?.outputs === undefined) return { node };
    return { node: operation.set({ ...node, outputs: last.outputs }) };
  }
  const isStill = last !== undefined && !isEnded(last);
  const number = isStill ? tries.length - 1 : tries.length;
  const tryName = isStill ? last.name : `${name}(${number})`;
  if (!isStill) operation.addChild(name, tryName);
  const locals = namesOfNext(operation, { number, tryName, template, last });
  const filled = withParameters(template, { globals: operation.globals, locals });
  const one: Execution = {
    ...execution,
    ...{ name: tryName, template: filled, flag: { ...flag, retried: true } },
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
  return yield* run(operation, one, { name, strategy });
}

function namesOfNext(
  operation: Operation,
  of: {
    readonly number: number;
    readonly tryName: string;
    readonly template: Template;
    readonly last: NodeStatus | undefined;
  },
): ReadonlyMap<string, string> {
  const { number, tryName, template, last } = of;
  const names = new Map([
    ['retries', String(number)],
    ['lastRetry.exitCode', last?.outputs?.exitCode ?? '0'],
    ['lastRetry.duration', last === undefined ? '0' : String(secondsOf(last))],
    ['lastRetry.status', last?.phase ?? ''],
    ['lastRetry.message', last?.message ?? ''],
  ]);
  if (isOfPod(template)) {
    names.set('pod.name', podName(operation.name, tryName, template.name ?? ''));
  }
  return names;
}

/** Runs what the template is; `parent` is the node of its tries. */
function* run(
  operation: Operation,
  execution: Execution,
  parent: { readonly name: string; readonly strategy: RetryStrategy } | undefined,
): Reconciliation<Executed> {
  const { fault, ...done } = yield* ofType(operation, execution);
  let { node } = done;
  if (fault !== undefined) {
    node = operation.markError(execution.name, fault.message) ?? node;
    const policy = parent === undefined ? '' : policyNameOf(parent.strategy);
    if (policy === '' || policy === 'OnFailure') {
      if (node !== undefined) release(operation, node.id);
      return { node, fault };
    }
  }
  node = operation.node(execution.name) ?? node;
  if (node === undefined) return {};
  if (isFulfilled(node)) release(operation, node.id);
  if (parent === undefined) return { node };
  const whole = operation.node(parent.name);
  if (whole === undefined || isEnded(whole)) return { node: whole };
  if (!isEnded(node) && node.daemoned === true) {
    return { node: operation.change(whole.name, { phase: node.phase, daemoned: true }) };
  }
  if (!isEnded(node)) return { node: whole };
  // A try is over: what stands for all of them is looked at again.
  return yield* execute(operation, execution.call);
}

function* ofType(operation: Operation, execution: Execution): Reconciliation<Executed> {
  const type = typeOf(execution.template);
  switch (type) {
    case 'Steps':
      return yield* executeSteps(operation, execution);
    case 'DAG':
      return yield* executeDag(operation, execution);
    case 'Suspend':
      return executeSuspend(operation, execution);
    case 'ContainerSet':
      return yield* executeContainerSet(operation, execution);
    case 'HTTP':
    case 'Plugin':
      return executeTask(operation, execution);
    case 'Container':
    case 'Script':
    case 'Resource':
    case 'Data':
      return yield* executePod(operation, execution);
    default: {
      const name = execution.template.name ?? '';
      const text = `the ${type ?? 'unknown'} template ${name} cannot be run: this sort is not simulated`;
      return spoilt(
        operation,
        { ...execution.call, name: execution.name },
        new WorkflowFault(text),
      );
    }
  }
}

/** Whether a failure of this step does not count. @upstream ContinuesOn */
export function continuesOn({ continueOn }: Pick<Task, 'continueOn'>, node: NodeStatus): boolean {
  if (!isFailed(node)) return true;
  if (node.phase === 'Error') return continueOn?.error === true;
  return continueOn?.failed === true;
}
