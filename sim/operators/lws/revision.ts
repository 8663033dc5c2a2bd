/** The templates that a set has had, kept as controller revisions. @upstream lws v0.10.0 pkg/utils/revision/revision_utils.go */
import { decodeObject } from '../../api/decode.js';
import { sortedValue } from '../../api/encode.js';
import { deepEqual } from '../../api/equality.js';
import { structOf } from '../../api/facts.js';
import { controllerRevisions, type ControllerRevision } from '../../api/kinds/apps.js';
import { controllerOf, ownerReference } from '../../api/meta.js';
import { controllerRevisionHash } from '../../api/pod-template-hash.js';
import type { View } from '../../client/contract.js';
import { Attached } from '../../engine/attached.js';
import { keys, revisionKeyOf } from './keys.js';
import { leaderWorkerSets, type LeaderWorkerSet, type LeaderWorkerSetSpec } from './types.js';

const prefixMax = 220;

/** A revision's data: a patch that puts the templates back. */
interface RevisionData {
  readonly spec: Required<Pick<LeaderWorkerSetSpec, 'leaderWorkerTemplate' | 'networkConfig'>>;
}

/** Specs never change, and each pass asks again. */
const known = new Attached<LeaderWorkerSetSpec, RevisionData>();

/** The data that stands for the set's templates and network, as Go's encoder writes them. */
function dataOf({ spec }: LeaderWorkerSet): RevisionData {
  const kept = known.get(spec);
  if (kept !== undefined) return kept;
  const { leaderTemplate, workerTemplate, volumeClaimTemplates, ...rest } =
    spec.leaderWorkerTemplate;
  const pods = 'core/v1.PodTemplateSpec';
  const data = {
    spec: {
      leaderWorkerTemplate: {
        ...rest,
        ...(leaderTemplate !== undefined && { leaderTemplate: typed(leaderTemplate, pods) }),
        workerTemplate: typed(workerTemplate, pods),
        ...(volumeClaimTemplates !== undefined && {
          volumeClaimTemplates: volumeClaimTemplates.map(claim =>
            typed(claim, 'core/v1.PersistentVolumeClaim'),
          ),
        }),
        $patch: 'replace',
      },
      networkConfig: { subdomainPolicy: 'Shared', ...spec.networkConfig, $patch: 'replace' },
    },
  };
  const sorted = sortedValue(data) as RevisionData;
  known.set(spec, sorted);
  return sorted;
}

/** The object as Go has it; what the schema let through is of its type. */
function typed<T extends object>(value: T, type: string): T {
  const decoded = decodeObject(value, structOf(type));
  return decoded.isOk ? (decoded.object as unknown as T) : value;
}

/** The revisions of the set, or of nobody. */
export function listRevisions(view: View, set: LeaderWorkerSet): readonly ControllerRevision[] {
  const { name = '', namespace = '', uid } = set.metadata;
  return view.list(controllerRevisions, namespace).filter(revision => {
    const owner = controllerOf(revision);
    const isOurs = owner === undefined || owner.uid === uid;
    return isOurs && revision.metadata.labels?.[keys.setName] === name;
  });
}

/** The revision of this hash: the latest, if there are more. */
export function findRevision(
  revisions: readonly ControllerRevision[],
  key: string,
): ControllerRevision | undefined {
  if (key === '') return undefined;
  return highest(revisions.filter(revision => revisionKeyOf(revision) === key));
}

function highest(revisions: readonly ControllerRevision[]): ControllerRevision | undefined {
  let found: ControllerRevision | undefined;
  for (const one of revisions) if ((found?.revision ?? 0) <= one.revision) found = one;
  return found;
}

/** A revision of the set as it is. */
export function newRevision(
  set: LeaderWorkerSet,
  revisions: readonly ControllerRevision[],
  key = '',
): ControllerRevision {
  const { name = '', namespace } = set.metadata;
  const revision = (highest(revisions)?.revision ?? 0) + 1;
  const data = dataOf(set);
  const hash = controllerRevisionHash(data);
  return {
    metadata: {
      name: `${name.slice(0, prefixMax)}-${hash}-${revision}`,
      ...(namespace !== undefined && { namespace }),
      labels: { [keys.setName]: name, [keys.revision]: key || hash },
      ownerReferences: [ownerReference(set, leaderWorkerSets)],
    },
    data,
    revision,
  };
}

/** Whether the set is as it was then. */
export function isOfRevision(set: LeaderWorkerSet, { data }: ControllerRevision): boolean {
  return deepEqual(data, dataOf(set));
}

/** The set with its templates and network as they were then. */
export function restored(set: LeaderWorkerSet, { data }: ControllerRevision): LeaderWorkerSet {
  const { leaderWorkerTemplate, networkConfig } = (data as RevisionData).spec;
  const then = {
    leaderWorkerTemplate: withoutPatch(leaderWorkerTemplate),
    networkConfig: withoutPatch(networkConfig),
  };
  return { ...set, spec: { ...set.spec, ...then } };
}

function withoutPatch<T extends object>(value: T): T {
  const { $patch: _, ...rest } = value as T & { readonly $patch?: string };
  return rest as unknown as T;
}
