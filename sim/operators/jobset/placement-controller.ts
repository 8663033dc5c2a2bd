/**
 * Deletes the pods of a Job that do not select the domain in which its first pod was placed, so that they are made
 * anew. Its own role does not let it write the status of pods, which it does first: it only tries.
 * @upstream kubernetes-sigs/jobset 08dfbdf pkg/controllers/pod_controller.go
 */
import { nodes, pods, type Pod, type PodCondition } from '../../api/kinds/core.js';
import { controllerOf, findCondition, isDeleting } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Identity,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, keyOf, remove, splitKey, update, watch } from '../../client/requests.js';
import { isLeader } from './exclusive-placement.js';
import { keys } from './keys.js';

/** The controller. */
export function placementController(identity: Identity): ControllerDefinition {
  return {
    name: 'jobset-pod-controller',
    identity,
    create: ({ clock, queue }: ControllerContext) => ({
      retry: defaultRetryPolicy,
      watches: [
        watch(pods, {
          on: ({ object }) => {
            if (isPlacedLeader(object)) queue.add(keyOf(object));
          },
        }),
        watch(nodes),
      ],
      reconcile: (key, view) => sync(key, view, rfc3339(clock.now())),
    }),
  };
}

function isPlacedLeader(pod: Pod): boolean {
  const isPlaced = (pod.spec?.nodeName ?? '') !== '' && !isDeleting(pod);
  return isPlaced && isLeader(pod) && pod.metadata.annotations?.[keys.exclusive] !== undefined;
}

function* sync(key: string, view: View, now: string): Reconciliation {
  const { namespace, name } = splitKey(key);
  const leader = view.get(pods, namespace, name);
  if (leader === undefined) return undefined;
  const { labels = {}, annotations = {} } = leader.metadata;
  const jobKey = labels[keys.jobKey];
  if (jobKey === undefined) return { retry: `job key label not found on leader pod: "${name}"` };
  const job = controllerOf(leader)?.uid;
  if (job === undefined) return { retry: `leader pod "${name}" has no controller owner` };
  const topology = annotations[keys.exclusive] ?? '';
  const node = view.get(nodes, '', leader.spec?.nodeName ?? '');
  const domain = node?.metadata.labels?.[topology];
  if (node !== undefined && domain === undefined) {
    return { retry: `node does not have topology label: ${topology}` };
  }
  const followers = view
    .byIndex(pods, 'owner', job)
    .filter(pod => pod.metadata.labels?.[keys.jobKey] === jobKey && !isLeader(pod));
  if (followers.every(({ spec }) => spec?.nodeSelector?.[topology] === (domain ?? ''))) {
    return undefined;
  }
  if (domain === undefined) return { retry: 'leader topology is unknown (node not found)' };
  return yield* removed(followers, now);
}

function* removed(followers: readonly Pod[], now: string): Reconciliation {
  const problems: string[] = [];
  for (const pod of followers) {
    const { namespace = '', name = '' } = pod.metadata;
    const marked = violating(pod, now);
    const written = marked === pod ? undefined : yield* call(update(pods, marked, 'status'));
    if (written?.isOk === false) {
      problems.push(written.message);
      continue;
    }
    const answer = yield* call(remove(pods, namespace, name, { propagationPolicy: 'Background' }));
    if (!answer.isOk && answer.status !== 404) problems.push(answer.message);
  }
  return problems.length === 0 ? undefined : { retry: problems.join('\n') };
}

/** The pod with a condition by which a podFailurePolicy can tell why it was deleted. */
function violating(pod: Pod, lastTransitionTime: string): Pod {
  const { conditions = [] } = pod.status ?? {};
  const known = findCondition(conditions, 'DisruptionTarget');
  if (known?.status === 'True') return pod;
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'ExclusivePlacementViolation',
    message: 'Pod violated JobSet exclusive placement policy',
    lastTransitionTime,
  };
  const others = conditions.filter(one => one !== known);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
