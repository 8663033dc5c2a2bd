/** Tells for a pod of a group what would come of the group, if it were tried now. */
import { pods, type Pod } from '../../api/kinds/core.js';
import { podGroups } from '../../api/kinds/scheduling-v1alpha2.js';
import { invariant } from '../../engine/invariant.js';
import type { ObjectReader } from '../framework.js';
import { PodInfo } from '../pod-info.js';
import type { Framework } from '../runtime.js';
import { tryGroup } from './group-attempt.js';
import { PodGroupStates, scheduledCount } from './group-state.js';

/** A pod group, and how far it would come. */
export interface GroupExplanation {
  /** `namespace/name`. */
  readonly name: string;
  /** How many pods it needs at once; absent for a group that may start pod by pod, or is not there. */
  readonly minCount?: number;
  /** How many pods name it. */
  readonly known: number;
  /** How many of them have nodes. */
  readonly scheduled: number;
  /** Those that would get nodes together with these. */
  readonly placed: readonly { readonly pod: string; readonly node: string }[];
  /** Those that would not, each with the reason. */
  readonly unplaced: readonly { readonly pod: string; readonly message: string }[];
  /** Whether the group would start, or go on. */
  readonly starts: boolean;
}

/** The states of all groups that pods name. */
export function groupStatesOf(objects: ObjectReader): PodGroupStates {
  const states = new PodGroupStates(true);
  for (const pod of objects.list(pods)) {
    const phase = pod.status?.phase;
    if (phase !== 'Succeeded' && phase !== 'Failed') states.set(new PodInfo(pod));
  }
  return states;
}

/** Tries the group of the pod, which is one of it whether it has a node or not. */
export function explainGroup(
  framework: Framework,
  objects: ObjectReader,
  states: PodGroupStates,
  pod: Pod,
): GroupExplanation | undefined {
  const { group } = new PodInfo(pod);
  if (group === undefined) return undefined;
  const state = states.get(group);
  const [namespace = '', name = ''] = group.split('/');
  const { gang } = objects.get(podGroups, namespace, name)?.spec.schedulingPolicy ?? {};
  const waiting = [...(state?.unscheduled ?? [])].flatMap(uid => state?.all.get(uid) ?? []);
  const told = {
    name: group,
    ...(gang && { minCount: gang.minCount }),
    known: state?.all.size ?? 0,
    scheduled: state === undefined ? 0 : scheduledCount(state),
  };
  const isGated = (each: PodInfo) =>
    framework.at('preEnqueue').some(plugin => plugin.preEnqueue?.(each.pod) !== undefined);
  const ready = waiting.filter(each => !isGated(each));
  if (ready.length === 0) return { ...told, placed: [], unplaced: [], starts: false };
  const step = tryGroup(framework, group, byImportance(ready), {
    states,
    startIndex: 0,
    percentageOfNodesToScore: 100,
  }).next();
  invariant(step.done === true, 'an attempt without extenders waits for nobody');
  const { members, kind } = step.value;
  return {
    ...told,
    placed: members.flatMap(({ pod: { key }, node, failure }) =>
      node === undefined || failure !== undefined ? [] : [{ pod: key, node }],
    ),
    unplaced: members.flatMap(({ pod: { key }, failure }) =>
      failure === undefined ? [] : [{ pod: key, message: failure.message }],
    ),
    starts: kind === 'scheduled',
  };
}

function byImportance(members: readonly PodInfo[]): readonly PodInfo[] {
  const made = ({ pod }: PodInfo) => pod.metadata.creationTimestamp ?? '';
  const isLater = (a: PodInfo, b: PodInfo) => (made(a) < made(b) ? -1 : made(a) > made(b) ? 1 : 0);
  return [...members].sort((a, b) => b.priority - a.priority || isLater(a, b));
}
