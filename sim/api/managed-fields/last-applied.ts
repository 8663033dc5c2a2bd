/**
 * The annotation in which kubectl keeps what it applied from the client's side, on the way to
 * server-side apply.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/lastappliedmanager.go,
 *   lastappliedupdater.go
 */
import { sortedJson } from '../encode.js';
import { isRecord } from '../equality.js';
import { byteLength } from '../go-text.js';
import { parseJson } from '../json-parse.js';
import type { FieldSet } from './field-set.js';
import type { FieldsView } from './settle.js';
import { compared, setOf } from './sets-of-objects.js';
import { withoutManagedFields } from './update.js';

type Json = Readonly<Record<string, unknown>>;

/** The annotation's name. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

const annotationBytesMax = 256 * 1024;

function annotationsOf(object: Json): Json {
  const metadata = object['metadata'];
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  return isRecord(annotations) ? annotations : {};
}

/** The fields that kubectl applied before and that still have the values it gave; undefined without such. */
export function allowedByLastApplied(live: Json, view: FieldsView): FieldSet | undefined {
  const text = annotationsOf(live)[lastAppliedAnnotation];
  if (typeof text !== 'string' || text === '') return undefined;
  const parsed = parseJson(text);
  const last = parsed.isOk ? parsed.value.value : undefined;
  if (!isRecord(last) || last['apiVersion'] !== view.apiVersion) return undefined;
  const { modified, added, removed } = compared(last, withoutManagedFields(live), view.schema);
  return setOf(last, view.schema).difference(modified).difference(added).difference(removed);
}

/** The object with the annotation brought up to date, if it has one. */
export function withLastApplied(object: Json, patch: Json): Json {
  const { metadata } = object;
  const annotations = annotationsOf(object);
  if (!annotations[lastAppliedAnnotation] || !isRecord(metadata)) return object;
  const { [lastAppliedAnnotation]: _, ...others } = annotations;
  const value = `${sortedJson(withoutAnnotation(patch))}\n`;
  const size = Object.entries(others).reduce(
    (sum, [key, text]) => sum + byteLength(key) + byteLength(String(text)),
    byteLength(lastAppliedAnnotation) + byteLength(value),
  );
  const next = size > annotationBytesMax ? others : { ...others, [lastAppliedAnnotation]: value };
  return { ...object, metadata: { ...metadata, annotations: next } };
}

function withoutAnnotation(patch: Json): Json {
  const { metadata } = patch;
  const annotations = annotationsOf(patch);
  if (annotations[lastAppliedAnnotation] === undefined || !isRecord(metadata)) return patch;
  const { [lastAppliedAnnotation]: _, ...others } = annotations;
  const { annotations: __, ...rest } = metadata;
  const kept = Object.keys(others).length === 0 ? rest : { ...rest, annotations: others };
  return { ...patch, metadata: kept };
}
