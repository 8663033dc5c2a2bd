/** Reads a snapshot of a cluster: what `kubectl get nodes,pods -A -o yaml` printed, or JSON. */
import { isRecord } from '../../sim/api/equality.js';
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import { parseQuantity } from '../../sim/api/quantity.js';
import { InputError } from '../input/errors.js';
import { fieldText, parseLocated, readInput, type FieldPath } from '../input/located.js';

const howToTake = 'take one with: kubectl get nodes,pods -A -o yaml';

/** A cluster's objects, and the file that they come from. */
export interface Snapshot {
  readonly file: string;
  readonly objects: readonly KubeObject[];
}

/** An object, and how to point at a field of it. */
interface Found {
  readonly object: KubeObject;
  readonly refuse: (path: FieldPath, what: string, next?: string) => never;
}

/**
 * Reads the file.
 *
 * @throws InputError with the line of what is wrong.
 */
export function readSnapshot(file: string): Snapshot {
  return parseSnapshot(readInput(file), file);
}

/** The objects of what kubectl printed, whatever they are. */
export function readPrinted(file: string): readonly KubeObject[] {
  return parsePrinted(readInput(file), file);
}

function parsePrinted(text: string, file: string): readonly KubeObject[] {
  const found = documentsOf(text, file).flatMap(({ value, lineOf }) => opened(value, file, lineOf));
  for (const each of found) check(each);
  return found.map(({ object }) => object);
}

/** Reads the text of a snapshot. */
export function parseSnapshot(text: string, file: string): Snapshot {
  const objects = parsePrinted(text, file);
  if (!objects.some(({ kind }) => kind === 'Node')) {
    throw new InputError({ file }, 'the snapshot holds no nodes', howToTake);
  }
  return { file, objects };
}

interface Document {
  readonly value: unknown;
  lineOf(path: FieldPath): number | undefined;
}

/** What kubectl printed as JSON is read as such: it is much faster, and it has no mistakes to point at. */
function documentsOf(text: string, file: string): readonly Document[] {
  if (text.trimStart().startsWith('{')) {
    try {
      return [{ value: JSON.parse(text) as unknown, lineOf: () => undefined }];
    } catch {
      // The other parser says in which line it goes wrong.
    }
  }
  return parseLocated(text, file);
}

function opened(value: unknown, file: string, lineOf: Document['lineOf']): readonly Found[] {
  const refuseAt =
    (base: FieldPath): Found['refuse'] =>
    (path, what, next) => {
      const at = [...base, ...path];
      const line = lineOf(at);
      throw new InputError(
        { file, field: fieldText(at), ...(line !== undefined && { line }) },
        what,
        next,
      );
    };
  const refuse = refuseAt([]);
  if (!isRecord(value)) return refuse([], 'not a Kubernetes object: a map is needed', howToTake);
  const kind = textOf(value['kind']);
  if (kind === '') return refuse(['kind'], 'is not set', howToTake);
  const { items } = value;
  if (!kind.endsWith('List')) return [{ object: objectOf(value, {}, refuse), refuse }];
  if (!Array.isArray(items)) return refuse(['items'], 'must be a list', howToTake);
  const inherited =
    kind === 'List' ? {} : { apiVersion: value['apiVersion'], kind: kind.slice(0, -4) };
  return items.map((item: unknown, index) => {
    const refuseItem = refuseAt(['items', index]);
    if (!isRecord(item)) return refuseItem([], 'must be a map');
    return { object: objectOf(item, inherited, refuseItem), refuse: refuseItem };
  });
}

function objectOf(
  value: Readonly<Record<string, unknown>>,
  inherited: object,
  refuse: Found['refuse'],
): KubeObject {
  const object = { ...inherited, ...value } as unknown as KubeObject;
  const mustBeText = (path: FieldPath, given: unknown): void => {
    if (given === undefined || given === '') refuse(path, 'is not set', howToTake);
    if (typeof given === 'string') return;
    refuse(path, `must be a string, is ${JSON.stringify(given)}`, 'put it in quotes');
  };
  mustBeText(['kind'], object.kind);
  mustBeText(['apiVersion'], object.apiVersion);
  mustBeText(['metadata', 'name'], isRecord(object.metadata) ? object.metadata.name : undefined);
  return object;
}

/** What decisions are reckoned from must be there and be readable. */
function check({ object, refuse }: Found): void {
  if (object.apiVersion !== 'v1') return;
  if (object.kind === 'Node') checkNode(object as Node, refuse);
  if (object.kind === 'Pod') checkPod(object as Pod, refuse);
}

function checkNode(node: Node, refuse: Found['refuse']): void {
  const { allocatable } = node.status ?? {};
  if (!isRecord(allocatable)) {
    refuse(['status', 'allocatable'], 'the node does not tell what it has', howToTake);
  }
  checkQuantities(allocatable, ['status', 'allocatable'], refuse);
}

function checkPod(pod: Pod, refuse: Found['refuse']): void {
  const { containers } = pod.spec ?? {};
  if (!Array.isArray(containers)) refuse(['spec', 'containers'], 'must be a list', howToTake);
  containers?.forEach(({ resources }, index) => {
    const path = ['spec', 'containers', index, 'resources', 'requests'];
    checkQuantities(resources?.requests, path, refuse);
  });
}

function checkQuantities(list: unknown, path: FieldPath, refuse: Found['refuse']): void {
  if (!isRecord(list)) return;
  for (const [name, value] of Object.entries(list)) {
    const isReadable = typeof value === 'number' || parseQuantity(textOf(value)).isOk;
    if (isReadable) continue;
    const next = 'write it as Kubernetes does: 64, 500m, 512Gi';
    refuse([...path, name], `${JSON.stringify(value)} is not a quantity`, next);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
