/** Namespaces. @upstream pkg/registry/core/namespace/strategy.go */
import { namespaces, type Namespace } from '../../api/kinds/core.js';
import { rfc3339 } from '../../api/time.js';
import { ageOf } from './columns/cell.js';
import { namespaceColumns } from './columns/core.js';
import { fill, fillEmpty, keptField, within } from './defaults/fill.js';
import { keepSpec, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import {
  validateNamespace,
  validateNamespaceFinalizers,
  validateNamespaceStatus,
} from './validation/namespace.js';

const nameLabel = 'kubernetes.io/metadata.name';

/** The strategy of Namespaces. */
export const namespace = strategyOf<Namespace>({
  kind: namespaces,
  nameRule: 'label',
  returnsDeletedObject: true,
  defaults: object => {
    const filled = fill(labelled(object), { spec: {}, status: {} });
    return within(filled, 'status', status => fillEmpty(status, { phase: 'Active' }));
  },
  prepareForCreate: object => ({
    ...labelled(object),
    spec: { ...object.spec, finalizers: withOurs(object.spec?.finalizers ?? []) },
    status: { phase: 'Active' },
  }),
  prepareForUpdate: (object, old) => {
    const spec = keptField(object.spec ?? {}, old.spec ?? {}, 'finalizers');
    return labelled(keepStatus({ ...object, spec }, old));
  },
  beginsDeletion: ({ metadata, ...rest }, { nowMs }, finalizers) =>
    metadata.deletionTimestamp === undefined
      ? {
          ...rest,
          metadata: {
            ...metadata,
            deletionTimestamp: rfc3339(nowMs),
            ...(finalizers !== metadata.finalizers && finalizers.length > 0 && { finalizers }),
          },
          status: { ...rest.status, phase: 'Terminating' },
        }
      : undefined,
  mayGo: object => (object.spec?.finalizers?.length ?? 0) === 0,
  validate: validateNamespace,
  validateUpdate: validateNamespace,
  status: {
    prepareForUpdate: (object, old) => labelled(keepSpec(object, old)),
    validateUpdate: validateNamespaceStatus,
  },
  subresources: {
    finalize: {
      prepareForUpdate: (object, old) => labelled(keepStatus(object, old)),
      validateUpdate: validateNamespaceFinalizers,
    },
  },
  selectableFields: { 'status.phase': object => object.status?.phase ?? '' },
  fieldSelectorError: 'not-supported',
  columns: namespaceColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.status?.phase ?? '',
    ageOf(object, nowMs),
  ],
});

function withOurs(finalizers: readonly string[]): readonly string[] {
  return finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
}

/** Every namespace carries its name as a label, whatever anybody does. */
function labelled(namespace: Namespace): Namespace {
  const { name, labels } = namespace.metadata;
  if (!name || labels?.[nameLabel] === name) return namespace;
  const all = Object.assign({}, labels, { [nameLabel]: name });
  const metadata = Object.assign({}, namespace.metadata, { labels: all });
  return Object.assign({}, namespace, { metadata });
}
