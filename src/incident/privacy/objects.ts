/** Rewrites whole objects with the stand-ins of an import: each field as what it is. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { Anonymiser } from './anonymiser.js';
import { isCommon, isPublicDomain } from './common-words.js';

type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

/** Fields that hold the name of another object or part. */
const nameFields = new Set([
  'name',
  'generateName',
  'secretName',
  'claimName',
  'serviceAccountName',
  'serviceAccount',
  'serviceName',
  'hostname',
  'subdomain',
  'ingressClassName',
  'storageClassName',
  'priorityClassName',
  'runtimeClassName',
  'volumeName',
  'configMapName',
  'containerName',
  'clusterName',
  'targetPort',
]);
/** Names that belong to Kubernetes: of resources of autoscalers, of policies. */
const publicNames = new Set([
  'kube-root-ca.crt',
  'cpu',
  'memory',
  'ephemeral-storage',
  'pods',
  'default-scheduler',
]);
/** Variables that everybody has, or that the simulation reads. */
const publicVariables =
  /^(PATH|HOME|TZ|HOSTNAME|LANG|LD_LIBRARY_PATH|PYTHON\w*|JAVA_OPTS|GOMAXPROCS|OMP_\w+|NVIDIA_\w+|CUDA_\w+|NCCL_\w+|POD_\w+|NODE_NAME|MASTER_(ADDR|PORT)|WORLD_SIZE|RANK|LOCAL_RANK|TF_CONFIG)$/;
const labelMaps = new Set(['labels', 'matchLabels', 'nodeSelector', 'selector', 'commonLabels']);
/** Texts of programs: only how many there are is kept. */
const opaqueLists = new Set(['args', 'command']);
const opaqueFields = new Set([
  'caBundle',
  'url',
  'bootID',
  'machineID',
  'systemUUID',
  'providerID',
]);
const hostFields = new Set(['host', 'externalName', 'hosts']);
/** Labels whose values are public knowledge. */
const publicLabels =
  /^(kubernetes\.io\/(os|arch)|beta\.kubernetes\.io\/.*|node\.kubernetes\.io\/.*|nvidia\.com\/.*|feature\.node\.kubernetes\.io\/.*|pod-security\.kubernetes\.io\/.*|node-role\.kubernetes\.io\/.*|seatrial\.dev\/.*|karpenter\.sh\/capacity-type|batch\.kubernetes\.io\/job-completion-index|pod-template-generation)$/;
/** Labels that hold the hash of a template; that of a StatefulSet's behind its name. */
const hashLabels =
  /^(pod-template-hash|controller-revision-hash|controller\.kubernetes\.io\/hash)$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const zones = /^(topology\.kubernetes\.io|failure-domain\.beta\.kubernetes\.io)\/(zone|region)$/;

/** Rewrites an object; called once to learn its words and once more to rewrite it. */
export function rewriteObject(object: KubeObject, own: Anonymiser): KubeObject {
  const { kind, apiVersion } = object;
  const walk = new Walk(own, kind ?? '');
  // The data of a revision is a template, not somebody's.
  const isRevision = kind === 'ControllerRevision';
  const { data, binaryData, stringData: _text, ...rest } = object;
  const rewritten = walk.fields(rest, []) as unknown as KubeObject;
  return {
    ...(apiVersion !== undefined && { apiVersion }),
    ...rewritten,
    ...(kind !== undefined && { kind }),
    ...(apiVersion !== undefined && { apiVersion: groupOf(apiVersion, own) }),
    ...(data !== undefined && {
      data: isRevision ? walk.fields(data as Fields, []) : dataOf(data, kind, own),
    }),
    ...(binaryData !== undefined && { binaryData: dataOf(binaryData, 'Secret', own) }),
  };
}

/** A patch, a scale, delete options: what travels in the body of a write. */
export function rewriteBody(body: Json, own: Anonymiser): Json {
  if (typeof body !== 'object' || body === null) return body;
  if (Array.isArray(body)) {
    return (body as readonly Fields[]).map(operation => rewriteOperation(operation, own));
  }
  return rewriteObject(body as KubeObject, own);
}

/** An operation of a JSON patch: its value is what the path names. */
function rewriteOperation(operation: Fields, own: Anonymiser): Fields {
  const walk = new Walk(own, '');
  const { path, value } = operation;
  const field = typeof path === 'string' ? (path.split('/').at(-1) ?? '') : '';
  if (value === undefined || field === '') return walk.fields(operation, []);
  const { [field]: rewritten } = walk.fields({ [field]: value }, []);
  const { value: _value, ...rest } = operation;
  return { ...walk.fields(rest, []), value: rewritten };
}

/** The group of a custom kind may name its maker. */
function groupOf(apiVersion: string, own: Anonymiser): string {
  const [group = '', version] = apiVersion.split('/');
  if (version === undefined || !group.includes('.') || isPublicDomain(group)) return apiVersion;
  return `${own.vocabulary.claim(group, 'domain')}/${version}`;
}

function dataOf(data: Json, kind: string | undefined, own: Anonymiser): Fields {
  const entries = Object.entries((data ?? {}) as Fields);
  return Object.fromEntries(
    entries.map(([key, value]) => [
      own.text(key),
      kind === 'Secret' ? '' : own.opaque(String(value)),
    ]),
  );
}

class Walk {
  constructor(
    private readonly own: Anonymiser,
    private readonly kind: string,
  ) {}

