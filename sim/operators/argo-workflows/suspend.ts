/** Steps that wait: for a while, or for somebody. @upstream workflow/controller/operator.go executeSuspend */
import { timeMs } from '../../api/time.js';
import { durationMs } from './durations.js';
import { addExecutable, type Executed, type Execution } from './execute.js';
import { attempt, WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import type { NodeStatus, Outputs, Template } from './types.js';

/** Looks whether the wait is over. */
export function executeSuspend(operation: Operation, execution: Execution): Executed {
  const { name, template } = execution;
  const node = operation.node(name) ?? addWaiting(operation, execution);
  const { duration = '' } = template.suspend ?? {};
  let untilMs = operation.deadlineMs;
  if (duration !== '') {
    const length = attempt(() => durationMs(duration as string | number));
    if ('fault' in length) return { node, fault: length.fault };
    const endMs = (timeMs(node.startedAt) ?? operation.nowMs()) + length.value;
    if (operation.nowMs() > endMs) return resumed(operation, node);
    untilMs = Math.min(untilMs ?? endMs, endMs);
  }
  if (untilMs !== undefined) {
    // A look at the very moment would come too early: the wait must be over by then.
    operation.requeueAfter(Math.max(untilMs - operation.nowMs(), 0) + 1);
  }
  return { node: operation.mark(name, 'Running') ?? node };
}

function addWaiting(operation: Operation, execution: Execution): NodeStatus {
  const how = { type: 'Suspend', phase: 'Pending', isReported: false } as const;
  const node = addExecutable(operation, execution, how);
  const outputs = suppliedOutputs(execution.template);
  return outputs === undefined ? node : operation.set({ ...node, outputs });
}

/** What somebody will supply. @upstream addRawOutputFields */
function suppliedOutputs({ inputs, outputs }: Template): Outputs | undefined {
  const parameters = (outputs?.parameters ?? [])
    .filter(({ valueFrom }) => valueFrom?.supplied !== undefined)
    .map(parameter => {
      const { valueFrom = {}, name } = parameter;
      const input = inputs?.parameters?.find(one => one.name === name)?.default;
      if (valueFrom.default !== undefined || input === undefined) return parameter;
      return { ...parameter, valueFrom: { ...valueFrom, default: input } };
    });
  return parameters.length === 0 ? undefined : { parameters };
}

function resumed(operation: Operation, node: NodeStatus): Executed {
  const { outputs } = node;
  const given = attempt(() => withSupplied(outputs));
  if ('fault' in given) return { node, fault: given.fault };
  if (given.value !== undefined) operation.change(node.name, { outputs: given.value });
  return { node: operation.mark(node.name, 'Succeeded') ?? node };
}

/** What nobody supplied has its default. @upstream OverrideOutputParametersWithDefault */
function withSupplied(outputs: Outputs | undefined): Outputs | undefined {
  if (outputs?.parameters === undefined) return outputs;
  const parameters = outputs.parameters.map(parameter => {
    const { valueFrom, ...rest } = parameter;
    if (valueFrom?.supplied === undefined) return parameter;
    if (valueFrom.default !== undefined) return { ...rest, value: valueFrom.default };
    throw new WorkflowFault(
      `raw output parameter '${parameter.name}' has not been set and does not have a default value`,
    );
  });
  return { ...outputs, parameters };
}
