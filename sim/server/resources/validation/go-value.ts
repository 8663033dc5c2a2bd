/**
 * Values as Go prints them in errors: internal structs have no JSON names, and leave nothing out.
 */
import { isRecord } from '../../../api/equality.js';
import { shapeOf, structOf, type Shape, type StructShape } from '../../../api/facts.js';
import { wasSentEmpty } from '../../../api/go-struct.js';
import { compareText } from '../../../api/go-text.js';
import type { LabelSelector, ObjectMeta } from '../../../api/kinds/meta.js';
import { internalOrders } from './internal-orders.js';

/** The value of the named type as its internal struct marshals to JSON. */
export function goValue(type: string, value: unknown): unknown {
  return inGo(shapeOf(type), value);
}

function inGo(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'struct':
      // Selectors, references and metadata are the API's own types: they keep their JSON names.
      if (shape.type === 'meta/v1.LabelSelector') return goSelector(value as LabelSelector);
      if (shape.type.startsWith('meta/v1.')) return value;
      if (shape.type === 'core/v1.PodSpec') return goPodSpec(isRecord(value) ? value : {});
      return structInGo(shape, isRecord(value) ? value : {});
    case 'list':
      return Array.isArray(value) ? value.map(item => inGo(shape.item, item)) : null;
    case 'map':
      if (!isRecord(value)) return null;
      return Object.fromEntries(
        Object.entries(value)
          .sort(([left], [right]) => compareText(left, right))
          .map(([key, item]) => [key, inGo(shape.value, item)]),
      );
    case 'scalar':
      return value ?? zeroOf(shape.scalar);
  }
}

function structInGo(
  shape: StructShape,
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of shape.fields) {
    // Metadata is embedded in internal structs.
    if (field.name === 'metadata') {
      Object.assign(out, goMetadata(value[field.name]));
      continue;
    }
    if (field.isInline && field.shape.kind === 'struct') {
      Object.assign(out, structInGo(field.shape, value));
      continue;
    }
    const item = value[field.name];
    const isAbsent = item === undefined || item === null;
    if (isAbsent && wasSentEmpty(value, field.name)) out[field.goName] = emptyOf(field.shape);
    else out[field.goName] = isAbsent && field.isPointer ? null : inGo(field.shape, item);
  }
  const order = internalOrders[shape.type];
  if (order === undefined) return out;
  return Object.fromEntries(order.map(name => [name, out[name] ?? null]));
}

function emptyOf({ kind }: Shape): unknown {
  return kind === 'list' ? [] : {};
}

/** A list that has no items, as Go prints it: `[]` when it was sent so, `null` when it was not sent. */
export function goNoItems<T extends object>(object: T, name: keyof T & string): unknown {
  return wasSentEmpty(object, name) ? [] : null;
}

/** A map of an object as Go prints it: `{}` when it was sent empty, `null` when it was not sent. */
export function goMapOf<T extends object>(object: T | undefined, name: keyof T & string): unknown {
  const map = object?.[name] as Readonly<Record<string, string>> | undefined;
  if (map === undefined && wasSentEmpty(object, name)) return {};
  return goMap(map);
}

function goMetadata(value: unknown): object {
  if (!isRecord(value)) return {};
  const { labels, annotations } = value as ObjectMeta;
  return {
    ...value,
    ...(labels && { labels: goMap(labels) }),
    ...(annotations && { annotations: goMap(annotations) }),
  };
}

/** A map as Go prints it: its keys in order. */
export function goMap(
  map: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | null {
  if (map === undefined) return null;
  return Object.fromEntries(
    Object.entries(map).sort(([left], [right]) => compareText(left, right)),
  );
}

/** A selector as Go prints it. */
export function goSelector(selector: LabelSelector | undefined | null): unknown {
  if (!selector?.matchLabels) return selector ?? null;
  return { ...selector, matchLabels: goMap(selector.matchLabels) };
}

/** Fields of pods that stand in the security context within. */
const hostFields = [
  ['HostNetwork', 'hostNetwork', false],
  ['HostPID', 'hostPID', false],
  ['HostIPC', 'hostIPC', false],
  ['ShareProcessNamespace', 'shareProcessNamespace', null],
  ['HostUsers', 'hostUsers', null],
] as const;

/** A pod's spec as the internal struct. @upstream pkg/apis/core/types.go PodSpec */
export function goPodSpec(spec: Readonly<Record<string, unknown>>): unknown {
  const out = structInGo(structOf('core/v1.PodSpec'), spec);
  const context = out['SecurityContext'];
  if (isRecord(context)) {
    const hosts = hostFields.map(([name, field, zero]) => [name, spec[field] ?? zero]);
    out['SecurityContext'] = { ...Object.fromEntries(hosts), ...context };
  }
  return out;
}

function zeroOf(scalar: string): unknown {
  switch (scalar) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'float64':
      return 0;
    case 'quantity':
      return '0';
    case 'intOrString':
      return 0;
    default:
      return null;
  }
}
