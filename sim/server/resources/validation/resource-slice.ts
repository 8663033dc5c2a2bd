/** Checks of slices of devices. @upstream pkg/apis/resource/validation/validation.go validateResourceSliceSpec */
import type {
  CounterSet,
  Device,
  DeviceAttribute,
  DeviceCapacity,
  DeviceCounterConsumption,
  DeviceTaint,
  ResourceSlice,
  ResourceSliceSpec,
} from '../../../api/kinds/resource.js';
import { deepEqual } from '../../../api/equality.js';
import { wasSentEmpty } from '../../../api/go-struct.js';
import { byteLength } from '../../../api/go-text.js';
import { labelValueErrors } from '../../../api/labels.js';
import { invalid, required, tooLong, type FieldError } from '../field-error.js';
import { checkNodeSelector } from './affinity.js';
import { checkRequestPolicy } from './capacity-policy.js';
import {
  checkImmutable,
  checkLabel,
  checkQualifiedName,
  checkSubdomain,
  tell,
  type Errors,
} from './checks.js';
import { checkList, checkMap, checkSet } from './collections.js';
import {
  checkAttributeName,
  checkBindingConditions,
  checkDeviceEffect,
  checkPoolName,
} from './devices.js';
import { goValue } from './go-value.js';
import { checkDriverName } from './storage-volumes.js';

const devicesMax = 128;
const advancedMax = 64;
const counterSetsMax = 8;
const countersMax = 32;
const labelMax = 63;
const keyMax = 63 + 1 + 32;
const attributesMax = 32;
const valuesMax = 48;
const valueMax = 64;
const taintsMax = 16;
const consumptionsMax = 2;

/** What is wrong with a slice. */
export function validateResourceSlice({ spec }: ResourceSlice): readonly FieldError[] {
  const errors: Errors = [];
  checkSpec(spec, undefined, errors);
  return errors;
}

/** What is wrong with an update of a slice. */
export function validateResourceSliceUpdate(
  { spec }: ResourceSlice,
  old: ResourceSlice,
): readonly FieldError[] {
  const errors: Errors = [];
  checkSpec(spec, old.spec, errors);
  return errors;
}

function checkSpec(
  spec: ResourceSliceSpec,
  old: ResourceSliceSpec | undefined,
  errors: Errors,
): void {
  const { driver = '', pool } = spec;
  checkDriverName(driver, 'spec.driver', errors);
  checkPoolName(pool?.name ?? '', 'spec.pool.name', errors);
  const { resourceSliceCount: count = 0, generation = 0 } = pool ?? {};
  if (count <= 0) {
    errors.push(invalid('spec.pool.resourceSliceCount', count, 'must be greater than zero'));
  }
  if (generation < 0) {
    const text = 'must be greater than or equal to zero';
    errors.push(invalid('spec.pool.generation', generation, text));
  }
  if (old !== undefined) {
    checkImmutable(pool?.name, old.pool.name, 'spec.pool.name', errors);
    checkImmutable(driver, old.driver, 'spec.driver', errors);
    checkImmutable(spec.nodeName, old.nodeName, 'spec.nodeName', errors);
  }
  checkPlace(spec, errors);
  const isSent = (name: 'sharedCounters' | 'devices') =>
    spec[name] !== undefined || wasSentEmpty(spec, name);
  if (isSent('sharedCounters') && isSent('devices')) {
    const text = 'only one of `sharedCounters` or `devices` is allowed';
    errors.push(invalid('spec', '', text));
  }
  checkContents(spec, old, errors);
}

function checkContents(
  spec: ResourceSliceSpec,
  old: ResourceSliceSpec | undefined,
  errors: Errors,
): void {
  const devices = spec.devices ?? [];
  const max = devices.some(isAdvanced) ? advancedMax : devicesMax;
  const isPerDevice = spec.perDeviceNodeSelection === true;
  const check = (device: Device, path: string) => {
    const before = old?.devices?.find(other => other.name === device.name);
    checkDevice(device, before, isPerDevice, path, errors);
  };
  checkSet(devices, max, check, device => device.name, 'spec.devices', errors);
  const checkOne = (set: CounterSet, path: string) => checkCounters(set, 'name', path, errors);
  const path = 'spec.sharedCounters';
  checkSet(spec.sharedCounters, counterSetsMax, checkOne, set => set.name, path, errors);
}

