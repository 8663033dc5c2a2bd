/** Which tokens a kubelet may ask for: bound to a pod on it, for an audience that the pod uses. */
import { goQuote } from '../../../api/go-text.js';
import type { TokenRequest } from '../../authentication/token-request.js';
import {
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type Volume,
} from '../../../api/kinds/core.js';
import { csiDrivers, type CSIDriver } from '../../../api/kinds/storage.js';
import { notFound } from '../../../api/status.js';
import type { ServerAccess } from '../../access.js';
import { podOfLister } from './pod.js';
import { forbid, refuse } from '../shared/outcome.js';
import type { AdmissionAttributes, AdmissionContext, AdmissionOutcome } from '../plugin.js';

/** A node's request for a token. */
export function admitToken(
  nodeName: string,
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): AdmissionOutcome {
  if (attributes.operation !== 'CREATE' || attributes.subresource !== 'token') return undefined;
  const { spec } = attributes.object as unknown as TokenRequest;
  const reference = spec.boundObjectRef;
  if (reference?.apiVersion !== 'v1' || reference.kind !== 'Pod' || !reference.name) {
    return forbid(attributes, 'node requested token not bound to a pod');
  }
  if (!reference.uid) {
    return forbid(attributes, 'node requested token with a pod binding without a uid');
  }
  const stored = context.access.get(pods, attributes.namespace, reference.name);
  if (stored === undefined) return refuse(notFound(podOfLister, reference.name));
  const pod = stored as unknown as Pod;
  if (reference.uid !== pod.metadata.uid) {
    const uid = `the UID in the bound object reference (${reference.uid})`;
    const again = 'The object might have been deleted and then recreated';
    return forbid(attributes, `${uid} does not match the UID in record. ${again}`);
  }
  if (pod.spec?.nodeName !== nodeName) {
    const text = 'node requested token bound to a pod scheduled on a different node';
    return forbid(attributes, text);
  }
  return admitAudience(pod, spec.audiences ?? [], attributes, context);
}

function admitAudience(
  pod: Pod,
  audiences: readonly string[],
  attributes: AdmissionAttributes,
  { access, authorizer }: AdmissionContext,
): AdmissionOutcome {
  if (audiences.length > 1) return forbid(attributes, 'node may only request 0 or 1 audiences');
  const [audience = ''] = audiences;
  const volumes = pod.spec?.volumes ?? [];
  if (volumes.some(volume => usesAudience(volume, audience, pod, access))) return undefined;
  const { user, namespace, name } = attributes;
  const { decision } = authorizer.authorize({
    user,
    verb: 'request-serviceaccounts-token-audience',
    isResourceRequest: true,
    group: '',
    version: 'v1',
    resource: audience,
    subresource: '',
    namespace,
    name,
    path: '',
  });
  if (decision === 'allow') return undefined;
  const found = `audience ${goQuote(audience)} not found in pod spec volume`;
  const text = `${found}, ${user.name} is not authorized to request tokens for this audience`;
  return forbid(attributes, text);
}

function usesAudience(volume: Volume, audience: string, pod: Pod, access: ServerAccess): boolean {
  const sources = volume.projected?.sources ?? [];
  const isProjected = sources.some(
    ({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? '') === audience,
  );
  if (isProjected) return true;
  const driverName = driverOf(volume, pod, access);
  if (driverName === undefined) return false;
  const driver = access.get(csiDrivers, '', driverName) as unknown as CSIDriver | undefined;
  return (driver?.spec.tokenRequests ?? []).some(request => request.audience === audience);
}

function driverOf(volume: Volume, pod: Pod, access: ServerAccess): string | undefined {
  if (volume.csi !== undefined) return volume.csi.driver;
  const claimName = volume.ephemeral
    ? `${pod.metadata.name ?? ''}-${volume.name}`
    : volume.persistentVolumeClaim?.claimName;
  if (claimName === undefined) return undefined;
  const namespace = pod.metadata.namespace ?? '';
  const claim = access.get(persistentVolumeClaims, namespace, claimName) as
    PersistentVolumeClaim | undefined;
  const name = claim?.spec?.volumeName ?? '';
  const stored = access.get(persistentVolumes, '', name) as PersistentVolume | undefined;
  return stored?.spec?.csi?.driver;
}
