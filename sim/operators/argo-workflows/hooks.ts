/** What runs when a step or the Workflow has ended, or when a condition comes true. @upstream workflow/controller/exit_handler.go, hooks.go */
import type { Reconciliation } from '../../client/contract.js';
import { execute } from './execute.js';
import { attempt, WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import { isFulfilled } from './phases.js';
import { lastTried } from './retried.js';
import { Scope, withNames } from './scope.js';
import { fieldsOf, holds } from './substitution.js';
import type { Base } from './templates.js';
import type { Arguments, Hook, NodeStatus, Step, WorkflowSpec } from './types.js';

/** Where hooks belong. */
export interface HookPlace {
  readonly parent: NodeStatus;
  readonly boundaryId: string;
  readonly base: Base;
  /** `steps.a`. */
  readonly prefix: string;
  readonly scope: Scope;
}

/** What there is to wait for. */
export interface Hooked {
  readonly isDone: boolean;
  readonly fault?: WorkflowFault;
}

/** What a step runs at its end. @upstream WorkflowStep.GetExitHook */
export function exitHookOf({ hooks, onExit = '' }: Step, args: Arguments = {}): Hook | undefined {
  if (onExit !== '') return { template: onExit, arguments: args };
  return hooks?.['exit'];
}

/** What a Workflow runs at its end. @upstream WorkflowSpec.GetExitHook */
export function exitHookOfSpec(spec: WorkflowSpec): Hook | undefined {
  const { onExit = '', hooks, arguments: args = {} } = spec;
  if (onExit !== '') return { template: onExit, arguments: args };
  const hook = hooks?.['exit'];
  return hook === undefined ? undefined : { ...hook, arguments: hook.arguments ?? args };
}

/** The node that runs at the end of another. */
export function exitNodeName(parent: string): string {
  return `${parent}.onExit`;
}

/** Runs what is to be run at a node's end. @upstream runOnExitNode */
export function* runExit(
  operation: Operation,
  hook: Hook | undefined,
  place: HookPlace,
): Reconciliation<Hooked> {
  if (hook === undefined || !operation.mayExecute(true)) return { isDone: true };
  const { parent, scope, boundaryId, base } = place;
  const { expression = '' } = hook;
  if (expression !== '') {
    const applies = attempt(() => holds(expression, fieldsOf(scope.names(operation.globals))));
    if ('fault' in applies) return { isDone: false, fault: applies.fault };
    if (!applies.value) return { isDone: true };
  }
  const args = attempt(() => argumentsOf(operation, hook, place));
  if ('fault' in args) return { isDone: false, fault: args.fault };
  const name = exitNodeName(parent.name);
  const { node, fault } = yield* execute(operation, {
    ...{ name, caller: callerOf(hook), base, args: args.value, boundaryId, isOnExit: true },
    flag: { hooked: true },
  });
  if (node !== undefined) operation.addChild(parent.name, name);
  const isDone = node !== undefined && isFulfilled(node);
  return { isDone, ...(fault && { fault }) };
}

/** Runs what is to be run while a node runs. @upstream executeTmplLifeCycleHook */
export function* runHooks(
  operation: Operation,
  hooks: Step['hooks'],
  place: HookPlace,
): Reconciliation<Hooked> {
  const { parent, scope, boundaryId, base } = place;
  let isDone = true;
  for (const [hookName, hook] of Object.entries(hooks ?? {})) {
    if (hookName === 'exit') continue;
    const name = `${parent.name}.hooks.${hookName}`;
    const applies = attempt(() => isTriggered(operation, hook, name, scope));
    if ('fault' in applies) return { isDone: false, fault: applies.fault };
    if (!applies.value) continue;
    const args = attempt(() => argumentsOf(operation, hook, place));
    if ('fault' in args) return { isDone: false, fault: args.fault };
    const { node, fault } = yield* execute(operation, {
      ...{ name, caller: callerOf(hook), base, args: args.value, boundaryId },
      flag: { hooked: true },
    });
    if (fault !== undefined) return { isDone: false, fault };
    operation.addChild(parent.name, name);
    if (node === undefined || !isFulfilled(node)) isDone = false;
  }
  return { isDone };
}

/** Once begun, it is looked at until it ends. */
function isTriggered(operation: Operation, hook: Hook, name: string, scope: Scope): boolean {
  const { expression = '' } = hook;
  if (expression === '') throw new WorkflowFault(`Expression required for hook ${name}`);
  const applies = holds(expression, fieldsOf(scope.names(operation.globals)));
  return applies || operation.node(name) !== undefined;
}

function callerOf({ template, templateRef }: Hook) {
  return {
    ...(template !== undefined && { template }),
    ...(templateRef !== undefined && { templateRef }),
  };
}

/** @upstream resolveExitTmplArgument */
function argumentsOf(operation: Operation, hook: Hook, place: HookPlace): Arguments {
  const { parent, prefix, scope } = place;
  const { outputs } = lastTried(operation, parent) ?? parent;
  scope.addOutputs(prefix, outputs);
  return withNames(hook.arguments, scope, operation.globals);
}

/** The hooks of a Workflow. @upstream executeWfLifeCycleHook */
export function* runWorkflowHooks(operation: Operation): Reconciliation<Hooked> {
  const entry = operation.nodes.get(operation.name);
  if (entry === undefined) return { isDone: true };
  return yield* runHooks(operation, operation.spec.hooks, {
    ...{ parent: entry, boundaryId: '', base: operation.base, prefix: 'workflow' },
    scope: new Scope(),
  });
}
