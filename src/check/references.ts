/** Whether something that manifests name is there, and how sure one can be that it is missing. */
import { didYouMean } from '../input/errors.js';
import { certificateSecrets } from './certificate-secrets.js';
import type { Severity } from './rule.js';
import type { Survey } from './survey.js';

/** What is named. */
export interface Reference {
  readonly group?: string;
  readonly kind: string;
  /** Absent for kinds without namespaces. */
  readonly namespace?: string;
  readonly name: string;
}

/** It is not there. */
export interface Missing {
  /** A likely slip is a warning; what may well come from elsewhere is only told. */
  readonly severity: Severity;
  /** `no ConfigMap fraud/setings among the manifests; did you mean settings?` */
  readonly text: string;
}

/**
 * Looks for it among the manifests and in the cluster. Much of a cluster never stands in manifests, so
 * that it is missing is sure only where a name is nearly right, or the cluster's own objects were given.
 */
export function missing(survey: Survey, wanted: Reference): Missing | undefined {
  const { group = '', kind, namespace, name } = wanted;
  const isKind = (one: { readonly group: string; readonly kind: string }): boolean =>
    one.kind === kind && one.group === group;
  const own = survey.entries.filter(isKind);
  const there = survey.cluster.filter(
    object => object.kind === kind && groupOf(object.apiVersion ?? '') === group,
  );
  const places = [
    ...own.map(entry => ({ namespace: entry.namespace, name: entry.name })),
    ...(kind === 'Secret' && group === '' ? certificateSecrets(survey) : []),
    ...there.map(({ metadata }) => ({
      namespace: metadata.namespace ?? 'default',
      name: metadata.name ?? '',
    })),
  ];
  const isIn = (place: { readonly namespace: string }): boolean =>
    namespace === undefined || place.namespace === namespace;
  if (places.some(place => place.name === name && isIn(place))) return undefined;
  const title = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  const head = `there is no ${title} among the manifests`;
  const names = places.filter(isIn).map(place => place.name);
  const near = didYouMean(name, names);
  // Short names are near to many; a slip of the hand is seldom in the first letters.
  if (near !== undefined && near.slice(0, 2) === name.slice(0, 2)) {
    return { severity: 'warning', text: `${head}; did you mean ${near}?` };
  }
  const elsewhere = places.find(place => place.name === name);
  if (elsewhere !== undefined) {
    return { severity: 'warning', text: `${head}; there is one in ${elsewhere.namespace}` };
  }
  if (there.length > 0) return { severity: 'warning', text: `${head} or in the cluster` };
  return { severity: 'info', text: `${head}: it must come from elsewhere` };
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
