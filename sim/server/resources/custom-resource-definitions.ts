/** CustomResourceDefinitions. @upstream staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go */
import {
  customResourceDefinitions,
  type CustomResourceDefinition,
  type CustomResourceDefinitionStatus,
} from '../../api/kinds/apiextensions.js';
import { fill, fillEmpty, within } from './defaults/fill.js';
import { keepSpec, keepStatus } from './parts.js';
import { rfc3339 } from '../../api/time.js';
import { formatWarnings } from '../custom/format-warnings.js';
import { withDefinitionCondition } from '../custom/conditions.js';
import { strategyOf } from './strategy.js';
import {
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from './validation/definition.js';

/** The strategy of CustomResourceDefinitions: registration itself is `sim/server/custom`'s. */
export const customResourceDefinition = strategyOf<CustomResourceDefinition>({
  kind: customResourceDefinitions,
  hasGeneration: true,
  allowsUnconditionalUpdate: false,
  defaults: object =>
    within(object, 'spec', spec => {
      const converted = fill(spec, { conversion: { strategy: 'None' } });
      const named = within(converted, 'names', names =>
        names.kind
          ? fillEmpty(names, {
              singular: names.kind.toLowerCase(),
              listKind: `${names.kind}List`,
            })
          : names,
      );
      return within(named, 'conversion', conversion =>
        within(conversion, 'webhook', webhook =>
          within(webhook, 'clientConfig', client =>
            within(client, 'service', service => fill(service, { port: 443 })),
          ),
        ),
      );
    }),
  prepareForCreate: object => withStoredVersion({ ...object, status: noStatus }),
  prepareForUpdate: (object, old) => withStoredVersion(keepStatus(object, old)),
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
  warningsOnCreate: definition => formatWarnings(definition),
  warningsOnUpdate: formatWarnings,
  status: {
    prepareForUpdate: (object, old) => withSomeVersion(keepSpec(object, old)),
    validateUpdate: validateDefinitionStatus,
  },
  beginsDeletion: (definition, { nowMs }) => {
    const { metadata } = definition;
    if (metadata.deletionTimestamp !== undefined) return undefined;
    const now = rfc3339(nowMs);
    const { finalizers = [] } = metadata;
    const held = finalizers.includes(cleanupFinalizer)
      ? finalizers
      : [...finalizers, cleanupFinalizer];
    const marked = {
      ...definition,
      metadata: { ...metadata, deletionTimestamp: now, finalizers: held },
    };
    return withDefinitionCondition(marked, pendingDeletion, now);
  },
});

const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

const pendingDeletion = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionPending',
  message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
};

// What is unset is told all the same: the type's fields are no pointers.
const noStatus: CustomResourceDefinitionStatus = {
  conditions: null as never,
  acceptedNames: { plural: '', kind: '' },
  storedVersions: null as never,
};

/** A status that names no stored version has the one that objects are stored in. */
function withSomeVersion(definition: CustomResourceDefinition): CustomResourceDefinition {
  const isTold = (definition.status?.storedVersions ?? []).length > 0;
  return isTold ? definition : withStoredVersion(definition);
}

/** A version that objects are stored in is never forgotten. */
function withStoredVersion(definition: CustomResourceDefinition): CustomResourceDefinition {
  const storage = definition.spec.versions?.find(version => version.storage)?.name;
  const stored = definition.status?.storedVersions ?? [];
  if (storage === undefined || stored.includes(storage)) return definition;
  return {
    ...definition,
    status: { ...(definition.status ?? noStatus), storedVersions: [...stored, storage] },
  };
}