function isAdvanced({ taints = [], consumesCounters = [], attributes }: Device): boolean {
  if (taints.length > 0 || consumesCounters.length > 0) return true;
  return Object.values(attributes ?? {}).some(
    ({ bools, ints, strings, versions }) => (bools ?? ints ?? strings ?? versions) !== undefined,
  );
}

function checkPlace(spec: ResourceSliceSpec, errors: Errors): void {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  const set: string[] = [];
  if (nodeName) {
    set.push('`nodeName`');
    checkSubdomain(nodeName, 'spec.nodeName', errors);
  } else if (nodeName === '') {
    const text = 'must be either unset or set to a non-empty string';
    errors.push(invalid('spec.nodeName', nodeName, text));
  }
  if (nodeSelector !== undefined) {
    set.push('`nodeSelector`');
    checkNodeSelector(nodeSelector, 'spec.nodeSelector', errors);
    const terms = nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) {
      const value = terms.map(term => goValue('core/v1.NodeSelectorTerm', term));
      const text = 'must have exactly one node selector term';
      errors.push(invalid('spec.nodeSelector.nodeSelectorTerms', value, text));
    }
  }
  if (isOn(allNodes, 'spec.allNodes', errors)) set.push('`allNodes`');
  if (isOn(perDeviceNodeSelection, 'spec.perDeviceNodeSelection', errors)) {
    set.push('`perDeviceNodeSelection`');
  }
  const text =
    'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (set.length === 0) errors.push(required('spec', text));
  else if (set.length > 1) {
    const words = `${text}, but multiple fields are set`;
    errors.push(invalid('spec', `{${set.join(', ')}}`, words));
  }
}

function isOn(value: boolean | undefined, path: string, errors: Errors): boolean {
  if (value === false) errors.push(invalid(path, value, 'must be either unset or set to true'));
  return value === true;
}

function checkDevice(
  device: Device,
  old: Device | undefined,
  isPerDevice: boolean,
  path: string,
  errors: Errors,
): void {
  checkLabel(device.name ?? '', `${path}.name`, errors);
  checkSizes(device, path, errors);
  const sizes = { itemsMax: Infinity, keyMax };
  const checkKey = (name: string, at: string) => checkAttributeName(name, at, errors);
  const checkValue = (value: DeviceAttribute, at: string) => checkAttribute(value, at, errors);
  checkMap(device.attributes, sizes, checkKey, checkValue, `${path}.attributes`, errors);
  const isShared = device.allowMultipleAllocations === true;
  const checkCapacity = (capacity: DeviceCapacity, at: string) =>
    checkRequestPolicy(capacity, isShared, `${at}.requestPolicy`, errors);
  checkMap(device.capacity, sizes, checkKey, checkCapacity, `${path}.capacity`, errors);
  if (old === undefined || !deepEqual(old.taints, device.taints)) {
    const checkOne = (taint: DeviceTaint, at: string) => checkTaint(taint, at, errors);
    checkList(device.taints, taintsMax, checkOne, `${path}.taints`, errors);
  }
  const checkUse = (use: DeviceCounterConsumption, at: string) =>
    checkCounters(use, 'counterSet', at, errors);
  const uses = device.consumesCounters;
  const at = `${path}.consumesCounters`;
  checkSet(uses, consumptionsMax, checkUse, use => use.counterSet, at, errors);
  checkDevicePlace(device, isPerDevice, path, errors);
  checkBindingConditions(device, path, errors);
}

function checkSizes(
  { attributes = {}, capacity = {} }: Device,
  path: string,
  errors: Errors,
): void {
  const total = Object.keys(attributes).length + Object.keys(capacity).length;
  if (total > attributesMax) {
    const text = `the total number of attributes and capacities must not exceed ${attributesMax}`;
    errors.push(invalid(path, total, text));
  }
  let values = 0;
  for (const { bools = [], ints = [], strings = [], versions = [] } of Object.values(attributes)) {
    values += Math.max(1, bools.length + ints.length + strings.length + versions.length);
  }
  if (values <= valuesMax) return;
  const text = `the total number of attribute values must not exceed ${valuesMax}`;
  errors.push(invalid(path, values, text));
}

