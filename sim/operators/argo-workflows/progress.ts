/** How much of the work is done: `2/3`. @upstream workflow/progress/updater.go */
import type { Operation } from './operation.js';
import type { NodeStatus } from './types.js';

interface Progress {
  readonly done: number;
  readonly all: number;
}

const nothing: Progress = { done: 0, all: 0 };

const working: ReadonlySet<string> = new Set(['Pod', 'HTTP', 'Plugin', 'Container', 'Suspend']);

/** Tells it for all nodes and for the Workflow. */
export function updateProgress(operation: Operation): void {
  let all = nothing;
  for (const node of [...operation.nodes.values()]) {
    if (!working.has(node.type)) continue;
    const progress = parsed(node.progress ?? '0/1');
    if (progress === undefined) continue;
    const isDone = ['Succeeded', 'Skipped', 'Omitted'].includes(node.phase ?? '');
    const told = isDone ? { ...progress, done: progress.all } : progress;
    operation.set({ ...node, progress: printed(told) });
    all = added(all, told);
  }
  operation.status.progress = printed(all);
  for (const node of [...operation.nodes.values()]) {
    if (working.has(node.type)) continue;
    const sum = below(operation, node, new Set());
    if (sum.all > 0) operation.set({ ...node, progress: printed(sum) });
  }
}

function below(operation: Operation, node: NodeStatus, visited: Set<string>): Progress {
  let sum = nothing;
  for (const child of operation.childrenOf(node)) {
    if (visited.has(child.id)) continue;
    visited.add(child.id);
    sum = added(sum, below(operation, child, visited));
    if (working.has(child.type)) sum = added(sum, parsed(child.progress ?? '') ?? nothing);
  }
  return sum;
}

function parsed(text: string): Progress | undefined {
  const [, done, all] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const progress = { done: Number(done), all: Number(all) };
  return progress.all > 0 && progress.done <= progress.all ? progress : undefined;
}

function added(one: Progress, other: Progress): Progress {
  return { done: one.done + other.done, all: one.all + other.all };
}

function printed({ done, all }: Progress): string {
  return `${done}/${all}`;
}
