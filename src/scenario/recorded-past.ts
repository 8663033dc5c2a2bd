/** Reads what a recorded cluster drew by chance, line by line, and hands it out in that order. */
import type { ObjectMeta } from '../../sim/api/kinds/meta.js';
import type { PodSpec } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { PastPlacement, RecordedPast } from '../../sim/api/recorded-past.js';
import { timeMs } from '../../sim/api/time.js';
import { InputError } from '../input/errors.js';
import { readInput } from '../input/located.js';

/** An object that a recorded cluster made, or a pod that it bound; names are those of the record. */
export interface RecordedDraw {
  readonly at: string;
  /** The order in which a store took them, where it is known: requests overtake each other. */
  readonly revision?: number;
  /** As the history names it: `pods`, `jobs.batch`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
  /** The generateName that its name was made of. */
  readonly prefix?: string;
  readonly uid?: string;
  /** Of a pod: it was bound to this node, now. */
  readonly node?: string;
  /** A controller of this account tried to make a pod for the owner of this name, which had been refused some. */
  readonly triedBy?: string;
}

/** A placement, and whose it was. */
interface NotedPlacement extends PastPlacement {
  /** `namespace/name`. */
  readonly pod: string;
}

/** What is to be told of the placements of a past that was read: how many stood how, and each that could not be. */
export function placementLines(past: RecordedPast | undefined): readonly string[] {
  const placements = past instanceof Draws ? past.placements : [];
  if (placements.length === 0) return [];
  const count = (fit: PastPlacement['fit']): number =>
    placements.filter(each => each.fit === fit).length;
  const [best, lower, none] = [count('best'), count('feasible'), count('none')];
  return [
    `placed  ${best + lower} of ${placements.length} pods got the node that was recorded: ${best} one of the best, ${lower} one that fits with a lower score; ${none} did not fit`,
    ...placements.flatMap(({ pod, recorded, node, why }) =>
      why === undefined
        ? []
        : [`parts   Pod ${pod}: ${recorded}, where it was, does not fit: ${why}; it gets ${node}`],
    ),
  ];
}

/** What a file holds. @throws InputError with the line that holds something else. */
export function readPast(file: string): RecordedPast {
  const draws = readInput(file)
    .split('\n')
    .flatMap((text, index) =>
      text.trim() === '' ? [] : [drawOf(text, { file, line: index + 1 })],
    );
  return new Draws(inOrder(draws));
}

/** By revision; those without one in between, by time. */
function inOrder(draws: readonly RecordedDraw[]): readonly RecordedDraw[] {
  const stored = draws
    .filter(({ revision }) => revision !== undefined)
    .toSorted((a, b) => (a.revision ?? 0) - (b.revision ?? 0));
  const others = draws
    .filter(({ revision }) => revision === undefined)
    .toSorted((a, b) => atOf(a) - atOf(b));
  const all: RecordedDraw[] = [];
  let next = 0;
  for (const draw of others) {
    while (next < stored.length && atOf(stored[next] ?? draw) < atOf(draw)) {
      all.push(stored[next] ?? draw);
      next += 1;
    }
    all.push(draw);
  }
  return [...all, ...stored.slice(next)];
}

function drawOf(
  text: string,
  place: { readonly file: string; readonly line: number },
): RecordedDraw {
  try {
    const draw = JSON.parse(text) as RecordedDraw;
    if (timeMs(draw.at) !== undefined && typeof draw.name === 'string') return draw;
  } catch {
    // Told below, with the line.
  }
  throw new InputError(
    place,
    'nothing that was drawn, with its time and name',
    'make the file again with: seatrial import',
  );
}

function atOf({ at }: RecordedDraw): number {
  return timeMs(at) ?? 0;
}

/** So many letters a server adds to a generateName. */
const suffixLength = 5;
/** And so much of it is kept. */
const prefixMax = 58;

class Draws implements RecordedPast {
  readonly placements: NotedPlacement[] = [];
  /** By resource, namespace and prefix. */
  private readonly names = new Map<string, string[]>();
  /** By resource, namespace and name. */
  private readonly uids = new Map<string, string[]>();
  /** By uid of the pod, and by its namespace and name. */
  private readonly nodes = new Map<string, string>();
  private readonly seen = new Set<string>();
  /** By account, namespace and name of the owner: times, in order. */
  private readonly tries = new Map<string, number[]>();

  constructor(draws: readonly RecordedDraw[]) {
    for (const draw of draws) this.take(draw);
  }

  name(resource: string, object: KubeObject): string | undefined {
    const { namespace = '', generateName = '' } = object.metadata;
    const names = this.names.get(`${resource} ${namespace}/${generateName.slice(0, prefixMax)}`);
    const node = pinnedTo(object);
    if (node === undefined) return names?.[0];
    // Pods of one set come at one time, each for its node.
    return names?.find(name => this.nodes.get(`${namespace}/${name}`) === node) ?? names?.[0];
  }

  uid(resource: string, namespace: string, name: string): string | undefined {
    return this.uids.get(`${resource} ${namespace}/${name}`)?.[0];
  }

  stored(resource: string, namespace: string, name: string): void {
    this.uids.get(`${resource} ${namespace}/${name}`)?.shift();
    const names = this.names.get(`${resource} ${namespace}/${name.slice(0, -suffixLength)}`);
    const index = names?.indexOf(name) ?? -1;
    if (index >= 0) names?.splice(index, 1);
  }

  node({ namespace = '', name = '', uid = '' }: ObjectMeta): string | undefined {
    return this.nodes.get(uid) ?? this.nodes.get(`${namespace}/${name}`);
  }

  placed({ namespace = '', name = '' }: ObjectMeta, placement: PastPlacement): void {
    this.placements.push({ pod: `${namespace}/${name}`, ...placement });
  }

  triedAt(account: string, key: string, afterMs: number): number | undefined {
    const times = this.tries.get(`${account} ${key}`);
    return times?.find(ms => ms > afterMs);
  }

  private take(draw: RecordedDraw): void {
    const { resource, namespace = '', name, prefix, uid, node, triedBy } = draw;
    if (triedBy !== undefined) {
      return push(this.tries, `${triedBy} ${namespace}/${name}`, atOf(draw));
    }
    const key = `${resource} ${namespace}/${name}`;
    if (node !== undefined) {
      this.nodes.set(`${namespace}/${name}`, node);
      if (uid !== undefined) this.nodes.set(uid, node);
      // A log without answers tells uids only here.
      if (uid !== undefined && this.isNew(`${key} ${uid}`)) push(this.uids, key, uid);
      return;
    }
    // A dump shows what the log told.
    if (uid !== undefined && this.isNew(`${key} ${uid}`)) push(this.uids, key, uid);
    if (prefix !== undefined && this.isNew(`${key} from ${prefix}`)) {
      push(this.names, `${resource} ${namespace}/${prefix}`, name);
    }
  }

  private isNew(what: string): boolean {
    if (this.seen.has(what)) return false;
    this.seen.add(what);
    return true;
  }
}

/** The node that a DaemonSet made a pod for. */
function pinnedTo(object: KubeObject): string | undefined {
  const { affinity } = (object['spec'] ?? {}) as PodSpec;
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const field = terms?.[0]?.matchFields?.find(({ key }) => key === 'metadata.name');
  return field?.values?.[0];
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