const number = '(0|[1-9]\\d*)';
const early = '(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const build = '[0-9a-zA-Z-]+';
const version = new RegExp(
  `^${number}\\.${number}\\.${number}(-${early}(\\.${early})*)?(\\+${build}(\\.${build})*)?$`,
);

const fields = [
  'bool',
  'int',
  'string',
  'version',
  'bools',
  'ints',
  'strings',
  'versions',
] as const;

function checkAttribute(attribute: DeviceAttribute, path: string, errors: Errors): void {
  for (const field of fields) {
    const value = attribute[field];
    if (value === undefined) continue;
    const at = `${path}.${field}`;
    if (Array.isArray(value) && value.length === 0) {
      errors.push(invalid(at, value, 'must not be empty if specified'));
    }
    if (field === 'string' || field === 'version') checkText(String(value), field, at, errors);
    if (field !== 'strings' && field !== 'versions') continue;
    for (const [index, text] of (attribute[field] ?? []).entries()) {
      checkText(text, field === 'strings' ? 'string' : 'version', `${at}[${index}]`, errors);
    }
  }
  const count = fields.filter(field => attribute[field] !== undefined).length;
  if (count === 1) return;
  const value = count === 0 ? '' : goValue('resource/v1.DeviceAttribute', attribute);
  errors.push(invalid(path, value, 'exactly one value must be specified'));
}

function checkText(text: string, kind: 'string' | 'version', path: string, errors: Errors): void {
  if (kind === 'version' && !version.test(text)) {
    const words = 'must be a string compatible with semver.org spec 2.0.0';
    errors.push(invalid(path, text, words));
  }
  if (byteLength(text) > valueMax) errors.push(tooLong(path, valueMax));
}

function checkTaint(
  { key = '', value = '', effect = '' }: DeviceTaint,
  path: string,
  errors: Errors,
) {
  checkQualifiedName(key, `${path}.key`, errors);
  tell(labelValueErrors(value), value, `${path}.value`, errors);
  checkDeviceEffect(effect, `${path}.effect`, errors);
}

function checkCounters(
  set: CounterSet | DeviceCounterConsumption,
  field: 'name' | 'counterSet',
  path: string,
  errors: Errors,
): void {
  const name = ('counterSet' in set ? set.counterSet : 'name' in set ? set.name : '') ?? '';
  if (name === '') errors.push(required(`${path}.${field}`));
  else checkLabel(name, `${path}.${field}`, errors);
  const at = `${path}.counters`;
  if (Object.keys(set.counters ?? {}).length === 0) {
    errors.push(required(at));
    return;
  }
  const sizes = { itemsMax: countersMax, keyMax: labelMax };
  const checkKey = (key: string, where: string) => checkLabel(key, where, errors);
  checkMap(set.counters, sizes, checkKey, () => undefined, at, errors);
}

function checkDevicePlace(
  { nodeName, nodeSelector, allNodes }: Device,
  isPerDevice: boolean,
  path: string,
  errors: Errors,
): void {
  if (!isPerDevice) {
    if (nodeName === undefined && nodeSelector === undefined && allNodes === undefined) return;
    const text =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is ' +
      'set to true in the ResourceSlice spec';
    errors.push(invalid(path, null, text));
    return;
  }
  const set: string[] = [];
  if (nodeName) {
    set.push('`nodeName`');
    checkSubdomain(nodeName, `${path}.nodeName`, errors);
  } else if (nodeName === '') {
    errors.push(invalid(`${path}.nodeName`, nodeName, 'must not be empty'));
  }
  if (nodeSelector !== undefined) {
    set.push('`nodeSelector`');
    checkNodeSelector(nodeSelector, `${path}.nodeSelector`, errors);
  }
  if (isOn(allNodes, `${path}.allNodes`, errors)) set.push('`allNodes`');
  if (set.length === 1) return;
  const text =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when ' +
    '`perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (set.length === 0) errors.push(required(path, text));
  else errors.push(invalid(path, `{${set.join(', ')}}`, text));
}
