/** Validates a graph of tasks. @upstream workflow/validate/validate.go validateDAG */
import { dependenciesOf, taskResults } from '../dependencies.js';
import { isMany } from '../expand.js';
import { WorkflowFault } from '../fault.js';
import { textOf } from '../arguments.js';
import type { Base } from '../templates.js';
import type { Task, Template } from '../types.js';
import { argumentFaults, nameFaults } from './fields.js';
import { addItems, addOutputs } from './scope.js';
import { nonLeafFault, withInline, type TemplateValidator } from './templates.js';

/** Throws what is wrong with it. */
export function validateDag(
  validator: TemplateValidator,
  template: Template,
  base: Base,
  scope: Set<string>,
): void {
  const { name = '', dag } = template;
  nonLeafFault(template);
  const tasks = dag?.tasks ?? [];
  if (tasks.length === 0) throw new WorkflowFault(`templates.${name} must have at least one task`);
  const graph = new TaskGraph(tasks);
  graph.sortFault(name);
  nameFaults(`templates.${name}.tasks`, tasks, 'field');
  const called = new Map<string, Template | undefined>();
  const into = { scope, globals: validator.globals };
  for (const task of tasks) {
    dependencyFaults(name, task, graph);
    const path = `templates.${name}.tasks.${task.name}`;
    const found = validator.within(path, () => validator.holder(task, base, 'any'));
    called.set(task.name, found);
    addOutputs(found, `tasks.${task.name}`, into, { isMany: isList(task), isAncestor: false });
    graph.referenceFaults(path, task);
  }
  targetFaults(name, dag?.target ?? '', graph);
  for (const task of tasks) {
    if (task.hooks !== undefined) scope.add(`tasks.${task.name}.status`);
    addOutputs(called.get(task.name), `tasks.${task.name}`, into, {
      ...{ isMany: false, isAncestor: false },
    });
    taskFaults(validator, { name, task, base, graph, called, scope });
  }
}

function isList({ withItems = [], withParam = '' }: Task): boolean {
  return withItems.length > 0 || withParam !== '';
}

function dependencyFaults(name: string, task: Task, graph: TaskGraph): void {
  const { dependencies = [], continueOn } = task;
  const uses = graph.usesDepends || dependencies.length > 0;
  if (uses && /^\d/.test(task.name)) {
    throw new WorkflowFault(
      `templates.${name}.tasks.${task.name} name cannot begin with a digit when using either 'depends' or 'dependencies'`,
    );
  }
  if (graph.usesDepends && dependencies.length > 0) {
    throw new WorkflowFault(
      `templates.${name} cannot use both 'depends' and 'dependencies' in the same DAG template`,
    );
  }
  if (graph.usesDepends && continueOn !== undefined) {
    throw new WorkflowFault(
      `templates.${name} cannot use 'continueOn' when using 'depends'. Instead use 'dep-task.Failed'/'dep-task.Errored'`,
    );
  }
}

function targetFaults(name: string, target: string, graph: TaskGraph): void {
  if (target === '') return;
  for (const one of target.split(' ')) {
    if (one.includes('{{') || graph.task(one) !== undefined) continue;
    throw new WorkflowFault(`templates.${name}.targets: target '${one}' is not defined`);
  }
}

