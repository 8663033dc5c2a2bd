/**
 * What an update is told whose uid is not that of the object that is there.
 * @upstream apiserver/pkg/storage/interfaces.go Preconditions, registry/generic/registry/dryrun.go
 */
import { conflict, type Failure } from '../../api/status.js';
import { keyIn, type Scope } from '../scope.js';
import type { WriteOptions } from '../write-options.js';

/** Of a uid that does not fit. */
export function uidText(uid: string, actual: string | undefined): string {
  return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${actual ?? ''}`;
}

/** A uid that does not fit, as the storage tells it. */
export function uidFailure(
  scope: Scope,
  { options, uid }: { readonly options: WriteOptions; readonly uid: string },
  actual: string | undefined,
): Failure {
  const { resource, name } = scope;
  // A dry run ends above the storage, which alone knows where all keys begin.
  const root = options.isDryRun ? '' : '/registry';
  const key = `${root}/${storagePrefix(scope)}/${keyIn(scope)}`;
  const problem = uidText(uid, actual);
  const text = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${problem}`;
  return conflict(resource.kind, name, text);
}

/** The folder of the resource in etcd: custom resources and some others stand below their group. */
function storagePrefix({ resource }: Scope): string {
  const { group, resource: plural } = resource.kind;
  if (resource.custom !== undefined) return `${group}/${plural}`;
  return storagePrefixes[plural] ?? plural;
}

/** @upstream pkg/kubeapiserver/default_storage_factory_builder.go SpecialDefaultResourcePrefixes, KeyRootFunc */
const storagePrefixes: Readonly<Record<string, string>> = {
  replicationcontrollers: 'controllers',
  endpoints: 'services/endpoints',
  services: 'services/specs',
  nodes: 'minions',
  ingresses: 'ingress',
};
