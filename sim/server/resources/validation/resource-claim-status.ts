/** Checks of the status of claims of devices. @upstream pkg/apis/resource/validation/validation.go validateResourceClaimStatusUpdate */
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
  ResourceClaimConsumerReference,
} from '../../../api/kinds/resource.js';
import { deepEqual } from '../../../api/equality.js';
import { byteLength } from '../../../api/go-text.js';
import {
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  type FieldError,
} from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkNodeSelector } from './affinity.js';
import { checkLabel, immutableText, type Errors } from './checks.js';
import { checkStatusRights } from './claim-rights.js';
import { checkList, checkSet } from './collections.js';
import { checkConditions } from './conditions.js';
import {
  checkBindingConditions,
  checkConfiguration,
  checkPoolName,
  checkRaw,
  checkUid,
} from './devices.js';
import { goValue } from './go-value.js';
import { addressText, parseAddress, parseNetwork } from './ip.js';
import {
  checkAdminNamespace,
  checkRequestReference,
  checkRequestReferences,
  requestNamesOf,
  type RequestNames,
} from './resource-claim.js';
import { checkDriverName } from './storage-volumes.js';

const reservedMax = 256;
const resultsMax = 32;
const configMax = 64;
const conditionsMax = 8;
const dataMax = 10 * 1024;

/** What is wrong with an update of a claim's status. */
export function validateResourceClaimStatus(
  claim: ResourceClaim,
  old: ResourceClaim,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  const { status = {}, metadata } = claim;
  checkAdminStatus(claim, old, context, errors);
  checkStatusRights(claim, old, context, errors);
  checkReservations(status.reservedFor, errors);
  checkDevices(status.devices, status.allocation, errors);
  const reserved = status.reservedFor ?? [];
  const path = 'status.reservedFor';
  if (reserved.length > 0 && status.allocation === undefined) {
    errors.push(forbidden(path, 'may not be specified when `allocated` is not set'));
  } else if (metadata.deletionTimestamp) {
    const before = old.status?.reservedFor ?? [];
    const isNew = reserved.some(each => !before.some(other => deepEqual(other, each)));
    const text =
      'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
    if (isNew) errors.push(forbidden(path, text));
  }
  checkAllocation(claim, old, errors);
  return errors;
}

/** Devices in use that are lent to an administrator. @upstream pkg/registry/resource/utils.go AuthorizedForAdminStatus */
function checkAdminStatus(
  { status, metadata }: ResourceClaim,
  old: ResourceClaim,
  context: StrategyContext,
  errors: Errors,
): void {
  if (adminIndex(old.status) >= 0) return;
  const index = adminIndex(status);
  const path = `status.allocation.devices.results[${index}].adminAccess`;
  if (index >= 0) checkAdminNamespace(metadata.namespace ?? '', path, context, errors);
}

function adminIndex(status: ResourceClaim['status']): number {
  const results = status?.allocation?.devices?.results ?? [];
  return results.findIndex(({ adminAccess }) => adminAccess === true);
}

function checkReservations(
  list: readonly ResourceClaimConsumerReference[] | undefined,
  errors: Errors,
): void {
  const check = (reference: ResourceClaimConsumerReference, path: string) => {
    for (const field of ['resource', 'name', 'uid'] as const) {
      if (!reference[field]) errors.push(required(`${path}.${field}`));
    }
  };
  checkSet(list, reservedMax, check, each => each.uid, 'status.reservedFor', errors);
}

interface DeviceId {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareID?: string;
}

function idOf({ driver, pool, device, shareID = '' }: DeviceId) {
  return { Driver: driver, Pool: pool, Device: device, ShareID: shareID };
}

