/**
 * Decodes bodies of built-in kinds as kube-apiserver does.
 * @upstream apiserver/pkg/endpoints/handlers/rest.go, apimachinery/pkg/runtime/serializer/json/json.go
 */
import { decodeObject } from '../../api/decode.js';
import { shapeOfKind, typeOfKind, type StructShape } from '../../api/facts.js';
import { apiVersionOf, type Kind, type KubeObject } from '../../api/object.js';
import { badRequest, type Failure } from '../../api/status.js';
import type { RequestContext } from '../request-context.js';
import { strictOfText, type ReadText } from './text.js';
import { typeMetaOf, type TypeMeta } from './type-meta.js';

/** What a body is decoded for. */
export interface Target {
  readonly kind: Pick<Kind, 'group' | 'version' | 'kind'>;
  /** `Ignore`, `Warn` or `Strict`. */
  readonly fieldValidation: string;
  /** What errors show of the body. */
  readonly summary: string;
  /** Other versions in which the kind may come: their fields are the same. */
  readonly acceptsVersions?: readonly string[];
  /** Where upstream makes the scheme that knows the kind. Default: that of all served kinds. */
  readonly scheme?: string;
}

/** Versions that are served no more but can still be read. @upstream pkg/apis/*\/install */
const retiredVersions: Readonly<Record<string, readonly string[]>> = {
  'admissionregistration.k8s.io': ['v1alpha1', 'v1beta1'],
  apps: ['extensions/v1beta1', 'v1beta1', 'v1beta2'],
  autoscaling: ['v2beta1', 'v2beta2'],
  batch: ['v1beta1'],
  'certificates.k8s.io': ['v1alpha1', 'v1beta1'],
  'coordination.k8s.io': ['v1alpha2', 'v1beta1'],
  'discovery.k8s.io': ['v1beta1'],
  'events.k8s.io': ['v1beta1'],
  'flowcontrol.apiserver.k8s.io': ['v1beta1', 'v1beta2', 'v1beta3'],
  'networking.k8s.io': ['extensions/v1beta1', 'v1alpha1', 'v1beta1'],
  'node.k8s.io': ['v1alpha1', 'v1beta1'],
  policy: ['v1beta1'],
  'rbac.authorization.k8s.io': ['v1alpha1', 'v1beta1'],
  'resource.k8s.io': ['v1alpha3', 'v1beta1', 'v1beta2'],
  'scheduling.k8s.io': ['v1alpha1', 'v1beta1'],
  'storage.k8s.io': ['v1alpha1', 'v1beta1'],
};

function isList({ group, version, kind }: TypeMeta): boolean {
  return kind === 'List' && group === '' && version === 'v1';
}

/** Whether the body is of the kind in a version of old. */
function isRetired(actual: TypeMeta, kind: Target['kind']): boolean {
  if (actual.kind !== kind.kind) return false;
  const named = actual.group === kind.group ? actual.version : `${actual.group}/${actual.version}`;
  return retiredVersions[kind.group]?.includes(named) ?? false;
}

const legacyScheme = 'pkg/api/legacyscheme/scheme.go:30';

/** The object in Go's order of fields, or why the body is none of this kind. */
export function decodeBuiltIn(
  context: RequestContext,
  read: ReadText,
  target: Target,
): KubeObject | Failure {
  const { kind, summary, scheme = legacyScheme } = target;
  const probed = typeMetaOf(read.value);
  if (!probed.isOk) {
    return badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): ${probed.error} (${summary})`,
    );
  }
  const actual = withDefaults(probed.value, kind);
  const cannot = (text: string) =>
    badRequest(
      `${actual.kind} in version ${JSON.stringify(actual.version)} cannot be handled as a ${kind.kind}: ${text}`,
    );
  if (isList(actual)) return cannot(conversionText(actual, kind));
  const isKnown = scheme === legacyScheme || actual.kind === kind.kind;
  if (!isKnown || (typeOfKind(actual) === undefined && !isRetired(actual, kind))) {
    const version = JSON.stringify(apiVersionOf(actual));
    return cannot(
      `no kind ${JSON.stringify(actual.kind)} is registered for version ${version} in scheme ${JSON.stringify(scheme)}`,
    );
  }
  const shape = shapeOfKind(typeOfKind(actual) === undefined ? kind : actual);
  if (shape === undefined) return cannot('unknown type');
  const decoded = decodeObject(read.value ?? {}, shape, read.repeated);
  if (!decoded.isOk) return cannot(decoded.error);
  const strict = [...strictOfText(read), ...decoded.strict];
  if (actual.kind !== kind.kind) return cannot(conversionText(actual, kind));
  if (strict.length > 0 && target.fieldValidation === 'Strict') {
    return cannot(`strict decoding error: ${strict.join(', ')}`);
  }
  if (target.fieldValidation === 'Warn') warnAll(context, read.duplicates, decoded.strict);
  const isOther = actual.version !== kind.version || actual.group !== kind.group;
  if (isOther && target.acceptsVersions?.includes(apiVersionOf(actual)) !== true) {
    return badRequest(
      `the API version in the data (${apiVersionOf(actual)}) does not match the expected API version (${apiVersionOf(kind)})`,
    );
  }
  return typed(decoded.asSent, actual, shape);
}

/** The decoder's own error, without what a handler would put before it. */
export function causeOf({ message }: Failure, kind: string): string {
  const marker = ` cannot be handled as a ${kind}: `;
  const at = message.indexOf(marker);
  return at < 0 ? message : message.slice(at + marker.length);
}

/** Warnings of strict decoding: each line of YAML's by itself. */
export function warnAll(context: RequestContext, ...lists: readonly (readonly string[])[]): void {
  for (const list of lists) for (const text of list) context.warn(text);
}

/** What the body does not say is taken from the URL. */
function withDefaults(sent: TypeMeta, kind: Target['kind']): TypeMeta {
  const saysVersion = sent.version !== '' || sent.group !== '';
  return {
    kind: sent.kind === '' ? kind.kind : sent.kind,
    group: saysVersion ? sent.group : kind.group,
    version: saysVersion ? sent.version : kind.version,
  };
}

/** Kinds of one group are told apart when one is converted to the other's internal type. */
function conversionText(actual: TypeMeta, kind: Target['kind']): string {
  const [first = ''] = kind.group.split('.');
  const internal = first === '' ? 'core' : first === 'rbac' ? 'rbac' : first;
  return `converting (${actual.version}.${actual.kind}) to (${internal}.${kind.kind}): unknown conversion`;
}

function typed(
  object: Readonly<Record<string, unknown>>,
  { kind, group, version }: TypeMeta,
  _shape: StructShape,
): KubeObject {
  const { kind: _kind, apiVersion: _version, ...rest } = object;
  return { kind, apiVersion: apiVersionOf({ group, version }), ...rest } as KubeObject;
}
