/** What a handler knows of the request for a resource. */
import type { KubeObject } from '../api/object.js';
import type { AuditRecord } from './audit/auditor.js';
import type { Core } from './core.js';
import type { Media } from './filters/negotiation.js';
import type { ServedResource } from './registry.js';
import type { RequestState } from './request-state.js';
import { storageKey } from '../store/collection.js';

/** One request for a resource. */
export interface Scope {
  readonly core: Core;
  readonly context: RequestState;
  readonly resource: ServedResource;
  readonly subresource: string;
  /** '' for cluster-scoped resources, and for lists of all namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly media: Media;
  readonly audit: AuditRecord | undefined;
}

/** The key of the object that the request names. */
export function keyIn({ namespace, name }: Pick<Scope, 'namespace' | 'name'>): string {
  return storageKey(namespace, name);
}

/** What was written, in the version of the request, without managedFields. */
export type Written = KubeObject;
