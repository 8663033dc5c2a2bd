/**
 * Selectors of devices: CEL expressions about one device.
 * @upstream dynamic-resource-allocation/cel/compile.go
 */
import { deviceProgram } from '../../api/cel/device-scope.js';
import { CelQuantity, CelVersion } from '../../api/cel/library/amounts.js';
import type { CelKey, CelMap, CelValue } from '../../api/cel/values.js';
import type { Device, DeviceAttribute } from '../../api/kinds/resource.js';
import { quantity } from '../../api/quantity.js';
import { parseVersion } from '../../api/semantic-version.js';

/** Whether a device is selected, or the error's text. */
export type Selected = boolean | { readonly error: string };

/** @upstream pkg/apis/resource/types.go CELSelectorExpressionMaxCost */
const costMax = 1_000_000;
const answers = new WeakMap<Device, Map<string, Selected>>();

/** Evaluates the expression for a device of the driver. Devices never change, so it is done once. */
export function selects(expression: string, driver: string, device: Device): Selected {
  const known = answers.get(device) ?? new Map<string, Selected>();
  answers.set(device, known);
  const key = `${driver} ${expression}`;
  const answer = known.get(key) ?? evaluate(expression, driver, device);
  known.set(key, answer);
  return answer;
}

function evaluate(expression: string, driver: string, device: Device): Selected {
  const program = deviceProgram(expression);
  if ('error' in program) return { error: `CEL compile error: ${program.error}` };
  const input = deviceValue(driver, device);
  if ('error' in input) return { error: `CEL runtime error: ${input.error}` };
  const outcome = program.run({ device: input.value }, costMax);
  if ('error' in outcome) return { error: `CEL runtime error: ${outcome.error}` };
  if (typeof outcome.value === 'boolean') return outcome.value;
  return { error: 'CEL runtime error: the result is not a bool' };
}

const noValues: CelMap = new Map();

/** Domains that the device knows nothing of are empty. */
class Domains extends Map<CelKey, CelMap> {
  override get(domain: CelKey): CelMap {
    return super.get(domain) ?? noValues;
  }
}

function deviceValue(
  driver: string,
  device: Device,
): { readonly value: CelValue } | { readonly error: string } {
  const attributes: [string, CelValue][] = [];
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    const value = attributeValue(attribute);
    if (value === undefined) return { error: `attribute ${name}: unsupported attribute value` };
    attributes.push([name, value]);
  }
  const capacities = Object.entries(device.capacity ?? {}).map(
    ([name, { value }]) => [name, new CelQuantity(quantity(value))] as const,
  );
  const fields: readonly (readonly [string, CelValue])[] = [
    ['driver', driver],
    ['allowMultipleAllocations', device.allowMultipleAllocations === true],
    ['attributes', byDomain(attributes, driver)],
    ['capacity', byDomain(capacities, driver)],
  ];
  return { value: new Map<CelKey, CelValue>(fields) };
}

function attributeValue({ int, bool, string, version }: DeviceAttribute): CelValue | undefined {
  if (int !== undefined) return BigInt(int);
  if (bool !== undefined) return bool;
  if (string !== undefined) return string;
  const parsed = version === undefined ? undefined : parseVersion(version);
  return parsed === undefined || 'error' in parsed ? undefined : new CelVersion(parsed);
}

/** Names without a domain are in the driver's. */
function byDomain(values: readonly (readonly [string, CelValue])[], driver: string): CelValue {
  const domains = new Map<string, Map<CelKey, CelValue>>();
  for (const [name, value] of values) {
    const slash = name.indexOf('/');
    const domain = slash < 0 ? driver : name.slice(0, slash);
    const known = domains.get(domain) ?? new Map<CelKey, CelValue>();
    known.set(name.slice(slash + 1), value);
    domains.set(domain, known);
  }
  return new Domains(domains);
}
