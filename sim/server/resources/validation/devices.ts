/** Checks that claims and slices of devices share. @upstream pkg/apis/resource/validation/validation.go */
import { deviceProgram } from '../../../api/cel/device-scope.js';
import { byteLength } from '../../../api/go-text.js';
import { cIdentifierErrors, labelValueErrors } from '../../../api/labels.js';
import { isRecord } from '../../../api/equality.js';
import type {
  DeviceSelector,
  DeviceToleration,
  OpaqueDeviceConfiguration,
} from '../../../api/kinds/resource.js';
import { duplicate, invalid, notSupported, required, tooLong } from '../field-error.js';
import { checkLabel, checkQualifiedName, checkSubdomain, tell, type Errors } from './checks.js';
import { checkList } from './collections.js';
import { goNoItems } from './go-value.js';
import { checkDriverName } from './storage-volumes.js';

const poolMax = 253;

/** The name of a pool: subdomains in a row. */
export function checkPoolName(name: string, path: string, errors: Errors): void {
  if (name === '') {
    errors.push(required(path));
    return;
  }
  if (byteLength(name) > poolMax) errors.push(tooLong(path, poolMax));
  for (const part of name.split('/')) checkSubdomain(part, path, errors);
}

const uidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A uid in its usual form. */
export function checkUid(uid: string, path: string, errors: Errors): void {
  if (uidForm.test(uid)) return;
  const isUid = uidForm.test(uid.toLowerCase());
  const text = isUid
    ? 'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters'
    : `error validating uid: ${uidText(uid)}`;
  errors.push(invalid(path, uid, text));
}

function uidText(uid: string): string {
  return uid.length === 36 ? 'invalid UUID format' : `invalid UUID length: ${uid.length}`;
}

const idMax = 32;

function checkIdentifier(id: string, path: string, errors: Errors): void {
  if (byteLength(id) > idMax) errors.push(tooLong(path, idMax));
  tell(cIdentifierErrors(id), id, path, errors);
}

/** The name of an attribute or a capacity, with a domain or without. */
export function checkAttributeName(name: string, path: string, errors: Errors): void {
  const [first = '', second, ...more] = name.split('/');
  if (second === undefined) checkIdentifier(first, path, errors);
  // More than two parts have slipped through upstream.
  if (second === undefined || more.length > 0) return;
  if (first === '') errors.push(invalid(path, '', 'the domain must not be empty'));
  else checkDriverName(first, path, errors);
  if (second === '') errors.push(invalid(path, '', 'the name must not be empty'));
  else checkIdentifier(second, path, errors);
}

/** The name of an attribute with its domain. */
export function checkFullAttributeName(name: string, path: string, errors: Errors): void {
  checkAttributeName(name, path, errors);
  if (name.includes('/')) return;
  const text = 'a fully qualified name must be a domain and a name separated by a slash';
  errors.push(invalid(path, name, text));
}

const expressionMax = 10 * 1024;
const selectorsMax = 32;

/** Expressions that select devices. */
export function checkDeviceSelectors(
  selectors: readonly DeviceSelector[] | undefined,
  path: string,
  errors: Errors,
): void {
  const check = ({ cel }: DeviceSelector, at: string) => {
    if (cel === undefined) {
      errors.push(required(`${at}.cel`));
      return;
    }
    const { expression = '' } = cel;
    // What is too long is not compiled either.
    if (byteLength(expression) > expressionMax) {
      errors.push(tooLong(`${at}.cel.expression`, expressionMax));
      return;
    }
    const program = deviceProgram(expression);
    if ('error' in program) errors.push(invalid(`${at}.cel.expression`, expression, program.error));
  };
  checkList(selectors, selectorsMax, check, path, errors);
}

const effects = ['NoExecute', 'NoSchedule', 'None'];
const operators = ['Equal', 'Exists'];

