/** Checks of what drivers of storage tell. @upstream pkg/apis/storage/validation/validation.go ValidateCSIDriver */
import type {
  CSIDriver,
  CSINode,
  CSINodeDriver,
  CSIStorageCapacity,
  TokenRequest,
} from '../../../api/kinds/storage.js';
import { deepEqual } from '../../../api/equality.js';
import { byteLength } from '../../../api/go-text.js';
import { without } from '../defaults/fill.js';
import { duplicate, invalid, notSupported, required, type FieldError } from '../field-error.js';
import {
  amount,
  checkImmutable,
  checkNonNegative,
  checkQualifiedName,
  checkSelector,
  checkSubdomain,
  immutableText,
  negativeText,
  type Errors,
} from './checks.js';
import { goSelector, goValue } from './go-value.js';
import { checkDriverName } from './storage-volumes.js';

const policies = ['File', 'None', 'ReadWriteOnceWithFSType'];
const modes = ['Persistent', 'Ephemeral'];
const periodMin = 10;

/** What is wrong with a CSIDriver. */
export function validateDriver({ spec }: CSIDriver): readonly FieldError[] {
  const errors: Errors = [];
  const need = (value: unknown, path: string) => {
    if (value === undefined) errors.push(required(path));
  };
  need(spec.attachRequired, 'spec.attachedRequired');
  need(spec.podInfoOnMount, 'spec.podInfoOnMount');
  need(spec.storageCapacity, 'spec.storageCapacity');
  const { fsGroupPolicy: policy, tokenRequests = [], volumeLifecycleModes = [] } = spec;
  if (policy !== undefined && !policies.includes(policy)) {
    errors.push(notSupported('spec.fsGroupPolicy', policy, policies));
  }
  checkTokens(tokenRequests, errors);
  for (const mode of volumeLifecycleModes) {
    if (!modes.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, modes));
  }
  need(spec.seLinuxMount, 'spec.seLinuxMount');
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < periodMin) {
    const text = `must be greater than or equal to ${periodMin} seconds`;
    errors.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, text));
  }
  const inSecrets = spec.serviceAccountTokenInSecrets;
  if (inSecrets !== undefined && tokenRequests.length === 0) {
    const text = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    errors.push(invalid('spec.serviceAccountTokenInSecrets', inSecrets, text));
  }
  return errors;
}

const secondsMin = 600;
const secondsMax = 2 ** 32;

function checkTokens(requests: readonly TokenRequest[], errors: Errors): void {
  const audiences = new Set<string>();
  for (const [index, { audience = '', expirationSeconds: seconds }] of requests.entries()) {
    const path = `spec.tokenRequests[${index}]`;
    if (audiences.has(audience)) {
      errors.push(duplicate(`${path}.audience`, audience));
      continue;
    }
    audiences.add(audience);
    const at = `${path}.expirationSeconds`;
    if (seconds === undefined) continue;
    if (seconds < secondsMin) {
      errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'));
    }
    if (seconds > secondsMax) {
      errors.push(invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds'));
    }
  }
}

/** What is wrong with an update of a CSIDriver. */
export function validateDriverUpdate(driver: CSIDriver, old: CSIDriver): readonly FieldError[] {
  const errors: Errors = [...validateDriver(driver)];
  const [now, before] = [driver.spec, old.spec];
  checkImmutable(now.attachRequired, before.attachRequired, 'spec.attachedRequired', errors);
  const path = 'spec.volumeLifecycleModes';
  checkImmutable(now.volumeLifecycleModes, before.volumeLifecycleModes, path, errors);
  return errors;
}

const nodeIdMax = 256;

/** What is wrong with a CSINode. */
export function validateCSINode({ spec }: CSINode): readonly FieldError[] {
  const errors: Errors = [];
  const names = new Set<string>();
  for (const [index, driver] of (spec.drivers ?? []).entries()) {
    checkNodeDriver(driver, names, `spec.drivers[${index}]`, errors);
  }
  return errors;
}

function checkNodeDriver(
  driver: CSINodeDriver,
  names: Set<string>,
  path: string,
  errors: Errors,
): void {
  const { name = '', nodeID = '' } = driver;
  checkDriverName(name, `${path}.name`, errors);
  if (nodeID === '') errors.push(required(`${path}.nodeID`));
  if (byteLength(nodeID) > nodeIdMax) {
    errors.push(invalid(`${path}.nodeID`, nodeID, `must be ${nodeIdMax} characters or less`));
  }
  checkNonNegative(driver.allocatable?.count, `${path}.allocatable.count`, errors);
  if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
  names.add(name);
  const keys = new Set<string>();
  for (const key of driver.topologyKeys ?? []) {
    if (key === '') errors.push(required(path));
    if (keys.has(key)) errors.push(duplicate(path, key));
    keys.add(key);
    checkQualifiedName(key, path, errors);
  }
}

/** What is wrong with an update of a CSINode. */
export function validateCSINodeUpdate(node: CSINode, old: CSINode): readonly FieldError[] {
  const errors: Errors = [...validateCSINode(node)];
  for (const before of old.spec.drivers ?? []) {
    for (const driver of node.spec.drivers ?? []) {
      if (driver.name !== before.name) continue;
      const now = without(driver, 'allocatable');
      if (deepEqual(now, without(before, 'allocatable'))) continue;
      const value = goValue('storage/v1.CSINodeDriver', now);
      errors.push(invalid('spec.drivers', value, immutableText));
    }
  }
  return errors;
}

/** What is wrong with a CSIStorageCapacity. */
export function validateCapacity(object: CSIStorageCapacity): readonly FieldError[] {
  const errors: Errors = [];
  checkSelector(object.nodeTopology, 'nodeTopology', errors);
  checkSubdomain(object.storageClassName ?? '', 'storageClassName', errors);
  if (object.capacity === undefined) return errors;
  const quantity = amount(object.capacity);
  if (quantity.sign() < 0) errors.push(invalid('capacity', quantity.toString(), negativeText));
  return errors;
}

/** What is wrong with an update of a CSIStorageCapacity. */
export function validateCapacityUpdate(
  object: CSIStorageCapacity,
  old: CSIStorageCapacity,
): readonly FieldError[] {
  const errors: Errors = [...validateCapacity(object)];
  if (!deepEqual(object.nodeTopology, old.nodeTopology)) {
    errors.push(invalid('nodeTopology', goSelector(object.nodeTopology), immutableText));
  }
  if (object.storageClassName !== old.storageClassName) {
    errors.push(invalid('storageClassName', object.storageClassName, immutableText));
  }
  return errors;
}
