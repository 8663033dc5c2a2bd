/** What is each pod's own among those of an Indexed Job: its index, which is said in four places. */
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { Numbered } from './numbered-pods.js';

/** The label and the annotation with the index. @upstream k8s.io/api/batch/v1/types.go JobCompletionIndexAnnotation */
export const indexKey = 'batch.kubernetes.io/job-completion-index';

/** Whether label, annotation, the beginning of the name and the hostname say one index. */
export function isIndexed({ metadata, spec }: Numbered): boolean {
  const { generateName = '', labels, annotations } = metadata;
  const index = labels?.[indexKey];
  return (
    index !== undefined &&
    annotations?.[indexKey] === index &&
    /^(0|[1-9][0-9]*)$/.test(index) &&
    generateName.endsWith(`-${index}-`) &&
    spec.hostname?.endsWith(`-${index}`) === true
  );
}

/** Whether two of them differ in nothing but the index, which is as long in both: so are name and annotations. */
export function isIndexedAlike(one: Numbered, other: Numbered): boolean {
  const [meta, otherMeta] = [one.metadata, other.metadata];
  const [index, otherIndex] = [indexOf(meta), indexOf(otherMeta)];
  return (
    index.length === otherIndex.length &&
    stem(meta.generateName, `${index}-`) === stem(otherMeta.generateName, `${otherIndex}-`) &&
    stem(one.spec.hostname, index) === stem(other.spec.hostname, otherIndex) &&
    isSameBesides(meta.labels, otherMeta.labels) &&
    isSameBesides(meta.annotations, otherMeta.annotations)
  );
}

/** The metadata of the other with the index of the one. */
export function indexedMeta(one: ObjectMeta, other: ObjectMeta): ObjectMeta {
  const own = { [indexKey]: indexOf(one) };
  return Object.assign({}, other, {
    generateName: one.generateName,
    labels: Object.assign({}, other.labels, own),
    annotations: Object.assign({}, other.annotations, own),
  });
}

function indexOf({ labels }: ObjectMeta): string {
  return labels?.[indexKey] ?? '';
}

function stem(text = '', end: string): string {
  return text.slice(0, text.length - end.length);
}

function isSameBesides(
  one: Readonly<Record<string, string>> = {},
  other: Readonly<Record<string, string>> = {},
): boolean {
  let fields = 0;
  for (const key in one) {
    fields++;
    if (key !== indexKey && one[key] !== other[key]) return false;
  }
  for (const _ in other) fields--;
  return fields === 0;
}
