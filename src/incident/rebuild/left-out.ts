/** Which objects of a dump are no part of an initial state, and why. */
import type { KubeObject } from '../../../sim/api/object.js';

const kinds: Readonly<Record<string, string>> = {
  Event: 'recorded apart',
  Endpoints: 'made by controllers',
  EndpointSlice: 'made by controllers',
  Lease: 'heartbeats',
  ControllerRevision: 'made by controllers',
  PersistentVolume: 'volumes are provisioned anew',
  VolumeAttachment: 'made by controllers',
  CSINode: 'made by kubelets',
  ComponentStatus: 'a view',
  PodMetrics: 'a view',
  NodeMetrics: 'a view',
  CertificateSigningRequest: 'certificates are made anew',
  APIService: 'servers behind the API are not simulated',
  ValidatingWebhookConfiguration: 'webhooks cannot be called',
  MutatingWebhookConfiguration: 'webhooks cannot be called',
  PriorityLevelConfiguration: 'the simulation has its own',
  FlowSchema: 'the simulation has its own',
  IPAddress: 'made by controllers',
  ServiceCIDR: 'the simulation has its own',
};

/** Namespaces whose pods are the cluster's own parts. */
export const systemNamespaces: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
]);

interface Shown extends KubeObject {
  readonly type?: string;
  readonly status?: { readonly phase?: string };
}

/** Why the object is left out; undefined: it is not. */
export function whyLeftOut(object: KubeObject): string | undefined {
  const { kind = '', metadata } = object;
  const { namespace = '', name = '', labels = {}, annotations = {} } = metadata;
  const byKind = kinds[kind];
  if (byKind !== undefined) return byKind;
  if (kind === 'Namespace' && (systemNamespaces.has(name) || name === 'default')) {
    return 'every cluster has it';
  }
  if (systemNamespaces.has(namespace)) return "the cluster's own parts are simulated";
  if (labels['kubernetes.io/bootstrapping'] !== undefined || name.startsWith('system:')) {
    return 'every cluster has it';
  }
  if (kind === 'PriorityClass' && name.startsWith('system-')) return 'every cluster has it';
  if (kind === 'Service' && namespace === 'default' && name === 'kubernetes') {
    return 'every cluster has it';
  }
  if (kind === 'ConfigMap' && name === 'kube-root-ca.crt') return 'every namespace has it';
  if (kind === 'ServiceAccount' && name === 'default') return 'every namespace has it';
  const { type, status } = object as Shown;
  if (kind === 'Secret' && type === 'kubernetes.io/service-account-token') return 'a token';
  if (kind !== 'Pod') return undefined;
  if (annotations['kubernetes.io/config.mirror'] !== undefined) return 'a static pod';
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return 'it had ended';
  if (metadata.deletionTimestamp !== undefined) return 'it was being deleted';
  return undefined;
}

/** Owners before the owned, what others refer to before them, limits last: they stood when all was there. */
const order: readonly string[] = [
  'CustomResourceDefinition',
  'Namespace',
  'PriorityClass',
  'StorageClass',
  'RuntimeClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Service',
  'NetworkPolicy',
];
const last: readonly string[] = [
  'CronJob',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'Pod',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'LimitRange',
  'ResourceQuota',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

/** Where a kind stands in the order in which objects are restored. */
export function rankOf(kind: string): number {
  const early = order.indexOf(kind);
  if (early >= 0) return early;
  const late = last.indexOf(kind);
  return order.length + 1 + (late < 0 ? 0 : late + 1);
}
