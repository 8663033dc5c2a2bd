/** Creates and deletes pods for a controller, and tells so. @upstream pkg/controller/controller_utils.go RealPodControl */
import { pods, type Pod, type PodTemplateSpec } from '../../api/kinds/core.js';
import type { Status } from '../../api/kinds/meta.js';
import { ownerReference } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Answer, Reconciliation } from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { call, create, patch, remove } from '../../client/requests.js';
import type { OwnWrites } from './own-writes.js';

/** Whose pods they are. */
export interface PodOwner {
  readonly object: HasMetadata;
  readonly kind: Pick<Kind, 'group' | 'version' | 'kind'>;
}

/** Names are checked as if five random characters followed. */
const podNameMax = 253;

/** The pod that the template describes, still without a name. */
export function podFromTemplate(template: PodTemplateSpec | undefined, owner: PodOwner): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    metadata: {
      generateName: generateNameFor(owner.object.metadata.name ?? ''),
      namespace: owner.object.metadata.namespace,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ownerReferences: [ownerReference(owner.object, owner.kind)],
      ...(finalizers && { finalizers }),
    },
    spec: template?.spec ?? { containers: [] },
  };
}

/** `web-`: what the names of a controller's pods begin with. */
export function generateNameFor(name: string): string {
  return name.length + 1 <= podNameMax ? `${name}-` : name;
}

/** What a controller keeps of the pods that it creates. */
export interface CreationMemory {
  readonly expectations: { creationSeen(key: string): void };
  readonly ownWrites: OwnWrites;
}

/** Creates a pod that is expected under the key of its owner; returns the error. */
export function* createExpected(
  events: EventRecorder,
  { expectations, ownWrites }: CreationMemory,
  owner: PodOwner & { readonly key: string },
  pod: Pod,
): Reconciliation<string | undefined> {
  const answer = yield* createPod(events, owner, pod);
  if (answer.isOk) ownWrites.note(owner.key, owner.object, pods, answer.object);
  if (answer.isOk || isNamespaceTerminating(answer)) return undefined;
  expectations.creationSeen(owner.key);
  return answer.message;
}

/** Creates the pod; the event tells the name, or why not. */
function* createPod(events: EventRecorder, owner: PodOwner, pod: Pod): Reconciliation<Answer<Pod>> {
  const answer = yield* call(create(pods, pod));
  if (answer.isOk) {
    const message = `Created pod: ${answer.object.metadata.name ?? ''}`;
    events.record({ regarding: owner.object, type: 'Normal', reason: 'SuccessfulCreate', message });
  } else if (!isNamespaceTerminating(answer)) {
    const message = `Error creating: ${answer.message}`;
    events.record({ regarding: owner.object, type: 'Warning', reason: 'FailedCreate', message });
  }
  return answer;
}

/** Deletes the pod; one that is gone already is a failure of status 404, told to nobody. */
export function* deletePod(
  events: EventRecorder,
  owner: PodOwner,
  pod: Pod,
): Reconciliation<Answer<unknown>> {
  const { namespace = '', name = '' } = pod.metadata;
  const answer = yield* call(remove(pods, namespace, name));
  if (answer.isOk) {
    const message = `Deleted pod: ${name}`;
    events.record({ regarding: owner.object, type: 'Normal', reason: 'SuccessfulDelete', message });
  } else if (answer.status !== 404) {
    const message = `Error deleting: ${answer.message}`;
    events.record({ regarding: owner.object, type: 'Warning', reason: 'FailedDelete', message });
  }
  return answer;
}

/** Takes a finalizer off the pod. */
export function removeFinalizer(pod: Pod, finalizer: string): Reconciliation<Answer<Pod>> {
  const { namespace = '', name = '' } = pod.metadata;
  const body = { metadata: { '$deleteFromPrimitiveList/finalizers': [finalizer] } };
  return call(patch(pods, { namespace, name }, { type: 'strategic' }, body));
}

/** Whether a creation failed because the namespace is going: a retry would be in vain. */
export function isNamespaceTerminating(answer: Answer<unknown>): boolean {
  if (answer.isOk) return false;
  const causes = (answer.body as Status | undefined)?.details?.causes ?? [];
  return causes.some(cause => cause.reason === 'NamespaceTerminating');
}
