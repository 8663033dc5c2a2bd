/** Names at the end: hashes at those of generated objects, and all that refers to a renamed object follows. */
import { isRecord } from '../../../sim/api/equality.js';
import { shapeOfKind } from '../../../sim/api/facts.js';
import { kindOf, type KubeObject } from '../../../sim/api/object.js';
import { hashedName } from './generators.js';
import { withObject, withValueAt, type Resource } from './resource.js';

/** The resources with their last names. */
export function named(resources: readonly Resource[]): Resource[] {
  const hashed = resources.map(resource =>
    resource.needsHash
      ? withObject(
          resource,
          withValueAt(resource.object, ['metadata', 'name'], () => hashedName(resource.object)),
        )
      : resource,
  );
  const book = new NameBook(hashed);
  return hashed.map(resource =>
    isBuiltIn(resource.object)
      ? { ...resource, object: book.followed(resource.object) }
      : // Of custom kinds kustomize knows no references, unless it is configured.
        resource,
  );
}

function isBuiltIn({ apiVersion = '', kind = '' }: KubeObject): boolean {
  const { group, version } = kindOf(apiVersion, kind, '');
  return shapeOfKind({ group, version, kind }) !== undefined;
}

/** Fields whose value is a name of the kind. */
const textFields: Readonly<Record<string, string>> = {
  serviceAccountName: 'ServiceAccount',
  claimName: 'PersistentVolumeClaim',
  secretName: 'Secret',
  serviceName: 'Service',
  priorityClassName: 'PriorityClass',
  storageClassName: 'StorageClass',
  volumeName: 'PersistentVolume',
};

/** Fields that hold a map with the name of the kind. */
const mapFields: Readonly<Record<string, string>> = {
  configMap: 'ConfigMap',
  configMapRef: 'ConfigMap',
  configMapKeyRef: 'ConfigMap',
  secret: 'Secret',
  secretRef: 'Secret',
  secretKeyRef: 'Secret',
  service: 'Service',
  imagePullSecrets: 'Secret',
  secrets: 'Secret',
};

class NameBook {
  private readonly byName = new Map<string, Resource>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) {
      const { kind = '' } = resource.object;
      for (const name of resource.formerNames) this.byName.set(`${kind} ${name}`, resource);
    }
  }

  followed(object: KubeObject): KubeObject {
    const { metadata, ...rest } = object;
    // It was an object with metadata and still is one.
    return { ...(this.visit(rest, '') as object), metadata };
  }

  private visit(value: unknown, field: string): unknown {
    if (Array.isArray(value)) return value.map((item: unknown) => this.visit(item, field));
    if (!isRecord(value)) {
      const kind = textFields[field];
      return kind !== undefined && typeof value === 'string' ? this.now(kind, value) : value;
    }
    const inner = Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, this.visit(one, name)]),
    );
    const { name } = value;
    if (typeof name !== 'string') return inner;
    if (field === 'roleRef' || field === 'scaleTargetRef' || field === 'subjects') {
      return this.reference(inner, String(value['kind']), name);
    }
    const kind = mapFields[field];
    return kind === undefined ? inner : { ...inner, name: this.now(kind, name) };
  }

  private reference(value: object, kind: string, name: string): object {
    const resource = this.byName.get(`${kind} ${name}`);
    if (resource === undefined) return value;
    const { namespace } = resource.object.metadata;
    const isPlaced = kind === 'ServiceAccount' && namespace !== undefined;
    return { ...value, name: resource.object.metadata.name, ...(isPlaced && { namespace }) };
  }

  private now(kind: string, name: string): string {
    return this.byName.get(`${kind} ${name}`)?.object.metadata.name ?? name;
  }
}
