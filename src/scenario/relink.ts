/** Recorded objects in another cluster: what the server gave them is taken off, owners are found again. */
import type { KubeObject } from '../../sim/api/object.js';
import type { ObjectMeta, OwnerReference } from '../../sim/api/kinds/meta.js';

/** The uid of an object of this cluster by its kind, namespace and name; undefined: there is none. */
export type FindUid = (kind: string, namespace: string, name: string) => string | undefined;

/** Labels that hold the uid of a Job. */
const jobLabels = ['batch.kubernetes.io/controller-uid', 'controller-uid'];

/** The object as a client would send it to a cluster that has never seen it. */
export function relinked(object: KubeObject, uidOf: FindUid): KubeObject {
  const { status: _status, ...rest } = object;
  const { namespace = '', ownerReferences, labels } = object.metadata;
  const owners = ownerReferences?.flatMap((owner): OwnerReference[] => {
    const uid = uidOf(owner.kind, namespace, owner.name) ?? uidOf(owner.kind, '', owner.name);
    // An owner that is not there would have its objects collected as orphans.
    return uid === undefined ? [] : [{ ...owner, uid }];
  });
  const job = owners?.find(({ kind }) => kind === 'Job');
  return {
    ...rest,
    metadata: {
      ...bare(object.metadata),
      ...(owners !== undefined && owners.length > 0 && { ownerReferences: owners }),
      ...(job !== undefined && { labels: ofJob(labels ?? {}, job) }),
    },
  };
}

/** Metadata without what only a server may set. */
export function bare(metadata: ObjectMeta): ObjectMeta {
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _created,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    managedFields: _fields,
    selfLink: _link,
    ownerReferences: _owners,
    ...given
  } = metadata as ObjectMeta & { readonly selfLink?: string };
  return given;
}

/** A Job finds its pods by its uid. */
function ofJob(
  labels: Readonly<Record<string, string>>,
  { uid, name }: OwnerReference,
): Record<string, string> {
  return {
    ...labels,
    ...Object.fromEntries(jobLabels.map(key => [key, uid])),
    'batch.kubernetes.io/job-name': name,
    'job-name': name,
  };
}
