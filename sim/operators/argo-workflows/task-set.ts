/** Tasks that no pod of their own runs but an agent: requests and plug-ins. @upstream workflow/controller/taskset.go, agent.go */
import { pods, serviceAccounts, type Pod } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { kindOf, type HasMetadata } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, patch } from '../../client/requests.js';
import { executorImage, groupVersion, keys } from './keys.js';
import type { Operation } from './operation.js';
import { isFulfilled, isOver } from './phases.js';
import { logOptions, minimalSecurity, varRunArgo } from './pod-containers.js';
import { addExecutable, type Executed, type Execution } from './execute.js';
import { workflows, type NodeStatus, type Outputs, type Template } from './types.js';
import { typeOf } from './templates.js';

/** What is to be done, and what came of it. */
export interface TaskSet extends HasMetadata {
  readonly spec?: { readonly tasks?: Readonly<Record<string, Template>> };
  readonly status?: {
    readonly nodes?: Readonly<
      Record<
        string,
        {
          readonly phase?: NodeStatus['phase'];
          readonly message?: string;
          readonly outputs?: Outputs;
        }
      >
    >;
  };
}

/** The kind WorkflowTaskSet. */
export const taskSets = kindOf<TaskSet>(groupVersion, 'WorkflowTaskSet', 'workflowtasksets');

/** Hands the task to the agent. @upstream http_template.go, plugin_template.go */
export function executeTask(operation: Operation, execution: Execution): Executed {
  const { name, template } = execution;
  const type = typeOf(template) === 'HTTP' ? 'HTTP' : 'Plugin';
  const how = { type, phase: 'Pending', isReported: false } as const;
  const node = operation.node(name) ?? addExecutable(operation, execution, how);
  if (!isFulfilled(node)) operation.tasks.set(node.id, template);
  return { node };
}

function isOfTaskSet({ type }: NodeStatus): boolean {
  return type === 'HTTP' || type === 'Plugin';
}

/** Takes over what the agent has told. @upstream reconcileTaskSet */
export function takeTaskResults(operation: Operation): void {
  const set = operation.view.get(taskSets, operation.namespace, operation.name);
  for (const [id, result] of Object.entries(set?.status?.nodes ?? {})) {
    const node = operation.nodes.get(id);
    if (node === undefined || isFulfilled(node)) continue;
    const { outputs, phase, message = '' } = result;
    operation.isUpdated = true;
    operation.set({
      ...node,
      ...(outputs && { outputs }),
      ...(phase && { phase }),
      ...(message !== '' && { message }),
      finishedAt: operation.now(),
    });
  }
}

/** Tells the agent what there is to do, and sees to it that there is one. @upstream taskSetReconciliation */
export function* reconcileTaskSet(operation: Operation): Reconciliation<void> {
  const { tasks, namespace, name } = operation;
  if (tasks.size === 0) return;
  const spec = { tasks: Object.fromEntries(tasks) };
  const { uid = '' } = operation.workflow.metadata;
  const answer = yield* call(
    create(taskSets, {
      metadata: {
        ...{ name, namespace },
        ownerReferences: [{ apiVersion: groupVersion, kind: 'Workflow', name, uid }],
      },
      spec,
    }),
  );
  if (!answer.isOk && answer.reason === 'AlreadyExists') {
    yield* call(patch(taskSets, { namespace, name }, { type: 'merge' }, { spec }));
  } else if (!answer.isOk) return;
  const problem = yield* agentProblem(operation);
  if (problem === undefined) return;
  for (const node of [...operation.nodes.values()]) {
    if (isOfTaskSet(node) && !isFulfilled(node)) operation.markError(node.name, problem);
  }
}

/** The name of the agent's pod. */
export function agentName(operation: Operation): string {
  return `${operation.idOf('agent')}-agent`;
}

