/**
 * How the use of a kind is measured for quotas; kinds without a measure of their own are counted.
 * @upstream apiserver/pkg/quota/v1/interfaces.go, generic/evaluator.go
 */
import type { ScopedResourceSelectorRequirement } from '../kinds/core.js';
import type { KubeObject } from '../object.js';
import { printedResource, type GroupResource } from '../status.js';
import { quantityOf } from '../quantity.js';
import type { Amounts } from './amounts.js';

/** One requirement of a quota's scopes. */
export type Scope = ScopedResourceSelectorRequirement;

/** The measure of a kind. */
export interface QuotaMeasure {
  /** Whether quotas of this name of a resource are about the kind. */
  tracks(resource: string): boolean;
  /** Whether the object is in the scope. Default: in none. */
  isInScope?(object: KubeObject, scope: Scope): boolean;
  /** What the object must say and does not: `must specify ...`. */
  constraintError?(object: KubeObject, tracked: readonly string[]): string | undefined;
  usage(object: KubeObject, nowMs: number): Amounts;
}

/** The amount 1. */
export const one = quantityOf(1);

/** `count/deployments.apps`. */
export function countName(kind: GroupResource): string {
  return `count/${printedResource(kind)}`;
}

const aliases = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

/** The measure that counts objects. */
export function counting(kind: GroupResource): QuotaMeasure {
  const names = [countName(kind)];
  if (kind.group === '' && aliases.has(kind.resource)) names.push(kind.resource);
  const usage: Amounts = new Map(names.map(name => [name, one]));
  return {
    tracks: resource => names.includes(resource),
    usage: () => usage,
  };
}
