/** What the tasks of a graph depend on. @upstream workflow/common/ancestry.go */
import type { Task } from './types.js';

/** A task by its name. */
export type FindTask = (name: string) => Task | undefined;

/** Which tasks one depends on, and under which condition on them it runs; empty: it depends on none. */
export interface Dependencies {
  readonly names: readonly string[];
  readonly logic: string;
}

const pattern = /([a-zA-Z0-9][-a-zA-Z0-9]*?\.[A-Z][a-zA-Z]+)|([a-zA-Z0-9][-a-zA-Z0-9]*)/g;

/** Reads them of a task; a task that is not there counts as one without settings. */
export function dependenciesOf(task: Task, find: FindTask): Dependencies {
  const written = writtenLogic(task, find);
  const names = new Set<string>();
  const logic = written.replaceAll(pattern, (whole: string, withResult?: string) => {
    names.add(whole.split('.')[0] ?? whole);
    return withResult === undefined ? usualEnd(whole, find(whole)) : whole;
  });
  return { names: [...names], logic };
}

function writtenLogic({ depends = '', dependencies = [] }: Task, find: FindTask): string {
  if (depends !== '') return depends;
  return dependencies.map(name => usualEnd(name, find(name))).join(' && ');
}

/** Without more words a task must have gone well. @upstream expandDependency */
function usualEnd(name: string, task: Task | undefined): string {
  const ends = ['Succeeded', 'Skipped', 'Daemoned'];
  if (task?.continueOn?.error === true) ends.push('Errored');
  if (task?.continueOn?.failed === true) ends.push('Failed');
  return `(${ends.map(end => `${name}.${end}`).join(' || ')})`;
}

/** How a task may have ended, as conditions say it. */
export const taskResults: ReadonlySet<string> = new Set([
  ...['Succeeded', 'Failed', 'Errored', 'Skipped', 'Omitted', 'Daemoned', 'AnySucceeded'],
  'AllFailed',
]);

/** The tasks on which no other depends, in order. @upstream findLeafTaskNames */
export function leafTasks(
  tasks: readonly Task[],
  dependencies: (task: Task) => Dependencies,
): readonly string[] {
  const inner = new Set(tasks.flatMap(task => dependencies(task).names));
  return tasks
    .map(({ name }) => name)
    .filter(name => !inner.has(name))
    .sort();
}