/** Why there is no agent, or none any more; undefined: it is there, or is about to be. */
function* agentProblem(operation: Operation): Reconciliation<string | undefined> {
  const name = agentName(operation);
  const known = operation.pods().find(({ metadata }) => metadata.name === name);
  if (known !== undefined) {
    const { phase, message = '' } = known.status ?? {};
    return phase === 'Failed' ? `agent pod failed with reason:"${message}"` : undefined;
  }
  const account = operation.spec.serviceAccountName ?? '';
  const found = yield* call(
    get(serviceAccounts, operation.namespace, account === '' ? 'default' : account),
  );
  if (!found.isOk) {
    return `create agent pod failed with reason:"failed to get token volumes: ${found.message}"`;
  }
  const [secret] = found.object.secrets ?? [];
  const token = secret?.name ?? `${found.object.metadata.name ?? ''}.service-account-token`;
  const answer = yield* call(create(pods, agentPod(operation, token)));
  if (answer.isOk || answer.reason === 'AlreadyExists') return undefined;
  if (answer.status === 429 || answer.status >= 500) {
    operation.requeue();
    return undefined;
  }
  return `create agent pod failed with reason:"failed to create Agent pod. Reason: ${answer.message}"`;
}

/** The pod of the agent, which is handed a token of its account by a secret. @upstream createAgentPod */
function agentPod(operation: Operation, secretName: string): Pod {
  const { name, namespace, spec, workflow } = operation;
  const token = 'kube-api-access-agent';
  const container = {
    ...{ command: ['argoexec'], image: executorImage, securityContext: minimalSecurity },
    env: [
      { name: 'ARGO_WORKFLOW_NAME', value: name },
      { name: 'ARGO_WORKFLOW_UID', value: workflow.metadata.uid ?? '' },
      { name: 'ARGO_AGENT_PATCH_RATE', value: '10s' },
      { name: 'ARGO_PLUGIN_ADDRESSES', value: '[]' },
      { name: 'ARGO_PLUGIN_NAMES', value: '[]' },
    ],
    resources: {
      requests: { cpu: '10m', memory: '64M' },
      limits: { cpu: '100m', memory: '256M' },
    },
    volumeMounts: [
      varRunArgo,
      {
        ...{ name: token, readOnly: true },
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    ],
  };
  return {
    metadata: {
      ...{ name: agentName(operation), namespace },
      labels: {
        ...{ [keys.workflow]: name, [keys.completed]: 'false', [keys.component]: 'agent' },
        ...spec.podMetadata?.labels,
      },
      annotations: { [keys.defaultContainer]: 'main', ...spec.podMetadata?.annotations },
      ownerReferences: [ownerReference(workflow, workflows)],
    },
    spec: {
      restartPolicy: 'OnFailure',
      ...(spec.imagePullSecrets && { imagePullSecrets: spec.imagePullSecrets }),
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: 8737 },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(spec.serviceAccountName !== undefined && {
        serviceAccountName: spec.serviceAccountName,
      }),
      automountServiceAccountToken: false,
      ...(spec.nodeSelector && { nodeSelector: spec.nodeSelector }),
      ...(spec.tolerations && { tolerations: spec.tolerations }),
      ...(spec.affinity && { affinity: spec.affinity }),
      volumes: [
        { name: 'var-run-argo', emptyDir: {} },
        { name: token, secret: { secretName } },
      ],
      initContainers: [{ ...container, name: 'init', args: ['agent', 'init', ...logOptions] }],
      containers: [{ ...container, name: 'main', args: ['agent', 'main', ...logOptions] }],
    },
  };
}

/** What is over is taken from the set; the last time it ends the agent. @upstream removeCompletedTaskSetStatus */
export function* dropTasks(operation: Operation): Reconciliation<void> {
  const { namespace, name, status } = operation;
  const over = [...operation.nodes.values()].filter(node => isOfTaskSet(node) && isFulfilled(node));
  if (over.length === 0) return;
  const set = operation.view.get(taskSets, namespace, name);
  const gone = Object.fromEntries(over.map(({ id }) => [id, null]));
  const isDone = isOver(status.phase);
  const isNews = over.some(({ id }) => set?.spec?.tasks?.[id] !== undefined);
  if (!isDone && !isNews) return;
  const at = { namespace, name };
  const ofStatus = { ...at, subresource: 'status' };
  yield* call(patch(taskSets, ofStatus, { type: 'merge' }, { status: { nodes: gone } }));
  const labels = isDone ? { metadata: { labels: { [keys.completed]: 'true' } } } : {};
  yield* call(patch(taskSets, at, { type: 'merge' }, { ...labels, spec: { tasks: gone } }));
}