function taskFaults(
  validator: TemplateValidator,
  of: {
    readonly name: string;
    readonly task: Task;
    readonly base: Base;
    readonly graph: TaskGraph;
    readonly called: ReadonlyMap<string, Template | undefined>;
    readonly scope: ReadonlySet<string>;
  },
): void {
  const { name, task, base, graph, called } = of;
  const path = `templates.${name}.tasks.${task.name}`;
  const scope = new Set(withInline(of.scope, task));
  const ancestors = graph.ancestors(task);
  const into = { scope, globals: validator.globals };
  for (const ancestor of ancestors) {
    addOutputs(called.get(ancestor.name), `tasks.${ancestor.name}`, into, {
      ...{ isMany: isList(ancestor), isAncestor: true },
    });
  }
  validator.within(path, () => addItems(task, scope));
  validator.within(path, () => validator.unresolved(task, scope));
  const { arguments: args = {} } = task;
  argumentFaults(`${path}.arguments.`, args, { mayBeEmpty: false });
  const names = new Set(ancestors.map(ancestor => ancestor.name));
  for (const { name: parameter, value } of args.parameters ?? []) {
    const refers = value === undefined ? undefined : referredTask(textOf(value));
    if (refers === undefined || names.has(refers)) continue;
    throw new WorkflowFault(`${path} missing dependency '${refers}' for parameter '${parameter}'`);
  }
  for (const { name: artifact, from = '' } of args.artifacts ?? []) {
    const refers = referredTask(from);
    if (refers === undefined || names.has(refers)) continue;
    throw new WorkflowFault(`${path} missing dependency '${refers}' for artifact '${artifact}'`);
  }
  validator.within(path, () => validator.holder(task, base, args));
}

function referredTask(text: string): string | undefined {
  return text.startsWith('{{tasks.') ? text.split('.')[1] : undefined;
}

/** Tasks and what they depend on. */
class TaskGraph {
  readonly usesDepends: boolean;
  private readonly byName: ReadonlyMap<string, Task>;

  constructor(private readonly tasks: readonly Task[]) {
    this.usesDepends = tasks.some(({ depends = '' }) => depends !== '');
    this.byName = new Map(tasks.map(task => [task.name, task]));
  }

  task(name: string): Task | undefined {
    return this.byName.get(name);
  }

  private dependencies(task: Task): readonly string[] {
    return dependenciesOf(task, name => this.task(name)).names;
  }

  ancestors(task: Task): readonly Task[] {
    const found = new Map<string, Task>();
    const look = (at: Task): void => {
      for (const name of this.dependencies(at)) {
        const next = this.task(name);
        if (next === undefined || found.has(name)) continue;
        found.set(name, next);
        look(next);
      }
    };
    look(task);
    found.delete(task.name);
    return [...found.values()];
  }

  /** Throws when there is no order in which they could run. @upstream sortDAGTasks, util/sorting */
  sortFault(name: string): void {
    const left = new Set<string>();
    const failed = (why: string) => new WorkflowFault(`templates.${name} sorting failed: ${why}`);
    for (const task of this.tasks) {
      if (left.has(task.name)) throw failed(`duplicated nodeName ${task.name}`);
      left.add(task.name);
    }
    for (const task of this.tasks) {
      const missing = this.dependencies(task).find(one => this.task(one) === undefined);
      if (missing !== undefined) throw failed(`invalid dependency ${missing}`);
    }
    let isLess = true;
    while (isLess) {
      isLess = false;
      for (const one of [...left]) {
        const task = this.task(one);
        const names = task === undefined ? [] : this.dependencies(task);
        if (names.some(dependency => left.has(dependency))) continue;
        left.delete(one);
        isLess = true;
      }
    }
    if (left.size > 0) throw failed('graph with cycle');
  }

  /** What is said of others in words that mean nothing. */
  referenceFaults(path: string, task: Task): void {
    const { depends = '' } = task;
    for (const [, name = '', result = ''] of depends.matchAll(
      /([a-zA-Z0-9][-a-zA-Z0-9]*?)\.([A-Z][a-zA-Z]+)/g,
    )) {
      if (taskResults.has(result)) continue;
      throw new WorkflowFault(`${path} task result '${result}' for task '${name}' is invalid`);
    }
    for (const name of this.dependencies(task)) {
      const other = this.task(name);
      const isOfItems = new RegExp(`\\b${name}\\.(?:AnySucceeded|AllFailed)\\b`).test(depends);
      if (other !== undefined && isOfItems && !isMany(other)) {
        throw new WorkflowFault(
          `${path.slice(0, -task.name.length)}${name} dependency '${name}' uses an items-based condition such as .AnySucceeded or .AllFailed but does not contain any items`,
        );
      }
    }
  }
}
