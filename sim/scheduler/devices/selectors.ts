/**
 * Selectors of devices: CEL expressions about one device.
 * @upstream dynamic-resource-allocation/cel/compile.go
 */
import { celEnv, celMap, isCelError, parse, plan, type CelInput } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Device, DeviceAttribute } from '../../api/kinds/resource.js';
import { quantity } from '../../api/quantity.js';
import { parseVersion } from './semantic-version.js';
import { celQuantity, celVersion, selectorFunctions } from './selector-values.js';

/** Whether a device is selected, or the error's text. */
export type Selected = boolean | { readonly error: string };

interface Program {
  readonly run?: (device: CelInput) => Selected;
  readonly error?: string;
}

const environment = celEnv({ funcs: [...strings, ...selectorFunctions] });
const programs = new Map<string, Program>();
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
  const program = programs.get(expression) ?? compile(expression);
  programs.set(expression, program);
  if (program.run === undefined) return { error: `CEL compile error: ${program.error ?? ''}` };
  const input = deviceValue(driver, device);
  if ('error' in input) return { error: `CEL runtime error: ${input.error}` };
  return program.run(input.value);
}

function compile(expression: string): Program {
  try {
    const run = plan(environment, parse(expression));
    return {
      run(device) {
        const result = run({ device });
        if (typeof result === 'boolean') return result;
        const error = isCelError(result) ? result.message : 'the result is not a bool';
        return { error: `CEL runtime error: ${error}` };
      },
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Domains that the device knows nothing of are empty. */
class Domains extends Map<string, CelInput> {
  override get(domain: string): CelInput {
    return super.get(domain) ?? celMap(new Map());
  }
}

function deviceValue(
  driver: string,
  device: Device,
): { readonly value: CelInput } | { readonly error: string } {
  const attributes: [string, CelInput][] = [];
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    const value = attributeValue(attribute);
    if (value === undefined) return { error: `attribute ${name}: unsupported attribute value` };
    attributes.push([name, value]);
  }
  const capacities = Object.entries(device.capacity ?? {}).map(
    ([name, { value }]) => [name, celQuantity(quantity(value))] as const,
  );
  const fields: readonly (readonly [string, CelInput])[] = [
    ['driver', driver],
    ['allowMultipleAllocations', device.allowMultipleAllocations === true],
    ['attributes', byDomain(attributes, driver)],
    ['capacity', byDomain(capacities, driver)],
  ];
  return { value: celMap(new Map(fields)) };
}

function attributeValue({ int, bool, string, version }: DeviceAttribute): CelInput | undefined {
  if (int !== undefined) return BigInt(int);
  if (bool !== undefined) return bool;
  if (string !== undefined) return string;
  const parsed = version === undefined ? undefined : parseVersion(version);
  return parsed === undefined ? undefined : celVersion(parsed);
}

/** Names without a domain are in the driver's. */
function byDomain(values: readonly (readonly [string, CelInput])[], driver: string): CelInput {
  const domains = new Map<string, Map<string, CelInput>>();
  for (const [name, value] of values) {
    const slash = name.indexOf('/');
    const domain = slash < 0 ? driver : name.slice(0, slash);
    const known = domains.get(domain) ?? new Map<string, CelInput>();
    known.set(name.slice(slash + 1), value);
    domains.set(domain, known);
  }
  return celMap(new Domains([...domains].map(([domain, known]) => [domain, celMap(known)])));
}
