/** Hands events to the watchers of a collection: those of one node or one name without asking all others. */
import type { KubeObject } from '../api/object.js';
import type { StoreEvent } from './stored.js';

/** Values of an object by which watchers are found. */
export type Indexes = Readonly<Record<string, (object: KubeObject) => string>>;

/** Which events a watcher gets: all, those of one key, or those whose object has or had this value. */
export interface Interest {
  readonly key?: string;
  readonly index?: { readonly name: string; readonly value: string };
}

/** Called for each event, in order. */
export type OnEvent<Beside> = (event: StoreEvent<Beside>) => void;

interface Watcher<Beside> {
  readonly onEvent: OnEvent<Beside>;
  isOpen: boolean;
}

/** The watchers of one collection. */
export class Watchers<Beside> {
  /** Made when the first one comes: most collections have none. */
  private ofAll: Set<Watcher<Beside>> | undefined;
  private ofKeys: Map<string, Set<Watcher<Beside>>> | undefined;
  private ofValues: Map<string, Map<string, Set<Watcher<Beside>>>> | undefined;

  constructor(private readonly indexes: Indexes) {}

  /** Adds a watcher; returns a function that removes it. */
  add(interest: Interest, onEvent: OnEvent<Beside>): () => void {
    const watcher: Watcher<Beside> = { onEvent, isOpen: true };
    const { group, forget } = this.groupOf(interest);
    group.add(watcher);
    return () => {
      watcher.isOpen = false;
      group.delete(watcher);
      if (group.size === 0) forget();
    };
  }

  /** Whether the collection has an index of this name. */
  hasIndex(name: string): boolean {
    return this.indexes[name] !== undefined;
  }

  dispatch(event: StoreEvent<Beside>): void {
    tell(this.ofAll, event);
    const { ofKeys } = this;
    if (ofKeys !== undefined && ofKeys.size > 0) tell(ofKeys.get(event.current.key), event);
    if (this.ofValues === undefined) return;
    for (const [name, groups] of this.ofValues) {
      if (groups.size > 0) this.dispatchByValue(name, groups, event);
    }
  }

  private dispatchByValue(
    name: string,
    groups: ReadonlyMap<string, Set<Watcher<Beside>>>,
    event: StoreEvent<Beside>,
  ): void {
    const valueOf = this.indexes[name];
    if (valueOf === undefined) return;
    const value = valueOf(event.current.object);
    tell(groups.get(value), event);
    if (event.previous === undefined) return;
    const before = valueOf(event.previous.object);
    if (before !== value) tell(groups.get(before), event);
  }

  private groupOf({ key, index }: Interest): {
    readonly group: Set<Watcher<Beside>>;
    readonly forget: () => void;
  } {
    if (key !== undefined) return groupIn((this.ofKeys ??= new Map()), key);
    if (index === undefined) {
      return { group: (this.ofAll ??= new Set()), forget: () => undefined };
    }
    const ofValues = (this.ofValues ??= new Map());
    let groups = ofValues.get(index.name);
    if (groups === undefined) ofValues.set(index.name, (groups = new Map()));
    return groupIn(groups, index.value);
  }
}

function groupIn<Beside>(groups: Map<string, Set<Watcher<Beside>>>, key: string) {
  let group = groups.get(key);
  if (group === undefined) groups.set(key, (group = new Set()));
  return { group, forget: () => void groups.delete(key) };
}

/** Watchers that are added while an event is told do not get it: they began after it. */
function tell<Beside>(
  group: ReadonlySet<Watcher<Beside>> | undefined,
  event: StoreEvent<Beside>,
): void {
  if (group === undefined || group.size === 0) return;
  if (group.size === 1) {
    for (const watcher of group) {
      watcher.onEvent(event);
      return;
    }
  }
  for (const watcher of [...group]) if (watcher.isOpen) watcher.onEvent(event);
}
