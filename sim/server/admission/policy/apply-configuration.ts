/**
 * Merges what an apply configuration says into an object, by the types' rules for lists and maps.
 * @upstream apiserver/pkg/admission/plugin/policy/mutating/patch/smd.go
 */
import { deepEqual, isRecord } from '../../../api/equality.js';
import type { FieldFact, Shape } from '../../../api/facts.js';

type Json = Readonly<Record<string, unknown>>;

/** The object with the configuration merged in; without a shape, lists are replaced. */
export function mergedConfiguration(
  object: Json,
  configuration: Json,
  shape: Shape | undefined,
): Json {
  const merged: Record<string, unknown> = { ...object };
  for (const [key, value] of Object.entries(configuration)) {
    const field = shape?.kind === 'struct' ? shape.byName.get(key) : undefined;
    const inner = field?.shape ?? (shape?.kind === 'map' ? shape.value : undefined);
    merged[key] = mergedValue(object[key], value, inner, field);
  }
  return merged;
}

function mergedValue(
  old: unknown,
  value: unknown,
  shape: Shape | undefined,
  field: FieldFact | undefined,
): unknown {
  if (isRecord(old) && isRecord(value)) {
    const isAtomic = field?.mapType === 'atomic' || (shape?.kind === 'struct' && shape.isAtomic);
    return isAtomic ? value : mergedConfiguration(old, value, shape);
  }
  if (!Array.isArray(old) || !Array.isArray(value)) return value;
  const item = shape?.kind === 'list' ? shape.item : undefined;
  switch (field?.listType) {
    case 'set':
      return [...old, ...value.filter(one => !old.some(known => deepEqual(known, one)))];
    case 'map':
      return mergedList(old, value, field.listMapKeys, item);
    default:
      return value;
  }
}

function mergedList(
  old: readonly unknown[],
  value: readonly unknown[],
  keys: readonly string[],
  item: Shape | undefined,
): readonly unknown[] {
  const isSame = (a: unknown, b: unknown) =>
    isRecord(a) && isRecord(b) && keys.every(key => deepEqual(a[key], b[key]));
  const merged = old.map(known => {
    const change = value.find(one => isSame(known, one));
    return isRecord(known) && isRecord(change) ? mergedConfiguration(known, change, item) : known;
  });
  return [...merged, ...value.filter(one => !old.some(known => isSame(known, one)))];
}