function checkDevices(
  devices: readonly AllocatedDeviceStatus[] | undefined,
  allocation: AllocationResult | undefined,
  errors: Errors,
): void {
  const results = allocation?.devices?.results ?? [];
  const allocated = new Set(results.map(result => JSON.stringify(idOf(result))));
  const check = (device: AllocatedDeviceStatus, path: string) => {
    checkIdentity(device, path, errors);
    if (device.shareID !== undefined) checkUid(device.shareID, `${path}.shareID`, errors);
    const id = idOf(device);
    if (!allocated.has(JSON.stringify(id))) {
      errors.push(invalid(path, id, 'must be an allocated device in the claim'));
    }
    const conditions = device.conditions ?? [];
    if (conditions.length > conditionsMax) {
      errors.push(tooMany(`${path}.conditions`, conditions.length, conditionsMax));
    }
    checkConditions(conditions, `${path}.conditions`, errors);
    if (device.data !== undefined) checkRaw(device.data, `${path}.data`, dataMax, errors);
    if (device.networkData) checkNetwork(device.networkData, `${path}.networkData`, errors);
  };
  const keyOf = (device: AllocatedDeviceStatus) => JSON.stringify(idOf(device));
  checkSet(devices, Infinity, check, keyOf, 'status.devices', errors, idOf);
}

function checkIdentity({ driver, pool, device }: DeviceId, path: string, errors: Errors): void {
  checkDriverName(driver ?? '', `${path}.driver`, errors);
  checkPoolName(pool ?? '', `${path}.pool`, errors);
  checkLabel(device ?? '', `${path}.device`, errors);
}

const interfaceMax = 256;
const hardwareMax = 128;
const addressesMax = 16;

function checkNetwork(data: NetworkDeviceData, path: string, errors: Errors): void {
  if (byteLength(data.interfaceName ?? '') > interfaceMax) {
    errors.push(tooLong(`${path}.interfaceName`, interfaceMax));
  }
  if (byteLength(data.hardwareAddress ?? '') > hardwareMax) {
    errors.push(tooLong(`${path}.hardwareAddress`, hardwareMax));
  }
  const check = (address: string, at: string) => {
    const text = interfaceProblem(address);
    if (text !== undefined) errors.push(invalid(at, address, text));
  };
  checkSet(data.ips, addressesMax, check, address => address, `${path}.ips`, errors);
}

/** The bits of the interface itself may be set. @upstream apimachinery/pkg/util/validation/ip.go IsValidInterfaceAddress */
function interfaceProblem(address: string): string | undefined {
  const host = parseAddress(address.slice(0, Math.max(0, address.indexOf('/'))));
  const network = parseNetwork(address);
  if (!host.isOk || network === undefined) {
    return 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)';
  }
  const canonical = `${addressText(host.value)}/${network.bits}`;
  return address === canonical ? undefined : `must be in canonical form ("${canonical}")`;
}

function checkAllocation(
  { spec, status }: ResourceClaim,
  old: ResourceClaim,
  errors: Errors,
): void {
  const [now, before] = [status?.allocation, old.status?.allocation];
  if (now === undefined) return;
  const path = 'status.allocation';
  if (before !== undefined) {
    if (deepEqual(now, before)) return;
    errors.push(invalid(path, goValue('resource/v1.AllocationResult', now), immutableText));
    return;
  }
  const names = requestNamesOf(spec.devices ?? {});
  const checkOne = (result: DeviceRequestAllocationResult, at: string) =>
    checkResult(result, names, at, errors);
  checkList(now.devices?.results, resultsMax, checkOne, `${path}.devices.results`, errors);
  const checkConfig = (config: DeviceAllocationConfiguration, at: string) =>
    checkSettings(config, names, at, errors);
  checkList(now.devices?.config, configMax, checkConfig, `${path}.devices.config`, errors);
  if (now.nodeSelector !== undefined) {
    checkNodeSelector(now.nodeSelector, `${path}.nodeSelector`, errors);
  }
}

function checkResult(
  result: DeviceRequestAllocationResult,
  names: RequestNames,
  path: string,
  errors: Errors,
): void {
  checkRequestReference(result.request ?? '', names, `${path}.request`, errors);
  checkIdentity(result, path, errors);
  checkBindingConditions(result, path, errors);
  if (result.shareID !== undefined) checkUid(result.shareID, `${path}.shareID`, errors);
}

const sources = ['FromClaim', 'FromClass'];

function checkSettings(
  config: DeviceAllocationConfiguration,
  names: RequestNames,
  path: string,
  errors: Errors,
): void {
  const { source = '' } = config;
  if (source === '') errors.push(required(`${path}.source`));
  else if (!sources.includes(source)) errors.push(notSupported(`${path}.source`, source, sources));
  checkRequestReferences(config.requests, names, `${path}.requests`, errors);
  checkConfiguration(config, path, errors);
}
