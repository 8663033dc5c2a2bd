/** A graph of tasks, while it is looked at once. @upstream workflow/controller/dag.go dagContext */
import { timeMs } from '../../api/time.js';
import type { Value } from '../../expr/value.js';
import { dependenciesOf, leafTasks, type Dependencies } from './dependencies.js';
import { attempt, WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import { isCompleted, isFailed, isFulfilled } from './phases.js';
import { addAggregate, Scope } from './scope.js';
import { holds } from './substitution.js';
import type { Base } from './templates.js';
import type { NodePhase, NodeStatus, Task, Template } from './types.js';
import { continuesOn } from './execute.js';

/** Whether a task may begin. */
export type Readiness = 'run' | 'omit' | 'wait';

/** The graph. */
export class Graph {
  readonly visited = new Set<string>();
  private readonly known = new Map<string, Dependencies>();

  constructor(
    readonly operation: Operation,
    readonly name: string,
    readonly boundaryId: string,
    readonly template: Template,
    readonly base: Base,
    readonly isOnExit: boolean,
  ) {}

  get tasks(): readonly Task[] {
    return this.template.dag?.tasks ?? [];
  }

  task(name: string): Task | undefined {
    return this.tasks.find(one => one.name === name);
  }

  nodeName(task: string): string {
    return `${this.name}.${task}`;
  }

  node(task: string): NodeStatus | undefined {
    return this.operation.node(this.nodeName(task));
  }

  dependencies(task: Task): Dependencies {
    const known = this.known.get(task.name);
    if (known !== undefined) return known;
    const found = dependenciesOf(task, name => this.task(name));
    this.known.set(task.name, found);
    return found;
  }

  /** What the graph is run for. */
  targets(): readonly string[] {
    const { target = '' } = this.template.dag ?? {};
    if (target !== '') return target.split(' ');
    return leafTasks(this.tasks, task => this.dependencies(task));
  }

  /** All that a task depends on, in the order in which they ended. @upstream GetTaskAncestry */
  ancestors(task: Task): readonly Task[] {
    const seen = new Set<string>();
    const found: Task[] = [];
    const look = (at: Task): void => {
      if (seen.has(at.name)) return;
      seen.add(at.name);
      for (const name of this.dependencies(at).names) {
        const next = this.task(name);
        if (next !== undefined) look(next);
      }
      if (at.name !== task.name) found.push(at);
    };
    look(task);
    const endOf = (of: Task): number => {
      const node = this.node(of.name);
      return timeMs(node?.finishedAt) ?? timeMs(node?.startedAt) ?? 0;
    };
    return found.toSorted((one, other) => endOf(one) - endOf(other));
  }

  /** What a task may refer to. @upstream buildLocalScopeFromTask */
  scopeOf(task: Task): Scope {
    const { operation } = this;
    const scope = new Scope(this.template);
    scope.addOutputs('workflow', operation.status.outputs);
    for (const ancestor of this.ancestors(task)) this.addTask(scope, ancestor);
    return scope;
  }

  private addTask(scope: Scope, task: Task): void {
    const { operation } = this;
    const node = this.node(task.name);
    if (node === undefined) {
      throw new WorkflowFault(`Ancestor task node ${task.name} not found`);
    }
    const prefix = `tasks.${task.name}`;
    if (node.type === 'TaskGroup') addAggregate(scope, prefix, this.membersOf(node));
    scope.addNode(operation, prefix, node);
    scope.addSkipped(operation, this.base, { prefix, node, caller: task, withArtifacts: false });
  }

  private membersOf({ name }: NodeStatus): readonly NodeStatus[] {
    return [...this.operation.nodes.values()].filter(
      one => one.boundaryID === this.boundaryId && one.name.startsWith(`${name}(`),
    );
  }

  /** What the tasks give the template. */
  scopeOfOutputs(): Scope {
    const scope = new Scope(this.template);
    for (const task of this.tasks) {
      if (this.node(task.name) !== undefined) this.addTask(scope, task);
    }
    return scope;
  }

  /** @upstream evaluateDependsLogic */
  readiness(task: Task): Readiness {
    if (this.node(task.name) !== undefined) return 'run';
    const { names, logic } = this.dependencies(task);
    const results: Record<string, Value> = {};
    for (const name of names) {
      const node = this.node(name);
      if (node === undefined || !isFulfilled(node) || !this.areHooksDone(node)) return 'wait';
      results[identifier(name)] = resultsOf(node, this.operation.childrenOf(node));
    }
    const expression = identifier(logic);
    const met = attempt(() => holds(expression, results as Readonly<Record<string, Value>>));
    if ('value' in met) return met.value ? 'run' : 'omit';
    throw new WorkflowFault(`unable to evaluate expression '${expression}': ${met.fault.message}`);
  }

  private areHooksDone(node: NodeStatus): boolean {
    return this.operation
      .childrenOf(node)
      .every(child => child.nodeFlag?.hooked !== true || isFulfilled(child));
  }

  /** How far the graph is as a whole. @upstream assessDAGPhase */
  phase(targets: readonly string[]): NodePhase {
    const reached = this.reachedPhases(targets);
    if (reached === undefined) return 'Running';
    const { failFast = true } = this.template.dag ?? {};
    let result: NodePhase = 'Succeeded';
    for (const name of targets) {
      const phase = reached.get(this.operation.idOf(this.nodeName(name)));
      if (phase === undefined) {
        result = 'Running';
        if (!failFast) break;
      } else if (isFailed({ phase })) {
        const task = this.task(name);
        if (task !== undefined && continuesOn(task, { phase } as NodeStatus)) continue;
        result = phase;
        if (failFast) break;
      }
    }
    return result;
  }

  /** The phases of the targets, those of omitted ones from what they depend on; undefined: something runs. */
  private reachedPhases(targets: readonly string[]): ReadonlyMap<string, NodePhase> | undefined {
    const { operation } = this;
    const ids = new Set(targets.map(name => operation.idOf(this.nodeName(name))));
    const reached = new Map<string, NodePhase>();
    const queue: Reached[] = [];
    const seen = new Set<string>();
    const add = (children: readonly string[], phase: NodePhase): void => {
      for (const id of children) {
        if (seen.has(`${id} ${phase}`)) continue;
        seen.add(`${id} ${phase}`);
        queue.push({ id, phase });
      }
    };
    add(operation.nodes.get(this.boundaryId)?.children ?? [], 'Succeeded');
    for (const { id, phase: before } of queue) {
      const node = operation.nodes.get(id);
      if (node === undefined) return undefined;
      let phase = before;
      if (!isFulfilled(node)) {
        const whole = this.endOfGroup(node);
        if (whole === undefined) return undefined;
        operation.mark(node.name, whole);
        phase = whole;
      } else if (isCompleted(node)) phase = node.phase ?? before;
      const known = reached.get(id);
      if (ids.has(id) && (known === undefined || !isFailed({ phase: known }))) {
        reached.set(id, phase);
      }
      add(node.type === 'Retry' ? this.afterRetry(node) : (node.children ?? []), phase);
    }
    return reached;
  }

  /** A group whose members are all over. @upstream completableTaskGroupPhase */
  private endOfGroup(node: NodeStatus): NodePhase | undefined {
    const children = this.operation.childrenOf(node);
    if (node.type !== 'TaskGroup' || children.length === 0) return undefined;
    if (!children.every(isFulfilled)) return undefined;
    return children.findLast(isFailed)?.phase ?? 'Succeeded';
  }

  /** What follows after a node that stands for its tries. @upstream getRetryNodeChildrenIds */
  private afterRetry(node: NodeStatus): readonly string[] {
    return this.operation
      .childrenOf(node)
      .toReversed()
      .flatMap(({ nodeFlag, id, children = [] }) => (nodeFlag?.hooked === true ? [id] : children));
  }
}

interface Reached {
  readonly id: string;
  readonly phase: NodePhase;
}

/** Names in conditions have no hyphens. */
function identifier(text: string): string {
  return text.replaceAll('-', '_');
}

function resultsOf(node: NodeStatus, children: readonly NodeStatus[]): Value {
  const { phase, type, daemoned } = node;
  const isGroup = type === 'TaskGroup' && children.length > 0;
  return {
    Succeeded: phase === 'Succeeded',
    Failed: phase === 'Failed',
    Errored: phase === 'Error',
    Skipped: phase === 'Skipped',
    Omitted: phase === 'Omitted',
    Daemoned: daemoned === true && phase !== 'Pending',
    AnySucceeded: isGroup && children.some(child => child.phase === 'Succeeded'),
    AllFailed: isGroup && children.every(child => child.phase === 'Failed'),
  };
}
