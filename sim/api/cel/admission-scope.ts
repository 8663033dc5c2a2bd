/**
 * What expressions of admission may name, and the types of it.
 * @upstream apiserver/pkg/admission/plugin/cel/compile.go, apiserver/pkg/cel/mutation
 */
import type { CelScope, ObjectFields } from './check.js';
import { dynType, typeFrom, type CelType } from './types.js';

/** The types of variables that a policy declares. */
export type VariableTypes = ReadonlyMap<string, CelType>;

/** What an expression may name besides the request and its objects. */
export interface AdmissionNames {
  readonly hasParams?: boolean;
  readonly hasAuthorizer?: boolean;
  /** The types of `variables`; absent where there are none. */
  readonly variables?: VariableTypes;
  /** Whether expressions may make objects: `Object{...}`, `JSONPatch{...}`. */
  readonly makesObjects?: boolean;
  /** The type of `object` and `oldObject` where it is known. */
  readonly object?: KnownType;
  /** The type of `params` where it is known. */
  readonly params?: KnownType;
}

/** A type, with the fields of the types within. */
export interface KnownType {
  readonly type: CelType;
  readonly fields: (typeName: string) => ObjectFields | undefined;
}

const times = 'creationTimestamp deletionTimestamp';
const tables: Readonly<Record<string, string>> = {
  'kubernetes.GroupVersionKind': 'group version kind: string',
  'kubernetes.GroupVersionResource': 'group version resource: string',
  'kubernetes.UserInfo':
    'username uid: string; groups: list(string); extra: map(string, list(string))',
  'kubernetes.AdmissionRequest':
    'kind requestKind: kubernetes.GroupVersionKind; ' +
    'resource requestResource: kubernetes.GroupVersionResource; ' +
    'subResource requestSubResource name namespace operation: string; ' +
    'userInfo: kubernetes.UserInfo; dryRun: bool; options: dyn',
  'kubernetes.NamespaceSpec': 'finalizers: list(string)',
  'kubernetes.NamespaceCondition':
    'status type message reason: string; lastTransitionTime: timestamp',
  'kubernetes.NamespaceStatus': 'conditions: list(kubernetes.NamespaceCondition); phase: string',
  'kubernetes.NamespaceMetadata':
    'name generateName namespace UID resourceVersion: string; ' +
    `labels annotations: map(string, string); ${times}: timestamp; ` +
    'deletionGracePeriodSeconds generation: int; finalizers: list(string)',
  'kubernetes.Namespace':
    'metadata: kubernetes.NamespaceMetadata; spec: kubernetes.NamespaceSpec; ' +
    'status: kubernetes.NamespaceStatus',
};

const patchFields = fieldsFrom('op path from: string; value: dyn');
const noFields: ObjectFields = new Map();
const types: ReadonlyMap<string, ObjectFields> = new Map(
  Object.entries(tables).map(([name, text]) => [name, fieldsFrom(text)]),
);

function fieldsFrom(text: string): ObjectFields {
  const fields = new Map<string, CelType>();
  for (const part of text.split('; ')) {
    const [names = '', type = ''] = part.split(': ');
    for (const name of names.split(' ')) fields.set(name, typeFrom(type));
  }
  return fields;
}

/** Every field of an object that an expression makes is dynamic. */
class AnyField extends Map<string, CelType> {
  override get(): CelType {
    return dynType;
  }
}

const anyFields: ObjectFields = new AnyField();
const variablesType = 'kubernetes.variables';

/** The scope of an expression of a policy, a webhook's condition and the like. */
export function admissionScope(names: AdmissionNames): CelScope {
  const object = names.object?.type ?? dynType;
  const variables = new Map<string, CelType>([
    ['object', object],
    ['oldObject', object],
    ['request', typeFrom('kubernetes.AdmissionRequest')],
    ['namespaceObject', typeFrom('kubernetes.Namespace')],
  ]);
  if (names.hasParams === true) variables.set('params', names.params?.type ?? dynType);
  if (names.hasAuthorizer === true) {
    variables.set('authorizer', typeFrom('kubernetes.authorization.Authorizer'));
    const resource = typeFrom('kubernetes.authorization.ResourceCheck');
    variables.set('authorizer.requestResource', resource);
  }
  if (names.variables !== undefined) variables.set('variables', typeFrom(variablesType));
  return {
    variables,
    fields: name => {
      if (name === variablesType) return names.variables ?? noFields;
      if (names.makesObjects === true) {
        if (name === 'JSONPatch') return patchFields;
        if (name === 'Object' || name.startsWith('Object.')) return anyFields;
      }
      return types.get(name) ?? names.object?.fields(name) ?? names.params?.fields(name);
    },
  };
}
