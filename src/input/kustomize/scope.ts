/**
 * Ids of objects as kustomize compares them: kind, name and namespace, before and after each change of names.
 *
 * @upstream sigs.k8s.io/kustomize/kyaml/resid/resid.go
 */
import type { KubeObject } from '../../../sim/api/object.js';
import { groupOf, type Resource, type Stage } from './resource.js';

/** Kinds without a namespace, as kustomize knows them: by the API of 1.21. */
const clusterKinds = new Set([
  'APIService',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'ComponentStatus',
  'CSIDriver',
  'CSINode',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PodSecurityPolicy',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
]);

/** They had no v1 yet. */
const betaKinds = new Set(['FlowSchema', 'PriorityLevelConfiguration']);

/** Whether kustomize takes an object to have no namespace; of kinds that it does not know it never does. */
export function isClusterScoped(object: KubeObject): boolean {
  const { apiVersion = '', kind = '' } = object;
  const group = groupOf(object);
  const isBuiltIn = group === '' || group === 'policy' || group.endsWith('.k8s.io');
  if (betaKinds.has(kind)) return apiVersion === 'flowcontrol.apiserver.k8s.io/v1beta1';
  return isBuiltIn && clusterKinds.has(kind);
}

/** The namespace that stands for none. */
export const effective = (namespace: string | undefined): string =>
  namespace === undefined || namespace === '' ? 'default' : namespace;

/** The namespace of an object; undefined when it has none. */
export const namespaceOf = (object: KubeObject): string | undefined =>
  isClusterScoped(object) ? undefined : effective(object.metadata.namespace);

/** What a resource was called, and where, from the beginning until now. */
export function idsOf({ stages, object }: Resource): readonly [Stage, ...Stage[]] {
  const { name = '', namespace } = object.metadata;
  const [first, ...more] = stages;
  const current = { name, namespace };
  return first === undefined ? [current] : [first, ...more, current];
}

/** Whether a resource is now, or once was, the object that another text names. */
export function isNamedBy(resource: Resource, named: KubeObject): boolean {
  const { object } = resource;
  if (object.apiVersion !== named.apiVersion || object.kind !== named.kind) return false;
  const { name = '', namespace } = named.metadata;
  return idsOf(resource).some(
    id =>
      id.name === name &&
      (isClusterScoped(object) || effective(id.namespace) === effective(namespace)),
  );
}
