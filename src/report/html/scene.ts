/** The logbook put in order: each object with its states, each hold of GPUs as a span of time. */
import type { LogEntry } from '../../scenario/logbook.js';

type Entry<Of extends LogEntry['of']> = Extract<LogEntry, { readonly of: Of }>;

/** An object of the cluster. */
export interface SceneObject {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly owner?: number;
  readonly states: Entry<'state'>[];
}

/** GPUs that a pod held for a time. */
export interface Hold {
  readonly pod: number;
  readonly node: string;
  readonly gpus: number;
  devices: readonly string[];
  readonly fromMs: number;
  untilMs: number;
}

/** A node with its changes. */
export interface SceneNode {
  readonly name: string;
  readonly changes: readonly Entry<'node'>[];
  readonly gpus: number;
  readonly product: string;
}

/** All that a logbook says. */
export interface Scene {
  readonly objects: readonly SceneObject[];
  /** Sorted as people count: worker2 before worker10. */
  readonly nodes: readonly SceneNode[];
  readonly holds: readonly Hold[];
  readonly unhealthy: readonly Entry<'unhealthy'>[];
  readonly told: readonly Entry<'told'>[];
  readonly warnings: readonly Entry<'warning'>[];
  /** Since when the logbook keeps nothing but what was told. */
  readonly fullMs: number | undefined;
}

/** Reads the logbook of a run that lasted so long. */
export function sceneOf(log: readonly LogEntry[], durationMs: number): Scene {
  const objects: SceneObject[] = [];
  const nodes = new Map<string, Entry<'node'>[]>();
  const open = new Map<number, Hold>();
  const holds: Hold[] = [];
  const of = <Of extends LogEntry['of']>(what: Of): Entry<Of>[] =>
    log.filter((entry): entry is Entry<Of> => entry.of === what);
  for (const entry of log) {
    if (entry.of === 'object') objects[entry.id] = { ...entry, states: [] };
    else if (entry.of === 'state') objects[entry.id]?.states.push(entry);
    else if (entry.of === 'node') {
      nodes.set(entry.node, [...(nodes.get(entry.node) ?? []), entry]);
    } else if (entry.of === 'hold') {
      const held = open.get(entry.id);
      if (held !== undefined) {
        held.devices = entry.devices ?? held.devices;
        continue;
      }
      const { id: pod, node, gpus, devices = [], ms: fromMs } = entry;
      const hold: Hold = { pod, node, gpus, devices, fromMs, untilMs: durationMs };
      open.set(pod, hold);
      holds.push(hold);
    } else if (entry.of === 'free') {
      const held = open.get(entry.id);
      if (held !== undefined) held.untilMs = entry.ms;
      open.delete(entry.id);
    }
  }
  return {
    objects,
    nodes: [...nodes].map(sceneNode).sort((a, b) => compareNames(a.name, b.name)),
    holds,
    unhealthy: of('unhealthy'),
    told: of('told'),
    warnings: of('warning'),
    fullMs: of('full')[0]?.ms,
  };
}

function sceneNode([name, changes]: readonly [string, readonly Entry<'node'>[]]): SceneNode {
  const gpus = changes.reduce((most, change) => Math.max(most, change.gpus), 0);
  const product = changes.findLast(change => change.product !== undefined)?.product ?? '';
  return { name, changes, gpus, product };
}

/** Numbers in names count as numbers. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [one = '', other = ''] = [left[index], right[index]];
    if (one === other) continue;
    if (index % 2 === 1) return Number(one) - Number(other) || (one < other ? -1 : 1);
    return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** The object itself, or whoever controls it, and its controller, to the last. */
export function topOwner(scene: Pick<Scene, 'objects'>, id: number): number {
  let top = id;
  for (let depth = 0; depth < 8; depth++) {
    const owner = scene.objects[top]?.owner;
    if (owner === undefined || owner === top) return top;
    top = owner;
  }
  return top;
}

/** `training/MXJob fraud-initial`. */
export function objectName({ namespace, kind, name }: Omit<SceneObject, 'states'>): string {
  return `${namespace === undefined ? '' : `${namespace}/`}${kind} ${name}`;
}
