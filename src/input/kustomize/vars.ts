/**
 * Vars: `$(NAME)` in fields that may hold one becomes a value of an object.
 *
 * @upstream sigs.k8s.io/kustomize/api/internal/accumulator/resaccumulator.go
 */
import { isRecord } from '../../../sim/api/equality.js';
import type { FieldConfig } from './configurations.js';
import { changedBySpec, isOfGvk, partsOf, type FieldSpec } from './field-specs.js';
import { unresolved, type ReadKustomization, type Var } from './kustomization.js';
import { withObject, type Resource } from './resource.js';

/** The resources, with the kustomization's vars noted at those that they take their values from. */
export function withVars(resources: readonly Resource[], read: ReadKustomization): Resource[] {
  let current = [...resources];
  for (const [index, one] of (read.value.vars ?? []).entries()) {
    const { apiVersion = '', kind = '', name, namespace, ...rest } = one.objref;
    const slash = apiVersion.indexOf('/');
    const group = slash < 0 ? rest.group : apiVersion.slice(0, slash);
    const version = apiVersion === '' ? rest.version : apiVersion.slice(slash + 1);
    const gvk = {
      kind,
      ...(group !== undefined && { group }),
      ...(version !== undefined && { version }),
    };
    const found = current.filter(
      ({ object, formerNames }) =>
        isOfGvk(object, gvk) &&
        formerNames.includes(name) &&
        (namespace === undefined || namespace === object.metadata.namespace),
    );
    const [source] = found;
    if (source === undefined || found.length > 1) {
      throw unresolved(read, ['vars', index], `var ${one.name} has ${found.length} sources`);
    }
    current = current.map(each =>
      each === source ? { ...each, vars: [...each.vars, one] } : each,
    );
  }
  return current;
}

/** The resources with the values of all vars. */
export function withVarValues(resources: readonly Resource[], config: FieldConfig): Resource[] {
  const values = new Map(
    resources.flatMap(({ object, vars }) => vars.map(one => [one.name, valueOf(object, one)])),
  );
  if (values.size === 0) return [...resources];
  const specs = [...defaultSpecs(), ...config.varReference];
  const change = (value: unknown): unknown => substituted(value, values);
  return resources.map(resource => {
    const object = specs.reduce((one, spec) => changedBySpec(one, spec, change), resource.object);
    return withObject(resource, object);
  });
}

function valueOf(object: unknown, { fieldref }: Var): unknown {
  let value = object;
  for (const part of partsOf(fieldref?.fieldpath ?? fieldref?.fieldPath ?? 'metadata.name', '.')) {
    for (const key of part.split(/[[\]]/).filter(text => text !== '')) {
      value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
    }
  }
  return value;
}

function substituted(value: unknown, values: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === 'string') return inText(value, values);
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (typeof item === 'string' ? inText(item, values) : item));
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      typeof one === 'string' ? inText(one, values) : one,
    ]),
  );
}

/** The value itself where it is all of the text: so a number stays one. */
function inText(text: string, values: ReadonlyMap<string, unknown>): unknown {
  const [, whole = ''] = /^\$\(([^)]*)\)$/.exec(text) ?? [];
  if (values.has(whole)) return values.get(whole);
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (match, name: string | undefined) => {
    if (name === undefined) return '$';
    return values.has(name) ? String(values.get(name)) : match;
  });
}

const workloads = ['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'StatefulSet'];

/** Where a var may stand without being told. */
function defaultSpecs(): FieldSpec[] {
  const pods = [
    { kind: 'Pod', path: 'spec' },
    { kind: 'CronJob', path: 'spec/jobTemplate/spec/template/spec' },
    ...workloads.map(kind => ({ kind, path: 'spec/template/spec' })),
  ];
  const fields = ['args', 'command', 'env/value', 'volumeMounts/mountPath'];
  return [
    ...pods.flatMap(({ kind, path }) => [
      ...fields.map(field => ({ kind, path: `${path}/containers/${field}` })),
      ...fields.map(field => ({ kind, path: `${path}/initContainers/${field}` })),
      { kind, path: `${path}/volumes/nfs/server` },
    ]),
    { kind: 'Ingress', path: 'spec/rules/host' },
    { kind: 'Ingress', path: 'spec/tls/hosts' },
    { kind: 'Ingress', path: 'spec/tls/secretName' },
    { kind: 'Service', path: 'spec/ports/port' },
    { kind: 'Service', path: 'spec/ports/targetPort' },
    { kind: 'PersistentVolume', path: 'spec/nfs/server' },
    { kind: 'StatefulSet', path: 'spec/volumeClaimTemplates/spec/nfs/server' },
    { kind: 'Deployment', path: 'spec/template/metadata/annotations' },
    { path: 'metadata/labels' },
    { path: 'metadata/annotations' },
  ];
}
