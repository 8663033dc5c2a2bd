/** The names that all templates of a Workflow know. @upstream workflow/controller/operator.go setGlobalParameters */
import { rfc3339, timeMs } from '../../api/time.js';
import { textOf } from './arguments.js';
import { configMapValues } from './config-maps.js';
import { WorkflowFault } from './fault.js';
import { keys } from './keys.js';
import type { Operation } from './operation.js';
import type { Parameter } from './types.js';

/** Fills them in, as the Workflow is now. */
export function setGlobals(operation: Operation): void {
  const { globals, workflow, spec } = operation;
  const { metadata } = workflow;
  const createdMs = timeMs(metadata.creationTimestamp) ?? operation.nowMs();
  const parameters = JSON.stringify(spec.arguments?.parameters ?? null);
  const plain: Readonly<Record<string, string>> = {
    'workflow.name': operation.name,
    'workflow.namespace': operation.namespace,
    'workflow.mainEntrypoint': spec.entrypoint ?? '',
    'workflow.serviceAccountName': spec.serviceAccountName ?? '',
    'workflow.uid': metadata.uid ?? '',
    'workflow.creationTimestamp': rfc3339(createdMs),
    'workflow.creationTimestamp.s': String(Math.floor(createdMs / 1000)),
    'workflow.creationTimestamp.RFC3339': rfc3339(createdMs),
    'workflow.parameters': parameters,
    'workflow.parameters.json': parameters,
    ...ofTime(createdMs),
    ...(spec.priority !== undefined && { 'workflow.priority': String(spec.priority) }),
  };
  for (const [name, value] of Object.entries(plain)) globals.set(name, value);
  const scheduled = operation.annotations[keys.scheduledTime];
  if (scheduled !== undefined) globals.set('workflow.scheduledTime', scheduled);
  for (const parameter of spec.arguments?.parameters ?? []) {
    globals.set(`workflow.parameters.${parameter.name}`, valueOf(operation, parameter));
  }
  for (const { name, value } of operation.status.outputs?.parameters ?? []) {
    if (value !== undefined) globals.set(`workflow.outputs.parameters.${name}`, textOf(value));
  }
  setMetadata(operation);
}

/** The parts of the time at which the Workflow was made, by the letters of strftime. */
function ofTime(ms: number): Readonly<Record<string, string>> {
  const time = new Date(ms);
  const two = (number: number) => String(number).padStart(2, '0');
  const parts = {
    Y: String(time.getUTCFullYear()),
    y: two(time.getUTCFullYear() % 100),
    m: two(time.getUTCMonth() + 1),
    d: two(time.getUTCDate()),
    H: two(time.getUTCHours()),
    M: two(time.getUTCMinutes()),
    S: two(time.getUTCSeconds()),
  };
  return Object.fromEntries(
    Object.entries(parts).map(([letter, text]) => [`workflow.creationTimestamp.${letter}`, text]),
  );
}

function valueOf(operation: Operation, { name, value, valueFrom }: Parameter): string {
  if (value !== undefined) return textOf(value);
  const reference = valueFrom?.configMapKeyRef;
  if (reference === undefined) {
    throw new WorkflowFault(
      `either value or valueFrom must be specified in order to set global parameter ${name}`,
    );
  }
  const look = configMapValues(operation.view, operation.namespace);
  const { name: map = '', key } = reference;
  try {
    return look(map, key);
  } catch (error) {
    if (!(error instanceof WorkflowFault)) throw error;
    if (valueFrom?.default !== undefined) return textOf(valueFrom.default);
    throw new WorkflowFault(
      `failed to set global parameter ${name} from configmap with name ${map} and key ${key}: ${error.message}`,
    );
  }
}

function setMetadata({ globals, labels, annotations, spec }: Operation): void {
  const all = {
    labels: { ...labels, ...spec.workflowMetadata?.labels },
    annotations: { ...annotations, ...spec.workflowMetadata?.annotations },
  };
  for (const [sort, values] of Object.entries(all)) {
    const text = JSON.stringify(sort === 'labels' ? labels : annotations);
    globals.set(`workflow.${sort}`, text);
    globals.set(`workflow.${sort}.json`, text);
    for (const [name, value] of Object.entries(values)) {
      globals.set(`workflow.${sort}.${name}`, value);
    }
  }
}
