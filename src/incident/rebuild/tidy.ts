/** An imported object as somebody would write it: without what the server and controllers put in. */
import type { KubeObject } from '../../../sim/api/object.js';
import { bare } from '../../scenario/relink.js';

type Fields = Readonly<Record<string, unknown>>;

/** A tidied object, and what was changed in it beyond leaving out, in words. */
export interface Tidied {
  readonly object: KubeObject;
  readonly changed: readonly string[];
}

const droppedAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
  'control-plane.alpha.kubernetes.io/leader',
]);
/** Set by the Job controller and by the server: with the uid of a Job of another cluster. */
const jobLabels = new Set([
  'batch.kubernetes.io/controller-uid',
  'controller-uid',
  'batch.kubernetes.io/job-name',
  'job-name',
]);

/** The object, tidied; its status stays only for nodes, whose size it tells. */
export function tidied(object: KubeObject): Tidied {
  const { status: _status, ...rest } = object;
  const changed: string[] = [];
  const spec = object['spec'] as Fields | undefined;
  const { annotations, finalizers: _finalizers, ...metadata } = bare(object.metadata);
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !droppedAnnotations.has(key));
  const { ownerReferences } = object.metadata;
  const owners = ownerReferences?.map(({ uid: _uid, ...owner }) => owner);
  const result = {
    ...rest,
    metadata: {
      ...metadata,
      ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
      // Without uids: they are found again by kind and name where the objects are restored.
      ...(owners !== undefined && { ownerReferences: owners }),
    },
    ...(spec !== undefined && { spec: specOf(object, spec, changed) }),
    ...(object.kind === 'Node' && { status: sizeOf(object) }),
    ...(object.kind === 'StorageClass' && ownProvisioner(object, changed)),
  };
  // The wire: an owner without its uid is what manifests hold.
  return { object: withoutSecrets(result as unknown as KubeObject), changed };
}

function specOf({ kind }: KubeObject, spec: Fields, changed: string[]): Fields {
  switch (kind) {
    case 'Pod':
      return podSpec(spec);
    case 'Job':
      return jobSpec(spec, changed);
    case 'ReplicaSet':
      return replicaSetSpec(spec, changed);
    case 'Service':
      return serviceSpec(spec);
    case 'Namespace':
      return without(spec, ['finalizers']);
    case 'Node':
      return without(spec, ['podCIDR', 'podCIDRs', 'providerID']);
    case 'PersistentVolumeClaim':
      return without(spec, ['volumeName']);
    default:
      return spec;
  }
}

/** Without what admission adds to every pod. */
function podSpec(spec: Fields): Fields {
  const isToken = ({ name }: { readonly name?: string }): boolean =>
    name?.startsWith('kube-api-access-') === true;
  const { volumes, containers, initContainers } = spec as {
    readonly volumes?: readonly { readonly name?: string }[];
    readonly containers?: readonly Fields[];
    readonly initContainers?: readonly Fields[];
  };
  const clean = (container: Fields): Fields => {
    const { volumeMounts } = container as { volumeMounts?: readonly { readonly name?: string }[] };
    if (volumeMounts === undefined) return container;
    return { ...container, volumeMounts: volumeMounts.filter(mount => !isToken(mount)) };
  };
  return {
    // The class gives it anew.
    ...without(
      spec,
      spec['priorityClassName'] === undefined ? [] : ['priority', 'preemptionPolicy'],
    ),
    ...(volumes !== undefined && { volumes: volumes.filter(volume => !isToken(volume)) }),
    ...(containers !== undefined && { containers: containers.map(clean) }),
    ...(initContainers !== undefined && { initContainers: initContainers.map(clean) }),
  };
}

/** The server makes the selector, unless the Job says that it has one of its own. */
function jobSpec(spec: Fields, changed: string[]): Fields {
  const { template, manualSelector } = spec as {
    readonly template?: {
      readonly metadata?: { readonly labels?: Fields };
      readonly spec?: Fields;
    };
    readonly manualSelector?: boolean;
  };
  const labels = Object.entries(template?.metadata?.labels ?? {}).filter(
    ([key]) => manualSelector === true || !jobLabels.has(key),
  );
  const podSpecOf = template?.spec ?? {};
  const isInvalid =
    podSpecOf['restartPolicy'] === 'Always' || podSpecOf['restartPolicy'] === undefined;
  if (isInvalid)
    changed.push('restartPolicy of a Job cannot be Always: OnFailure stands in for it');
  return {
    ...without(spec, manualSelector === true ? [] : ['selector']),
    template: {
      ...template,
      metadata: { ...template?.metadata, labels: Object.fromEntries(labels) },
      spec: { ...podSpecOf, ...(isInvalid && { restartPolicy: 'OnFailure' }) },
    },
  };
}

/** A selector that its own template does not meet cannot be: some printers drop the hash. */
function replicaSetSpec(spec: Fields, changed: string[]): Fields {
  const { selector, template } = spec as {
    readonly selector?: { readonly matchLabels?: Fields };
    readonly template?: { readonly metadata?: { readonly labels?: Fields } };
  };
  const labels = template?.metadata?.labels ?? {};
  const missing = Object.keys(selector?.matchLabels ?? {}).filter(key => !(key in labels));
  if (missing.length === 0) return spec;
  changed.push(`its template lacks ${missing.join(', ')}, which its selector asks for: added`);
  const metadata = { ...template?.metadata, labels: { ...labels, ...selector?.matchLabels } };
  return { ...spec, template: { ...template, metadata } };
}

/** Addresses and node ports are given anew, in the ranges of the cluster it comes to. */
function serviceSpec(spec: Fields): Fields {
  const { ports, clusterIP } = spec as { readonly ports?: readonly Fields[]; clusterIP?: string };
  const isHeadless = clusterIP === 'None';
  return {
    ...without(spec, [
      'clusterIP',
      'clusterIPs',
      'ipFamilies',
      'ipFamilyPolicy',
      'healthCheckNodePort',
      'loadBalancerIP',
    ]),
    ...(isHeadless && { clusterIP: 'None' }),
    ...(ports !== undefined && { ports: ports.map(port => without(port, ['nodePort'])) }),
  };
}

function sizeOf(node: KubeObject): Fields {
  const { capacity, allocatable, conditions } = (node['status'] ?? {}) as {
    readonly capacity?: Fields;
    readonly allocatable?: Fields;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  const ready = conditions?.find(({ type }) => type === 'Ready');
  return {
    ...(capacity !== undefined && { capacity }),
    ...(allocatable !== undefined && { allocatable }),
    ...(ready !== undefined && { conditions: [{ type: 'Ready', status: ready.status }] }),
  };
}

const provisioner = 'rancher.io/local-path';

/** Volumes come from the provisioner that the simulation has. */
function ownProvisioner({ provisioner: shown }: KubeObject, changed: string[]): Fields {
  if (shown === provisioner) return {};
  changed.push(`volumes come from ${provisioner} instead of its own provisioner`);
  return { provisioner, parameters: undefined };
}

/** Of a Secret only its keys are kept, each with nothing in it. Always: there is no option. */
export function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const { stringData: _text, data, ...rest } = object;
  const keys = [...Object.keys((data ?? {}) as Fields), ...Object.keys((_text ?? {}) as Fields)];
  return { ...rest, data: Object.fromEntries(keys.map(key => [key, ''])) };
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
