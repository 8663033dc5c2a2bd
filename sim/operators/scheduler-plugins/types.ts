/** The kinds of scheduler-plugins, and how pods name their groups. @upstream scheduler-plugins v0.34.7 apis/scheduling/v1alpha1/types.go */
import type { Pod } from '../../api/kinds/core.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';

/** Amounts by the names of resources. */
export type Quantities = Readonly<Record<string, string>>;

/** Pods that are of use only together. */
export interface PodGroup extends HasMetadata {
  readonly spec: {
    readonly minMember?: number;
    readonly minResources?: Quantities;
    readonly scheduleTimeoutSeconds?: number;
  };
  readonly status?: PodGroupStatus;
}

/** How far a group has come. */
export interface PodGroupStatus {
  readonly phase?: string;
  readonly occupiedBy?: string;
  readonly running?: number;
  readonly succeeded?: number;
  readonly failed?: number;
}

/** What the pods of a namespace are sure of, and what they may have at most. */
export interface ElasticQuota extends HasMetadata {
  readonly spec: { readonly min?: Quantities; readonly max?: Quantities };
  readonly status?: { readonly used?: Quantities };
}

/** The API group. */
export const group = 'scheduling.x-k8s.io';

const version = `${group}/v1alpha1`;

/** The kind PodGroup. */
export const podGroups = withEmptySpec(kindOf<PodGroup>(version, 'PodGroup', 'podgroups'), {});

/** The kind ElasticQuota. */
export const elasticQuotas = withEmptySpec(
  kindOf<ElasticQuota>(version, 'ElasticQuota', 'elasticquotas'),
  {},
);

/** The label by which pods name their group. */
export const groupLabel = `${group}/pod-group`;

/** `ns/name` of the group that the pod names; '': it names none. */
export function groupKeyOf({ metadata }: Pick<Pod, 'metadata'>): string {
  const name = metadata.labels?.[groupLabel] ?? '';
  return name === '' ? '' : `${metadata.namespace ?? ''}/${name}`;
}
