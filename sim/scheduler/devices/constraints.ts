/** What a claim's devices must have in common, or must not. @upstream structured/internal/incubating/constraint.go */
import type { Device, DeviceAttribute, DeviceConstraint } from '../../api/kinds/resource.js';

/** The request that a device is tried for. */
export interface RequestName {
  readonly name: string;
  /** The name of the alternative, when the request has some. */
  readonly alternative?: string;
}

/** A device of a driver. */
export interface DrivenDevice {
  readonly driver: string;
  readonly device: Device;
}

/** Watches over the devices of a claim as they are tried. */
export interface ConstraintCheck {
  /** Adds the device; false: the constraint does not allow it. */
  add(request: RequestName, device: DrivenDevice): boolean;
  /** Takes a device back that was added. */
  remove(request: RequestName): void;
}

/** The check of a constraint; undefined for one of a kind that nobody knows. */
export function constraintCheck(constraint: DeviceConstraint): ConstraintCheck | undefined {
  const { requests = [], matchAttribute, distinctAttribute } = constraint;
  if (matchAttribute !== undefined) return new SameAttribute(requests, matchAttribute);
  if (distinctAttribute !== undefined) return new DistinctAttribute(requests, distinctAttribute);
  return undefined;
}

function applies(requests: readonly string[], { name, alternative }: RequestName): boolean {
  if (requests.length === 0 || requests.includes(name)) return true;
  return alternative !== undefined && requests.includes(`${name}/${alternative}`);
}

class SameAttribute implements ConstraintCheck {
  private value: string | undefined;
  private count = 0;

  constructor(
    private readonly requests: readonly string[],
    private readonly attribute: string,
  ) {}

  add(request: RequestName, device: DrivenDevice): boolean {
    if (!applies(this.requests, request)) return true;
    const attribute = attributeOf(device, this.attribute);
    if (attribute === undefined) return false;
    const value = valueOf(attribute);
    if (this.count === 0) this.value = value;
    else if (value === undefined || value !== this.value) return false;
    this.count++;
    return true;
  }

  remove(request: RequestName): void {
    if (applies(this.requests, request)) this.count--;
  }
}

/** Upstream keeps one value per request, so of several devices of a request only the last counts. */
class DistinctAttribute implements ConstraintCheck {
  private readonly values = new Map<string, string | undefined>();
  private count = 0;

  constructor(
    private readonly requests: readonly string[],
    private readonly attribute: string,
  ) {}

  add(request: RequestName, device: DrivenDevice): boolean {
    if (!applies(this.requests, request)) return true;
    const attribute = attributeOf(device, this.attribute);
    if (attribute === undefined) return false;
    const value = valueOf(attribute);
    const isTaken = [...this.values.values()].some(other => value === undefined || other === value);
    if (this.count > 0 && isTaken) return false;
    this.values.set(request.name, value);
    this.count++;
    return true;
  }

  remove(request: RequestName): void {
    if (!applies(this.requests, request)) return;
    this.values.delete(request.name);
    this.count--;
  }
}

/** The attribute by its full name; a driver's own attributes may be told without its domain. */
function attributeOf({ driver, device }: DrivenDevice, name: string): DeviceAttribute | undefined {
  const attributes = device.attributes ?? {};
  const found = attributes[name];
  if (found !== undefined) return found;
  const slash = name.indexOf('/');
  if (slash < 0 || name.slice(0, slash) !== driver) return undefined;
  return attributes[name.slice(slash + 1)];
}

/** The value with its type, so that different types never equal. */
function valueOf({ string, int, bool, version }: DeviceAttribute): string | undefined {
  if (string !== undefined) return `string ${string}`;
  if (int !== undefined) return `int ${int}`;
  if (bool !== undefined) return `bool ${bool}`;
  return version === undefined ? undefined : `version ${version}`;
}