  fields(fields: Fields, path: readonly string[]): Record<string, Json> {
    return Object.fromEntries(
      Object.entries(fields).map(([key, value]) => {
        const isMade = key.includes('/') || key.startsWith('f:') || key.startsWith('k:');
        return [isMade ? this.own.key(key) : key, this.value(key, value, [...path, key])];
      }),
    );
  }

  private value(key: string, value: Json, path: readonly string[]): Json {
    const parent = path.at(-2) ?? '';
    if (key === 'managedFields' || key === 'fieldsV1') return undefined;
    if (this.kind === 'CustomResourceDefinition') {
      // How kinds are called is the structure of the API.
      if (key === 'names' || key === 'acceptedNames' || key === 'storedVersions') return value;
      if (key === 'group' && typeof value === 'string')
        return groupOf(`${value}/v`, this.own).slice(0, -2);
    }
    if (key === 'annotations' && isTextMap(value)) return this.annotations(value);
    if (labelMaps.has(key) && isTextMap(value)) return this.labels(value);
    if (opaqueLists.has(key) && Array.isArray(value)) {
      return (value as readonly Json[]).map(each => this.own.opaque(String(each)));
    }
    if (Array.isArray(value)) {
      return (value as readonly Json[]).map(each => this.value(key, each, path));
    }
    if (typeof value === 'object' && value !== null) {
      if (key === 'matchExpressions' || key === 'matchFields')
        return this.expression(value as Fields);
      return this.fields(value as Fields, path);
    }
    if (typeof value !== 'string') return value;
    return this.text(key, value, parent);
  }

  private text(key: string, value: string, parent: string): string {
    const { own } = this;
    if (key === 'apiVersion') return groupOf(value, own);
    if (key === 'kind' || key === 'fieldPath' || key === 'resource') return value;
    if (key === 'image') return own.image(value);
    if (key === 'imageID') return value.includes('/') ? own.image(value) : '';
    if (key === 'provisioner') return value;
    if (key === 'namespace') return own.name(value, 'namespace');
    if (key === 'nodeName' || key === 'node') return own.name(value, 'node');
    if (key === 'value' && (parent === 'env' || parent === 'args')) return own.opaque(value);
    if (parent === 'tolerations' || parent === 'taints') {
      return key === 'key' ? own.key(value) : key === 'value' ? own.text(value) : value;
    }
    if (key === 'key' || key === 'topologyKey') return own.key(value);
    if (key === 'resourceName' || key === 'finalizers') return own.key(value);
    if (opaqueFields.has(key)) return own.opaque(value);
    if (hostFields.has(key)) return own.text(value);
    if (key === 'path')
      return parent === 'httpGet' || parent === 'paths' ? this.path(value) : own.text(value);
    if (nameFields.has(key)) return this.name(key, value, parent);
    return own.text(value);
  }

  private name(key: string, value: string, parent: string): string {
    if (publicNames.has(value) || value.startsWith('kube-api-access-') || /^\d+$/.test(value))
      return value;
    if (parent === 'env') {
      return publicVariables.test(value) ? value : this.own.vocabulary.claim(value, 'env');
    }
    if (key === 'name' && parent === 'metadata') {
      if (this.kind === 'Namespace') return this.own.name(value, 'namespace');
      if (this.kind === 'Node') return this.own.name(value, 'node');
    }
    if (isPublicDomain(value)) return value;
    if (value.includes('.') && value.includes('/')) return this.own.text(value);
    return this.own.name(value);
  }

  private path(value: string): string {
    return value
      .split('/')
      .map(part => (isCommon(part) || part === '' ? part : this.own.vocabulary.claim(part, 'word')))
      .join('/');
  }

  private labels(map: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(map).map(([key, value]) => [this.own.key(key), this.label(key, value)]),
    );
  }

  private label(key: string, value: string): string {
    const { own } = this;
    if (isPublicDomain(value)) return value;
    if (hashLabels.test(key)) {
      const known = own.vocabulary.find(value);
      return known ?? (value.includes('-') ? own.vocabulary.claimName(value) : value);
    }
    if (publicLabels.test(key) || value === '') return value;
    if (zones.test(key)) return own.vocabulary.claim(value, 'zone');
    if (key === 'kubernetes.io/hostname') return own.name(value, 'node');
    if (key === 'kubernetes.io/metadata.name') return own.name(value, 'namespace');
    if (uuid.test(value)) return own.text(value);
    if (/^(true|false|v?\d[\w.]*)$/i.test(value)) return value;
    return own.vocabulary.find(value) ?? own.vocabulary.claimName(value, 'label');
  }

  private expression(value: Fields): Fields {
    const { key, values, ...rest } = value as {
      readonly key?: string;
      readonly values?: readonly string[];
    };
    return {
      ...(key !== undefined && { key: this.own.key(key) }),
      ...rest,
      ...(values !== undefined && { values: values.map(each => this.label(key ?? '', each)) }),
    };
  }

  /** The server's and the tools' own say how they work; the others tell what nobody needs. */
  private annotations(map: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(map)
        .filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
        .map(([key, value]) => {
          const slash = key.indexOf('/');
          const isPublic = slash > 0 && isPublicDomain(key.slice(0, slash));
          return [this.own.key(key), isPublic ? this.own.text(value) : this.own.opaque(value)];
        }),
    );
  }
}

function isTextMap(value: Json): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(each => typeof each === 'string');
}
