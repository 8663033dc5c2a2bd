/** The templates that a set has had, kept as controller revisions. @upstream pkg/controller/history/controller_history.go */
import { sortedValue } from '../../api/encode.js';
import type { ControllerRevision } from '../../api/kinds/apps.js';
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';

/** A revision's data: a strategic merge patch that replaces the template. */
export interface RevisionData {
  readonly spec: { readonly template: PodTemplateSpec & { readonly $patch: 'replace' } };
}

/** What was made of templates and of data, which never change: each pass over a set asks again. */
const dataOfTemplates = new WeakMap<PodTemplateSpec, RevisionData>();
const templatesOfData = new WeakMap<RevisionData, PodTemplateSpec>();

/** The data that stands for the template. */
export function revisionData(template: PodTemplateSpec): RevisionData {
  let data = dataOfTemplates.get(template);
  if (data === undefined) {
    data = { spec: { template: Object.assign({}, template, { $patch: 'replace' as const }) } };
    dataOfTemplates.set(template, data);
  }
  return data;
}

/** The data as it is stored: upstream compares its bytes, and Go writes the keys of a map in order. */
export function storedData(data: unknown): unknown {
  return sortedValue(data);
}

/** The template that a revision stands for: the same object each time. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const data = revision.data as RevisionData;
  const known = templatesOfData.get(data);
  if (known !== undefined) return known;
  const { $patch: _patch, ...template } = data.spec.template;
  templatesOfData.set(data, template);
  return template;
}

/** Lowest revision first, then the oldest, then by name. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  const [left, right] = [createdMs(a), createdMs(b)];
  if (left !== right) return left - right;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

function createdMs({ metadata }: ControllerRevision): number {
  return timeMs(metadata.creationTimestamp) ?? 0;
}
