/** The binding of a pod to a node. @upstream pkg/registry/core/pod/storage/storage.go BindingREST */
import { pods, type Pod, type PodCondition } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import {
  aggregated,
  badRequest,
  conflict,
  isFailure,
  plainError,
  type Failure,
} from '../../api/status.js';
import { withCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import { bodyAnswer, failureAnswer } from '../answers.js';
import { readPlainObject } from '../body.js';
import type { ServedResource } from '../registry.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { writeOptions } from '../write-options.js';
import { unstoredAdmission } from './unstored.js';
import { changeObject } from './update.js';

interface Binding extends KubeObject {
  readonly target?: { readonly kind?: string; readonly name?: string };
}

const bindingKind = { group: '', version: 'v1', kind: 'Binding' } as const;

/** Answers 201 and a Status. */
export function* bindPod(scope: Scope): Steps<ApiAnswer> {
  const failed = yield* bind(scope);
  if (failed !== undefined) return failureAnswer(scope.context, failed);
  return bodyAnswer(scope.context, scope.media, 201, boundStatus);
}

/** What is answered to a binding. */
export const boundStatus = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code: 201,
} as const;

function* bind(scope: Scope): Steps<Failure | undefined> {
  const options = writeOptions(scope.context, 'CreateOptions');
  if (isFailure(options)) return options;
  const binding = readPlainObject(scope, bindingKind, options) as Binding | Failure;
  if (isFailure(binding)) return binding;
  scope.audit?.requestObject(binding);
  const name = scope.name === '' ? (binding.metadata.name ?? '') : scope.name;
  if ((binding.metadata.name ?? '') !== name) {
    return badRequest('name in URL does not match name in Binding object');
  }
  const admission = unstoredAdmission(scope, { kind: bindingKind, options });
  const admitted = (yield* admission.mutate(binding, name)) as Binding | Failure;
  if (isFailure(admitted)) return admitted;
  const problem = targetProblem(admitted);
  if (problem !== undefined) return plainError(problem);
  const refusal = yield* admission.validate(admitted, name);
  if (refusal !== undefined) return refusal;
  const { uid, resourceVersion } = binding.metadata;
  const changed = yield* changeObject(
    { ...scope, name, resource: podsOf(scope) },
    {
      options,
      produce: live => assigned(scope, { live, binding: admitted, resourceVersion, name }),
      strategy: {},
      countsGeneration: false,
      uid,
      isAdmitted: true,
      isUntracked: true,
    },
  );
  return isFailure(changed) ? changed : undefined;
}

/** Bindings of old are posted to a resource of their own. */
function podsOf({ core, resource }: Scope): ServedResource {
  return core.registry.find(pods.group, pods.version, pods.resource) ?? resource;
}

/** @upstream ValidatePodBinding */
function targetProblem({ target = {} }: Binding): string | undefined {
  const { kind = '', name = '' } = target;
  const problems: string[] = [];
  if (kind !== '' && kind !== 'Node') {
    const supported = 'supported values: "Node", "<empty>"';
    problems.push(`target.kind: Unsupported value: ${JSON.stringify(kind)}: ${supported}`);
  }
  if (name === '') problems.push('target.name: Required value');
  return problems.length === 0 ? undefined : aggregated(problems);
}

interface Assignment {
  readonly live: KubeObject | undefined;
  readonly binding: Binding;
  readonly resourceVersion: string | undefined;
  readonly name: string;
}

function assigned(scope: Scope, { live, binding, resourceVersion, name }: Assignment) {
  const pod = live as Pod | undefined;
  const resource = { group: '', resource: 'pods' };
  const refuse = (text: string) => conflict({ group: '', resource: 'pods/binding' }, name, text);
  if (pod === undefined) return conflict(resource, name, `pod ${name} not found`);
  if (pod.metadata.deletionTimestamp !== undefined) {
    return refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec?.nodeName) {
    return refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  }
  if ((pod.spec?.schedulingGates?.length ?? 0) > 0) {
    return refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  }
  const { labels, annotations } = binding.metadata;
  const object = {
    ...bound(pod, binding.target?.name, scope.core.clock.now()),
    metadata: {
      ...pod.metadata,
      ...(resourceVersion && { resourceVersion }),
      ...(labels && { labels: { ...pod.metadata.labels, ...labels } }),
      ...(annotations && { annotations: { ...pod.metadata.annotations, ...annotations } }),
    },
  };
  return { object: object as unknown as KubeObject };
}

/** The pod on the node, scheduled now. */
export function bound(pod: Pod, nodeName: string | undefined, nowMs: number) {
  // A nomination has served when the pod is bound (ClearingNominatedNodeNameAfterBinding, 1.35).
  const { nominatedNodeName: _served, ...status } = pod.status ?? {};
  return {
    ...pod,
    // A spread that grows would give each spec and status a hidden class of its own.
    spec: Object.assign({}, pod.spec, { nodeName }),
    status: Object.assign({}, status, {
      conditions: withCondition<PodCondition>(pod.status?.conditions, {
        type: 'PodScheduled',
        status: 'True',
        lastProbeTime: null as unknown as string,
        lastTransitionTime: rfc3339(nowMs),
      }),
    }),
  };
}
