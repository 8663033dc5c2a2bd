/** Templates whose pod has many main containers, each a node. @upstream workflow/controller/container_set_template.go */
import type { Container, Pod } from '../../api/kinds/core.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Executed, Execution } from './execute.js';
import type { Operation } from './operation.js';
import { executePod } from './pod.js';
import type { ContainerNode } from './template-parts.js';
import type { NodeStatus, Template } from './types.js';

/** Makes the pod, and once it is there a node for each of its containers. */
export function* executeContainerSet(
  operation: Operation,
  execution: Execution,
): Reconciliation<Executed> {
  const done = yield* executePod(operation, execution);
  const { node, fault } = done;
  if (fault !== undefined || node === undefined) return done;
  addContainers(operation, execution, node);
  return done;
}

function addContainers(operation: Operation, execution: Execution, node: NodeStatus): void {
  const { name, template, call, flag } = execution;
  const { caller, base } = call;
  const containers = containersOf(template);
  for (const container of containers) {
    const own = `${name}.${container.name}`;
    if (operation.node(own) !== undefined) continue;
    operation.addNode({
      ...{ name: own, type: 'Container', caller, base, boundaryId: node.id, phase: 'Pending' },
      ...(flag && { flag }),
    });
  }
  for (const { name: own, dependencies = [] } of containers) {
    if (dependencies.length === 0) operation.addChild(name, `${name}.${own}`);
    for (const before of dependencies) operation.addChild(`${name}.${before}`, `${name}.${own}`);
  }
}

/** Its containers, without what only the executor is told of them. */
export function mainsOfSet({ containerSet }: Template): readonly Container[] {
  const more = containerSet?.volumeMounts ?? [];
  return (containerSet?.containers ?? []).map(({ dependencies: _, ...container }) => {
    const volumeMounts = [...(container.volumeMounts ?? []), ...more];
    return { ...container, ...(volumeMounts.length > 0 && { volumeMounts }) };
  });
}

function containersOf({ containerSet }: Template): readonly ContainerNode[] {
  return containerSet?.containers ?? [];
}

/** The names of the containers that do the work. @upstream Template.GetMainContainerNames */
export function mainNames(template: Template | undefined): readonly string[] {
  if (template?.containerSet === undefined) return ['main'];
  return containersOf(template).map(({ name }) => name);
}

/** Brings the nodes of its containers up to what the pod tells. @upstream assessNodeStatus */
export function assessContainers(operation: Operation, pod: Pod, node: NodeStatus): void {
  for (const { name, state } of pod.status?.containerStatuses ?? []) {
    const own = `${node.name}.${name}`;
    if (operation.node(own)?.type !== 'Container') continue;
    const { terminated, waiting, running } = state ?? {};
    if (terminated !== undefined) {
      const { exitCode, reason = '', message = '' } = terminated;
      const text = `${name}: ${reason} (exit code ${exitCode}): ${message}`;
      if (exitCode === 0) operation.mark(own, 'Succeeded');
      else operation.mark(own, exitCode === 64 ? 'Error' : 'Failed', text);
    } else if (pod.status?.phase === 'Failed') {
      operation.mark(own, 'Failed', 'Pod Failed whilst container running');
    } else if (waiting !== undefined) operation.mark(own, 'Pending');
    else if (running !== undefined) operation.mark(own, 'Running');
  }
}
