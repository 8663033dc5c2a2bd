/**
 * JSON merge patches (RFC 7396), with the treatment of nulls inside of lists that the API server has.
 * @upstream gopkg.in/evanphx/json-patch.v4 merge.go
 */
import { isRecord } from '../equality.js';
import { copied, ownField, putField } from '../own-fields.js';

type Json = Readonly<Record<string, unknown>>;

/** The document with the patch merged into it. Neither is changed. */
export function applyMergePatch(document: Json, patch: Json): Json {
  const merged = copied(document);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else putField(merged, key, mergedValue(ownField(merged, key), value));
  }
  return merged;
}

function mergedValue(current: unknown, patch: unknown): unknown {
  if (!isRecord(current)) return pruned(patch);
  return isRecord(patch) ? applyMergePatch(current, patch) : patch;
}

/** The value without the nulls of its objects; those of lists stay. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, pruned(item)]));
}
