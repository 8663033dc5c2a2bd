/** Checks of how much of a device's capacity may be asked for. @upstream pkg/apis/resource/validation/validation.go validateRequestPolicy */
import type {
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  DeviceCapacity,
} from '../../../api/kinds/resource.js';
import type { Quantity } from '../../../api/quantity.js';
import { forbidden, invalid, required } from '../field-error.js';
import { amount, type Errors } from './checks.js';
import { checkSet } from './collections.js';

const optionsMax = 10;

/** The policy of a capacity, which only devices that are shared may have. */
export function checkRequestPolicy(
  { value, requestPolicy: policy }: DeviceCapacity,
  isShared: boolean,
  path: string,
  errors: Errors,
): void {
  if (policy === undefined) return;
  if (!isShared) {
    errors.push(forbidden(path, 'allowMultipleAllocations must be true'));
    return;
  }
  const values = policy.validValues ?? [];
  if (values.length > 0 && policy.validRange !== undefined) {
    const text =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    errors.push(forbidden(path, text));
    return;
  }
  const field = values.length > 0 ? 'validValues' : policy.validRange && 'validRange';
  if (!field) return;
  if (policy.default === undefined) {
    errors.push(required(`${path}.default`, `required when ${field} is defined`));
    return;
  }
  const [start, capacity] = [amount(policy.default), amount(value)];
  if (policy.validRange === undefined) {
    checkValues(policy, start, capacity, `${path}.validValues`, errors);
  } else checkRange(policy.validRange, start, capacity, `${path}.validRange`, errors);
}

function checkValues(
  { validValues = [] }: CapacityRequestPolicy,
  start: Quantity,
  capacity: Quantity,
  path: string,
  errors: Errors,
): void {
  const values = validValues.map(amount);
  for (const [index, value] of values.entries()) {
    const before = values[index - 1];
    if (before === undefined || before.compare(value) <= 0) continue;
    const text = 'values must be sorted in ascending order';
    errors.push(invalid(`${path}[${index}]`, value.toString(), text));
  }
  const check = (value: Quantity, at: string) => {
    if (value.compare(capacity) <= 0) return;
    const text = `option is larger than capacity value: ${capacity.toString()}`;
    errors.push(invalid(at, value.toString(), text));
  };
  checkSet(values, optionsMax, check, value => String(value.value()), path, errors);
  if (values.some(value => value.compare(start) === 0)) return;
  const text = 'default value is not valid according to the requestPolicy';
  errors.push(invalid(path, start.toString(), text));
}

function checkRange(
  range: CapacityRequestPolicyRange,
  start: Quantity,
  capacity: Quantity,
  path: string,
  errors: Errors,
): void {
  if (range.min === undefined) {
    errors.push(required(`${path}.min`, 'required when validRange is defined'));
    return;
  }
  const min = amount(range.min);
  const max = range.max === undefined ? undefined : amount(range.max);
  const say = (field: string, value: Quantity, text: string, other: Quantity) => {
    errors.push(invalid(`${path}.${field}`, value.toString(), `${text}: ${other.toString()}`));
  };
  if (min.compare(capacity) > 0) say('min', min, 'min is larger than capacity value', capacity);
  if (start.compare(min) < 0) say('min', start, 'default is less than min', min);
  if (max !== undefined) {
    if (min.compare(max) > 0) say('max', min, 'min is larger than max', max);
    if (max.compare(capacity) > 0) say('max', max, 'max is larger than capacity value', capacity);
    if (start.compare(max) > 0) say('max', start, 'default is more than max', max);
  }
  if (range.step === undefined) return;
  const step = amount(range.step);
  const first = min.add(step);
  if (first.compare(capacity) > 0) {
    const text = `one step ${first.toString()} is larger than capacity value`;
    say('step', step, text, capacity);
  }
  for (const value of max === undefined ? [start] : [start, max]) {
    const above = Number(value.value()) - Number(min.value());
    if (above % Number(step.value()) === 0) continue;
    const text = `value is not a multiple of a given step (${step.toString()}) from (${min.toString()})`;
    errors.push(invalid(`${path}.step`, value.toString(), text));
  }
}
