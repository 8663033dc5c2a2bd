/** The resources of wardle.example.com. @upstream sample-apiserver/pkg/apis/wardle/v1alpha1/types.go */
import { isRecord } from '../../api/equality.js';
import type { GroupResource } from '../../api/status.js';

type Json = Readonly<Record<string, unknown>>;

/** A resource. */
export interface WardleResource {
  readonly kind: GroupResource & { readonly kind: string };
  readonly isNamespaced: boolean;
  /** What its type has besides kind, version and metadata, of what was sent. */
  fieldsOf(sent: Json): Json;
}

const group = 'wardle.example.com';

/** `wardle.example.com/v1alpha1`. */
export const groupVersion = `${group}/v1alpha1`;

/** Flunders: they refer to each other. */
export const flunders: WardleResource = {
  kind: { group, resource: 'flunders', kind: 'Flunder' },
  isNamespaced: true,
  fieldsOf({ spec }) {
    const { reference, referenceType } = isRecord(spec) ? spec : {};
    if (!reference) return { spec: {}, status: {} };
    return { spec: { reference, referenceType: referenceType ?? 'Flunder' }, status: {} };
  },
};

/** Fischers: they forbid names to flunders. */
export const fischers: WardleResource = {
  kind: { group, resource: 'fischers', kind: 'Fischer' },
  isNamespaced: false,
  fieldsOf: ({ disallowedFlunders }) =>
    Array.isArray(disallowedFlunders) && disallowedFlunders.length > 0
      ? { disallowedFlunders }
      : {},
};

/** All of them. */
export const resources: readonly WardleResource[] = [fischers, flunders];

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What discovery tells. */
export const resourceList = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: resources.map(({ kind, isNamespaced }) => ({
    name: kind.resource,
    singularName: kind.kind.toLowerCase(),
    namespaced: isNamespaced,
    kind: kind.kind,
    verbs,
  })),
};
