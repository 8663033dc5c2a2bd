/** What a kubelet may do to pods: make mirror pods, report and delete and evict those bound to it. */
import { deepEqual } from '../../../api/equality.js';
import { goQuote } from '../../../api/go-text.js';
import { nodes, pods, type Pod, type PodSpec, type Volume } from '../../../api/kinds/core.js';
import { notFound } from '../../../api/status.js';
import type { ServerAccess } from '../../access.js';
import { configMapsOf, secretsOf } from '../../authorization/node-relations.js';
import { forbid, objectOf, oldObjectOf, refuse } from '../shared/outcome.js';
import type { AdmissionAttributes, AdmissionContext, AdmissionOutcome } from '../plugin.js';

/** How a lister names a pod that is not there. */
export const podOfLister = { group: '', resource: 'pod' };

/** Creation of mirror pods and deletion. */
export function admitPod(
  nodeName: string,
  attributes: AdmissionAttributes,
  { access }: AdmissionContext,
): AdmissionOutcome {
  const who = `node ${goQuote(nodeName)}`;
  const { operation } = attributes;
  if (operation === 'CREATE') return admitCreate(nodeName, attributes, access);
  if (operation !== 'DELETE') {
    const text = `unexpected operation "${operation}", ${who} can only create and delete mirror pods`;
    return forbid(attributes, text);
  }
  const pod = find(attributes, access);
  if (pod === undefined) return refuse(notFound(podOfLister, attributes.name));
  if (pod.spec?.nodeName === nodeName) return undefined;
  return forbid(attributes, `${who} can only delete pods with spec.nodeName set to itself`);
}

function find({ namespace, name }: AdmissionAttributes, access: ServerAccess): Pod | undefined {
  return access.get(pods, namespace, name) as unknown as Pod | undefined;
}

function admitCreate(
  nodeName: string,
  attributes: AdmissionAttributes,
  access: ServerAccess,
): AdmissionOutcome {
  const pod = objectOf<Pod>(attributes);
  const who = `node ${goQuote(nodeName)}`;
  const mirror = 'kubernetes.io/config.mirror';
  if (pod.metadata.annotations?.[mirror] === undefined) {
    const text = `pod does not have "${mirror}" annotation, ${who} can only create mirror pods`;
    return forbid(attributes, text);
  }
  if (pod.spec?.nodeName !== nodeName) {
    return forbid(attributes, `${who} can only create pods with spec.nodeName set to itself`);
  }
  const ownerError = ownersError(nodeName, pod);
  if (ownerError !== undefined) return forbid(attributes, ownerError);
  const node = access.get(nodes, '', nodeName);
  if (node === undefined) return refuse(notFound({ group: '', resource: 'node' }, nodeName));
  const uid = pod.metadata.ownerReferences?.[0]?.uid ?? '';
  if (uid !== node.metadata.uid) {
    const text = `node ${nodeName} UID mismatch: expected ${uid} got ${node.metadata.uid ?? ''}`;
    return forbid(attributes, text);
  }
  const referenced = referencedObjects(pod.spec);
  if (referenced === undefined) return undefined;
  return forbid(attributes, `${who} can not create pods that reference ${referenced}`);
}

function ownersError(nodeName: string, { metadata }: Pod): string | undefined {
  const owners = metadata.ownerReferences ?? [];
  const can = `node ${goQuote(nodeName)} can only create pods with`;
  if (owners.length > 1) return `${can} a single owner reference set to itself`;
  const [owner] = owners;
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== nodeName) {
    return `${can} an owner reference set to itself`;
  }
  if (owner.controller !== true) return `${can} a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion !== true) return undefined;
  return `node ${goQuote(nodeName)} must not set blockOwnerDeletion on an owner reference`;
}

/** @upstream pkg/api/pod/util.go HasAPIObjectReference */
function referencedObjects(spec: PodSpec): string | undefined {
  if (spec.serviceAccountName) return 'serviceaccounts';
  for (const secret of secretsOf(spec)) if (secret !== undefined) return 'secrets';
  for (const configMap of configMapsOf(spec)) if (configMap !== undefined) return 'configmaps';
  if ((spec.resourceClaims ?? []).length > 0) return 'resourceclaims';
  for (const volume of spec.volumes ?? []) {
    const referenced = referencedByVolume(volume);
    if (referenced !== undefined) return referenced;
  }
  return undefined;
}

function referencedByVolume(volume: Volume): string | undefined {
  if (volume.csi !== undefined) return 'csidrivers (via CSI volumes)';
  if (volume.glusterfs !== undefined) return 'endpoints (via glusterFS volumes)';
  if (volume.persistentVolumeClaim !== undefined) return 'persistentvolumeclaims';
  if (volume.ephemeral !== undefined) return 'persistentvolumeclaims (via ephemeral volumes)';
  for (const source of volume.projected?.sources ?? []) {
    if (source.serviceAccountToken) return 'serviceaccounts (via projected volumes)';
    if (source.clusterTrustBundle) return 'clustertrustbundles';
    if (source.podCertificate) return 'podcertificates';
  }
  return undefined;
}

/** Status of its own pods; neither labels nor claim statuses. */
export function admitPodStatus(
  nodeName: string,
  attributes: AdmissionAttributes,
  _context: AdmissionContext,
): AdmissionOutcome {
  const who = `node ${goQuote(nodeName)}`;
  const { operation } = attributes;
  if (operation !== 'UPDATE') return forbid(attributes, `unexpected operation "${operation}"`);
  const old = oldObjectOf<Pod>(attributes);
  const pod = objectOf<Pod>(attributes);
  if (old.spec?.nodeName !== nodeName) {
    const text = 'can only update pod status for pods with spec.nodeName set to itself';
    return forbid(attributes, `${who} ${text}`);
  }
  if (!deepEqual(old.metadata.labels ?? {}, pod.metadata.labels ?? {})) {
    return forbid(attributes, `${who} cannot update labels through pod status`);
  }
  const claims = pod.status?.resourceClaimStatuses ?? [];
  if (!deepEqual(old.status?.resourceClaimStatuses ?? [], claims)) {
    return forbid(attributes, `${who} cannot update resource claim statues`);
  }
  const extended = pod.status?.extendedResourceClaimStatus;
  if (deepEqual(old.status?.extendedResourceClaimStatus, extended)) return undefined;
  return forbid(attributes, `${who} cannot update extended resource claim status`);
}

/** Eviction of its own pods. */
export function admitEviction(
  nodeName: string,
  attributes: AdmissionAttributes,
  { access }: AdmissionContext,
): AdmissionOutcome {
  const pod = find(attributes, access);
  if (pod === undefined) return refuse(notFound(podOfLister, attributes.name));
  if (pod.spec?.nodeName === nodeName) return undefined;
  const text = `node ${nodeName} can only evict pods with spec.nodeName set to itself`;
  return forbid(attributes, text);
}
