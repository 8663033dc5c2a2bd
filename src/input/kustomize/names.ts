/** Names at the end: hashes at those of generated objects, and all that refers to a renamed object follows. */
import { isRecord } from '../../../sim/api/equality.js';
import { shapeOfKind } from '../../../sim/api/facts.js';
import { kindOf, type KubeObject } from '../../../sim/api/object.js';
import type { FieldConfig, NameReference } from './configurations.js';
import { changedBySpec, isOfGvk } from './field-specs.js';
import { hashedName } from './generators.js';
import { staged, withObject, withValueAt, type Resource } from './resource.js';
import { effective, idsOf, isClusterScoped, namespaceOf } from './scope.js';

/** The resources with their last names. */
export function named(resources: readonly Resource[], config: FieldConfig): Resource[] {
  const hashed = resources.map(resource =>
    resource.needsHash
      ? withObject(
          staged(resource),
          withValueAt(resource.object, ['metadata', 'name'], () => hashedName(resource.object)),
        )
      : resource,
  );
  const book = new NameBook(hashed);
  return hashed.map(resource => {
    const { object } = resource;
    // Of custom kinds kustomize knows no references, unless it is configured.
    const followed = isBuiltIn(object) ? book.followed(object) : object;
    return { ...resource, object: book.configured(followed, config.nameReference) };
  });
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
  private readonly byName = new Map<string, Resource[]>();
  /** Namespaces that objects were in at first. */
  private readonly origins = new Set<string>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) {
      const { kind = '' } = resource.object;
      if (!isClusterScoped(resource.object)) this.origins.add(originOf(resource));
      for (const name of new Set(resource.stages.map(stage => stage.name))) {
        const key = `${kind} ${name}`;
        this.byName.set(key, [...(this.byName.get(key) ?? []), resource]);
      }
    }
  }

  followed(object: KubeObject): KubeObject {
    const { metadata, ...rest } = object;
    // It was an object with metadata and still is one.
    return { ...(this.visit(rest, '', object) as object), metadata };
  }

  /** What configurations say of references, besides. */
  configured(object: KubeObject, references: readonly NameReference[]): KubeObject {
    let current = object;
    for (const { fieldSpecs = [], ...target } of references) {
      const follow = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(follow);
        if (typeof value === 'string') return this.now(target, value, object);
        return isRecord(value) ? this.placed(target, value, object) : value;
      };
      for (const spec of fieldSpecs) current = changedBySpec(current, spec, follow);
    }
    return current;
  }

  private visit(value: unknown, field: string, referrer: KubeObject): unknown {
    if (Array.isArray(value))
      return value.map((item: unknown) => this.visit(item, field, referrer));
    if (!isRecord(value)) {
      const kind = textFields[field];
      const isName = kind !== undefined && typeof value === 'string';
      return isName ? this.now({ kind }, value, referrer) : value;
    }
    const inner = Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, this.visit(one, name, referrer)]),
    );
    const { name } = value;
    if (typeof name !== 'string') return inner;
    if (field === 'subjects') return this.placed({ kind: String(value['kind']) }, inner, referrer);
    if (field === 'service' && value['namespace'] !== undefined)
      return this.placed({ kind: 'Service' }, inner, referrer);
    const isNamed = field === 'roleRef' || field === 'scaleTargetRef';
    const kind = isNamed ? String(value['kind']) : mapFields[field];
    return kind === undefined ? inner : { ...inner, name: this.now({ kind }, name, referrer) };
  }

  /** A name with a namespace: both follow. */
  private placed(
    target: NameReference,
    value: Readonly<Record<string, unknown>>,
    referrer: KubeObject,
  ): object {
    const { name, namespace } = value;
    if (typeof name !== 'string') return value;
    const all = this.candidates(target, name);
    const chosen =
      typeof namespace !== 'string'
        ? all
        : this.origins.has(namespace)
          ? all.filter(one => originOf(one) === namespace)
          : all.filter(({ object }) => namespaceOf(object) === namespace);
    const resource = this.chosen(chosen, referrer);
    if (resource === undefined) return value;
    const { metadata } = resource.object;
    return {
      ...value,
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    };
  }

  private now(target: NameReference, name: string, referrer: KubeObject): string {
    const resource = this.chosen(this.candidates(target, name), referrer);
    return resource?.object.metadata.name ?? name;
  }

  private candidates(target: NameReference, name: string): readonly Resource[] {
    const { kind = '' } = target;
    return (this.byName.get(`${kind} ${name}`) ?? []).filter(({ object }) =>
      isOfGvk(object, target),
    );
  }

  /** Those that the referrer may name; of several that differ none is taken. */
  private chosen(candidates: readonly Resource[], referrer: KubeObject): Resource | undefined {
    const near = candidates.filter(({ object }) => isWithinReach(object, referrer));
    const names = new Set(near.map(({ object }) => object.metadata.name));
    return names.size === 1 ? near[0] : undefined;
  }
}

const originOf = (resource: Resource): string => effective(idsOf(resource)[0].namespace);

/** Of other namespaces, only the accounts in a RoleBinding's subjects are. */
function isWithinReach(object: KubeObject, referrer: KubeObject): boolean {
  if (isClusterScoped(referrer) || isClusterScoped(object)) return true;
  if (namespaceOf(object) === namespaceOf(referrer)) return true;
  const { kind, subjects } = referrer;
  if (kind !== 'RoleBinding' || object.kind !== 'ServiceAccount') return false;
  const { namespace } = object.metadata;
  return (
    Array.isArray(subjects) &&
    subjects.some(
      (one: unknown) =>
        isRecord(one) && one['kind'] === 'ServiceAccount' && one['namespace'] === namespace,
    )
  );
}