/** What a taint of a device does. */
export function checkDeviceEffect(effect: string, path: string, errors: Errors): void {
  if (effect === '') errors.push(required(path));
  else if (!effects.includes(effect)) errors.push(notSupported(path, effect, effects));
}

/** A taint of devices that is borne with. */
export function checkDeviceToleration(
  { key = '', operator = '', value = '', effect = '' }: DeviceToleration,
  path: string,
  errors: Errors,
): void {
  if (key !== '') checkQualifiedName(key, `${path}.key`, errors);
  if (operator === 'Exists') {
    const text = 'must be empty for operator `Exists`';
    if (value !== '') errors.push(invalid(`${path}.value`, value, text));
  } else if (operator === 'Equal') tell(labelValueErrors(value), value, `${path}.value`, errors);
  else if (operator === '') errors.push(required(`${path}.operator`));
  else errors.push(notSupported(`${path}.operator`, operator, operators));
  if (effect !== '') checkDeviceEffect(effect, `${path}.effect`, errors);
}

const opaqueMax = 10 * 1024;

/** Settings that only the driver understands. */
export function checkConfiguration(
  { opaque }: { readonly opaque?: OpaqueDeviceConfiguration },
  path: string,
  errors: Errors,
): void {
  if (opaque === undefined) {
    errors.push(required(`${path}.opaque`));
    return;
  }
  checkDriverName(opaque.driver ?? '', `${path}.opaque.driver`, errors);
  checkRaw(opaque.parameters, `${path}.opaque.parameters`, opaqueMax, errors);
}

/** Any JSON object. */
export function checkRaw(value: unknown, path: string, max: number, errors: Errors): void {
  if (value === undefined || value === null) errors.push(required(path));
  else if (byteLength(JSON.stringify(value)) > max) errors.push(tooLong(path, max));
  else if (!isRecord(value)) {
    errors.push(invalid(path, '<value omitted>', 'must be a valid JSON object'));
  }
}

const conditionsMax = 4;

/** What a device, or its share in a claim, says of its binding. */
interface BindingConditions {
  readonly bindingConditions?: readonly string[];
  readonly bindingFailureConditions?: readonly string[];
}

/** The conditions that tell whether a device could be bound. */
export function checkBindingConditions(
  device: BindingConditions,
  path: string,
  errors: Errors,
): void {
  const { bindingConditions: good = [], bindingFailureConditions: bad = [] } = device;
  const [goodPath, badPath] = [`${path}.bindingConditions`, `${path}.bindingFailureConditions`];
  const check = (name: string, at: string) => checkQualifiedName(name, at, errors);
  checkList(good, conditionsMax, check, goodPath, errors);
  checkList(bad, conditionsMax, check, badPath, errors);
  const known = new Set<string>();
  for (const [index, name] of good.entries()) {
    if (known.has(name)) errors.push(duplicate(`${goodPath}[${index}]`, name));
    known.add(name);
  }
  const knownBad = new Set<string>();
  for (const [index, name] of bad.entries()) {
    const at = `${badPath}[${index}]`;
    if (knownBad.has(name)) errors.push(duplicate(at, name));
    knownBad.add(name);
    if (!known.has(name)) continue;
    const text = 'bindingFailureConditions must not overlap with bindingConditions';
    errors.push(invalid(at, name, text));
  }
  const needed = 'are required to use';
  if (good.length === 0 && bad.length > 0) {
    const text = `bindingConditions ${needed} bindingFailureConditions`;
    errors.push(invalid(goodPath, goNoItems(device, 'bindingConditions'), text));
  }
  if (bad.length === 0 && good.length > 0) {
    const text = `bindingFailureConditions ${needed} bindingConditions`;
    errors.push(invalid(badPath, goNoItems(device, 'bindingFailureConditions'), text));
  }
}

/** The name of a device, a request or a counter. */
export function checkDeviceName(name: string, path: string, errors: Errors): void {
  checkLabel(name, path, errors);
}
