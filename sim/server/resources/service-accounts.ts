/** ServiceAccounts. @upstream pkg/registry/core/serviceaccount/strategy.go */
import { serviceAccounts, type ServiceAccount } from '../../api/kinds/core.js';
import { ageOf } from './columns/cell.js';
import { serviceAccountColumns } from './columns/core.js';
import { strategyOf } from './strategy.js';

const mountable = 'kubernetes.io/enforce-mountable-secrets';

/** The strategy of ServiceAccounts. */
export const serviceAccount = strategyOf<ServiceAccount>({
  kind: serviceAccounts,
  returnsDeletedObject: true,
  prepareForCreate: withNamesOnly,
  prepareForUpdate: withNamesOnly,
  warningsOnCreate: object => warningsOf(object),
  warningsOnUpdate: (object, old) => (hasMountable(old) ? [] : warningsOf(object)),
  columns: serviceAccountColumns,
  cells: (object, nowMs) => [object.metadata.name, ageOf(object, nowMs)],
});

/** References to secrets are names and nothing else. */
function withNamesOnly(object: ServiceAccount): ServiceAccount {
  const { secrets } = object;
  if (!secrets?.length) return object;
  return { ...object, secrets: secrets.map(({ name }) => (name === undefined ? {} : { name })) };
}

function warningsOf(object: ServiceAccount): readonly string[] {
  if (!hasMountable(object)) return [];
  const advice = 'prefer separate namespaces to isolate access to mounted secrets';
  return [`metadata.annotations[${mountable}]: deprecated in v1.32+; ${advice}`];
}

function hasMountable({ metadata }: ServiceAccount): boolean {
  return metadata.annotations?.[mountable] !== undefined;
}
