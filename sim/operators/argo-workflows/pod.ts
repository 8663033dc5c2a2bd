/** Runs what needs a pod: makes it, unless it is there. @upstream workflow/controller/operator.go executeContainer, executeScript, executeResource */
import type { Container, Pod } from '../../api/kinds/core.js';
import { pods } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create } from '../../client/requests.js';
import type { Configuration } from './configuration.js';
import { mainsOfSet } from './container-set.js';
import { addExecutable, type Executed, type Execution } from './execute.js';
import { attempt, WorkflowFault } from './fault.js';
import { boundaryTemplate, templateDeadline } from './limits.js';
import { callerName } from './names.js';
import type { Operation } from './operation.js';
import { execContainer, mainContainers, minimalSecurity } from './pod-containers.js';
import { deadlineSeconds } from './pod-deadline.js';
import { buildPod } from './pod-build.js';
import { typeOf } from './templates.js';
import type { NodeStatus, Template } from './types.js';
import { parseYamlText, printYamlText } from './yaml-text.js';
import { workflows } from './types.js';

/** Makes the pod of a node that waits for one. */
export function* executePod(operation: Operation, execution: Execution): Reconciliation<Executed> {
  const { name, template } = execution;
  const known = operation.node(name);
  const type = typeOf(template) ?? '';
  const isContainer = type === 'Container' || type === 'ContainerSet';
  if (known !== undefined && !isContainer && known.phase !== 'Pending') return { node: known };
  const isReported = template.daemon !== true;
  const how = { type: 'Pod', phase: 'Pending', isReported } as const;
  const node = known ?? addExecutable(operation, execution, how);
  if (operation.podOf(node.id) !== undefined) return { node };
  if (!operation.mayExecute(execution.call.isOnExit === true)) {
    const text = `workflow shutdown with strategy: ${operation.spec.shutdown ?? ''}`;
    return { node: operation.mark(name, 'Failed', text) };
  }
  return yield* makePod(operation, execution, node);
}

function* makePod(
  operation: Operation,
  execution: Execution,
  node: NodeStatus,
): Reconciliation<Executed> {
  const built = attempt(() => podOf(operation, execution, node));
  if ('fault' in built) return { node, fault: built.fault };
  // The Workflow is over in time before the pod could begin.
  if (built.value === undefined) return { node };
  const answer = yield* call(create(pods, built.value));
  if (answer.isOk) {
    operation.activePods++;
    return { node };
  }
  // The name is always the same: it was made before, and the Workflow could not be written.
  if (answer.reason === 'AlreadyExists') return { node };
  if (!isTransient(answer.status, answer.message)) {
    return { node, fault: new WorkflowFault(answer.message) };
  }
  operation.requeue();
  return { node: operation.mark(node.name, 'Pending', answer.message) };
}

/** What another try may mend. @upstream util/errors/errors.go IsTransientErr */
function isTransient(status: number, message: string): boolean {
  if (status === 429 || status === 409 || status >= 500) return true;
  return status === 403 && message.includes('exceeded quota');
}

function podOf(operation: Operation, execution: Execution, node: NodeStatus): Pod | undefined {
  const { name, call: from } = execution;
  const template = withOwner(operation, execution.template);
  const isOnExit = from.isOnExit === true;
  const containers = mainsOf(operation, template);
  const seconds = deadlineSeconds(operation, template, { isOnExit, containers });
  if (seconds === 'late') return undefined;
  return buildPod(operation, template, {
    ...{ node, name, isOnExit, containers },
    ...(seconds !== undefined && { activeDeadlineSeconds: seconds }),
    boundary: boundaryTemplate(operation, from.boundaryId),
    includesOutput: includesOutput(operation, name, from.boundaryId),
    ...(execution.deadlineMs !== undefined && { executionDeadlineMs: execution.deadlineMs }),
    templateDeadlineMs: templateDeadline(operation, template, node),
  });
}

/** What an object of a resource template says belongs to the Workflow, if it is to. */
function withOwner(operation: Operation, template: Template): Template {
  const { resource } = template;
  if (resource?.setOwnerReference !== true || resource.manifest === undefined) return template;
  const object = parseYamlText(resource.manifest);
  const { metadata } = object as { readonly metadata?: { readonly ownerReferences?: object[] } };
  const ownerReferences = [
    ...(metadata?.ownerReferences ?? []),
    ownerReference(operation.workflow, workflows),
  ];
  const manifest = printYamlText({ ...object, metadata: { ...metadata, ownerReferences } });
  return { ...template, resource: { ...resource, manifest } };
}

/** The containers that do the work. */
function mainsOf({ config }: Operation, template: Template): readonly Container[] {
  return template.containerSet === undefined
    ? mainContainers(mainOf(template, config))
    : mainsOfSet(template);
}

function mainOf(template: Template, config: Configuration): Container {
  const { container, script, resource, data } = template;
  if (script !== undefined) {
    const { source = '', ...rest } = script;
    if (source === '') return rest;
    return { ...rest, args: [...(rest.args ?? []), '/argo/staging/script'] };
  }
  if (data !== undefined) {
    return execContainer('main', ['argoexec', 'data', JSON.stringify(data)], config);
  }
  if (resource !== undefined) {
    return {
      ...execContainer('main', ['argoexec', 'resource', resource.action], config),
      securityContext: { ...minimalSecurity, readOnlyRootFilesystem: true },
    };
  }
  return container ?? { name: 'main' };
}

/** Whether what it prints is asked for by the template that calls it. @upstream hasOutputResultRef */
function includesOutput(operation: Operation, nodeName: string, boundaryId: string): boolean {
  const outer = boundaryTemplate(operation, boundaryId);
  if (outer === undefined) return false;
  const caller = callerName(nodeName);
  const text = JSON.stringify(outer);
  const sort = outer.dag === undefined ? 'steps' : 'tasks';
  return [`.${caller}.`, `['${caller}'].`, `[\\"${caller}\\"].`].some(reference =>
    text.includes(`${sort}${reference}outputs.result`),
  );
}
