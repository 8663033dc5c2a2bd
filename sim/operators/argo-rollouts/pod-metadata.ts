/** Labels and annotations that pods have while they are canary or stable. @upstream argo-rollouts rollout/ephemeralmetadata.go, utils/replicaset/canary.go */
import { isRecord } from '../../api/equality.js';
import { goJson } from '../../api/go-text.js';
import { replicaSets, type ReplicaSet } from '../../api/kinds/apps.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, update } from '../../client/requests.js';
import { blueGreenOf, canaryOf, statusOf } from './defaults.js';
import { keys } from './keys.js';
import { hashOfSet, sizeOf } from './replica-sets.js';
import type { Failure, RolloutState } from './state.js';
import type { PodMetadata, Rollout } from './types.js';

/** What pods of the new template get, and what those of the stable one. */
export function metadataOf(rollout: Rollout): {
  readonly fresh: PodMetadata | undefined;
  readonly stable: PodMetadata | undefined;
} {
  const [canary, blueGreen] = [canaryOf(rollout), blueGreenOf(rollout)];
  return canary !== undefined
    ? { fresh: canary.canaryMetadata, stable: canary.stableMetadata }
    : { fresh: blueGreen?.previewMetadata, stable: blueGreen?.activeMetadata };
}

/** Keeps those of all sets and pods as they should be. */
export function* keepPodMetadata(state: RolloutState): Reconciliation<Failure> {
  const { rollout, newSet, stableSet, others } = state;
  const { fresh, stable } = metadataOf(rollout);
  if (fresh === undefined && stable === undefined) return undefined;
  const { stableRS = '' } = statusOf(rollout);
  const isWhole = stableRS === '' || stableRS === hashOfSet(newSet);
  const wanted: [ReplicaSet | undefined, PodMetadata | undefined][] = isWhole
    ? [[newSet, stable]]
    : [
        [newSet, fresh],
        [stableSet, stable],
      ];
  for (const set of others) wanted.push([set, undefined]);
  for (const [set, metadata] of wanted) {
    const failure = set === undefined ? undefined : yield* keepOne(state, set, metadata);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function* keepOne(
  state: RolloutState,
  set: ReplicaSet,
  wanted: PodMetadata | undefined,
): Reconciliation<Failure> {
  const changed = withPodMetadata(set, wanted);
  if (changed !== undefined) {
    const answer = yield* call(update(replicaSets, changed));
    if (!answer.isOk) return `failed to sync ephemeral metadata: ${answer.message}`;
    if (set === state.newSet) state.newSet = answer.object;
    if (set === state.stableSet) state.stableSet = answer.object;
  }
  if (sizeOf(set) === 0) return undefined;
  for (const pod of state.view.byIndex(pods, 'owner', set.metadata.uid ?? '')) {
    const metadata = merged(pod.metadata, injectedInto(set), wanted);
    if (metadata === undefined) continue;
    const answer = yield* call(update(pods, { ...pod, metadata } satisfies Pod));
    if (!answer.isOk && answer.status !== 404) return answer.message;
  }
  return undefined;
}

/** The set whose new pods get this; undefined where they do. @upstream SyncReplicaSetEphemeralPodMetadata */
export function withPodMetadata(
  set: ReplicaSet,
  wanted: PodMetadata | undefined,
): ReplicaSet | undefined {
  const { template = {}, ...spec } = set.spec ?? { selector: {} };
  const metadata = merged(template.metadata ?? {}, injectedInto(set), wanted);
  if (metadata === undefined) return undefined;
  const { [keys.ephemeral]: _, ...others } = set.metadata.annotations ?? {};
  const annotations =
    wanted === undefined ? others : { ...others, [keys.ephemeral]: goJson(wanted) };
  return {
    ...set,
    metadata: { ...set.metadata, annotations },
    spec: { ...spec, template: { ...template, metadata } },
  };
}

function injectedInto({ metadata }: ReplicaSet): PodMetadata {
  const text = metadata.annotations?.[keys.ephemeral];
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    // Upstream takes what it cannot read for nothing, too.
    return {};
  }
}

/** Only what was injected before is taken away. */
function merged(
  metadata: ObjectMeta,
  was: PodMetadata,
  wanted: PodMetadata | undefined,
): ObjectMeta | undefined {
  const labels = mergedTexts(metadata.labels, was.labels, wanted?.labels);
  const annotations = mergedTexts(metadata.annotations, was.annotations, wanted?.annotations);
  if (labels === undefined && annotations === undefined) return undefined;
  return {
    ...metadata,
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
  };
}

type Texts = Readonly<Record<string, string>>;

function mergedTexts(present: Texts = {}, was: Texts = {}, wanted: Texts = {}): Texts | undefined {
  const gone = Object.keys(was).filter(key => wanted[key] === undefined && key in present);
  const added = Object.entries(wanted).filter(([key, value]) => present[key] !== value);
  if (gone.length === 0 && added.length === 0) return undefined;
  const kept = Object.entries(present).filter(([key]) => !gone.includes(key));
  return Object.fromEntries([...kept, ...added]);
}
