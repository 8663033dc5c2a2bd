/** Compares a recorded object with the simulated one, field by field, but for what no two clusters share. */
import { timeMs } from '../../../sim/api/time.js';
import type { KubeObject } from '../../../sim/api/object.js';

/** A field that differs. */
export interface FieldDifference {
  /** `status.conditions[2].reason`. */
  readonly path: string;
  readonly was: unknown;
  readonly is: unknown;
}

/** Fields that are not compared, by the reason: two clusters never share them. */
export const uncompared: readonly { readonly why: string; readonly path: RegExp }[] = [
  { why: 'versions of the store', path: /(^|\.)(resourceVersion|selfLink)$/ },
  { why: 'who wrote which field', path: /^metadata\.managedFields$/ },
  {
    why: 'addresses and ports that are drawn',
    path: /(^|\.)(clusterIPs?|nodePort|podIPs?|hostIPs?|healthCheckNodePort|podCIDRs?|addresses|ip)$/,
  },
  {
    why: 'ids of containers and images',
    path: /(^|\.)(containerID|imageID|allocatedResourcesStatus)$/,
  },
  {
    why: 'what a machine says of itself',
    path: /^status\.(nodeInfo|images|daemonEndpoints|runtimeHandlers|features|capacity|allocatable)$/,
  },
  { why: 'data of certificates', path: /^data\.(ca\.crt|service-ca\.crt)$/ },
];

/** Of a pod that was refused: it never was, and its name is drawn anew at each try. */
const refusedName = /(pods "[a-z0-9.-]*-)[a-z0-9]{5}(" is forbidden)/g;

/** What is not compared, in words. */
export const uncomparedText: string = [
  ...uncompared.map(({ why }) => why),
  // It depends on what comes at one time.
  'in how many steps an EndpointSlice or a ReplicaSet was written (its generation)',
  'drawn names of pods that were refused',
].join(', ');

/** Times that differ by no more are the same: a cluster is not as quick as another. */
const sameTimeMs = 30_000;

/** What differs; empty: the objects are equal. */
export function differences(was: KubeObject, is: KubeObject): readonly FieldDifference[] {
  const found: FieldDifference[] = [];
  walk(was, is, { path: '', kind: was.kind ?? '', found });
  return found;
}

interface Walk {
  readonly path: string;
  readonly kind: string;
  readonly found: FieldDifference[];
}

function walk(was: unknown, is: unknown, at: Walk): void {
  if (isUncompared(at)) return;
  if (isEmpty(was) && isEmpty(is)) return;
  if (Array.isArray(was) && Array.isArray(is)) return walkLists(was, is, at);
  if (isMap(was) && isMap(is)) {
    for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
      walk(was[key], is[key], { ...at, path: at.path === '' ? key : `${at.path}.${key}` });
    }
    return;
  }
  if (isSame(was, is)) return;
  at.found.push({ path: at.path, was, is });
}

function walkLists(given: readonly unknown[], other: readonly unknown[], at: Walk): void {
  const [was, is] = [inOrder(given, at), inOrder(other, at)];
  if (was.length !== is.length) {
    at.found.push({ path: `${at.path}.length`, was: was.length, is: is.length });
  }
  for (let index = 0; index < Math.min(was.length, is.length); index++) {
    walk(was[index], is[index], { ...at, path: `${at.path}[${index}]` });
  }
}

/**
 * Endpoints come out of maps, in the order of chance; volumes of tokens are put in by admission, which
 * names them by chance and fills them by its version. Of all other lists the order counts.
 */
function inOrder(list: readonly unknown[], { path, kind }: Walk): readonly unknown[] {
  if (/^(volumes|volumeMounts)$/.test(path.split('.').at(-1) ?? '')) {
    return list.filter(each => !isToken(each));
  }
  const isSet = kind === 'EndpointSlice' || kind === 'Endpoints';
  if (!isSet || !/(^|\.)(endpoints|addresses|notReadyAddresses)$/.test(path)) return list;
  return list.toSorted((a, b) => (targetOf(a) < targetOf(b) ? -1 : 1));
}

function targetOf(endpoint: unknown): string {
  const { targetRef } = (endpoint ?? {}) as { readonly targetRef?: { readonly name?: string } };
  return targetRef?.name ?? '';
}

function isToken(volume: unknown): boolean {
  const { name = '' } = (volume ?? {}) as { readonly name?: string };
  return name.startsWith('kube-api-access-');
}

function isUncompared({ path, kind }: Walk): boolean {
  const plain = path.replaceAll(/\[\d+\]/g, '');
  if (kind === 'EndpointSlice' && plain === 'metadata.generation') return true;
  if (kind === 'ReplicaSet' && /^(metadata\.g|status\.observedG)eneration$/.test(plain))
    return true;
  if (kind === 'Secret' && plain === 'data') return true;
  return uncompared.some(({ path: of }) => of.test(plain));
}

function isSame(was: unknown, is: unknown): boolean {
  if (Object.is(was, is)) return true;
  if (typeof was !== 'string' || typeof is !== 'string') return false;
  const unnamed = (text: string): string => text.replaceAll(refusedName, '$1$2');
  if (unnamed(was) === unnamed(is)) return true;
  const [one, other] = [timeMs(was), timeMs(is)];
  return one !== undefined && other !== undefined && Math.abs(one - other) <= sameTimeMs;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Absent, null and empty are one: printers and encoders leave them out as they like. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
