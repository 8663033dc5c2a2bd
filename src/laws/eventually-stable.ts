/** What nobody changes comes to rest. */
import { keyOf } from '../../sim/api/meta.js';
import type { Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import { GroupPreemptions } from './kit/group-preemptions.js';
import { law, type Breach, type Change, type Evidence, type Judge } from './law.js';
import { lengthOf, nameOf, written } from './story.js';
import type { World } from './world.js';

/** The writes of one object within the running minute. */
interface Minute {
  startMs: number;
  writes: number;
  /** How many writes are not too many. */
  writesMax: number;
  /** Pods that had been evicted for groups before this minute. */
  readonly evictedBefore: number;
  /** Minutes in a row with too many writes, before this one. */
  busy: number;
  /** Those of them in which much was said again. */
  repeating: number;
  /** How often each state was seen, once there are many writes. */
  states: Map<string, number> | undefined;
  repeated: number;
  evidence: Evidence[];
}

const defaults = {
  /** Writes of one object within a minute. More may come in a burst, as in a roll-out. */
  writesPerMinuteMax: 60,
  /** So many more for each pod that is evicted for a group in that minute: its owners and the group tell of it. */
  writesPerGroupPreemptionMax: 10,
  /** So many minutes in a row may have more, a quarter of which bring back what was there before. */
  repeatingMinutesMax: 1,
  /** So many minutes in a row may have more writes than that, whatever they bring. */
  busyMinutesMax: 10,
  /** A controller tells within this time that it has seen a change of the spec. */
  observeWithinMs: 300_000,
};

const evidenceMax = 6;

/** Groups whose controllers tell the generation of the object; KServe tells that of its Deployment. */
const counting = ['apps', 'batch', 'autoscaling', 'policy'];

/**
 * Two things are judged. Writes are finite: no object is written again and again with what it said before
 * (a hot loop, or two writers who undo each other's work). And a spec that stays is seen: the status of
 * workloads, autoscalers and budgets comes to tell the generation of their spec. What Kubernetes itself
 * keeps in motion is let pass: evictions for a group of pods that never finds room.
 */
export const eventuallyStable = law({
  name: 'eventually-stable',
  family: 'general',
  says: 'a spec that nobody changes leads to a status that stays, with finite writes',
  source: 'Sun et al., Anvil: Verifying Liveness of Cluster Management Controllers, OSDI 2024',
  settings: defaults,
  begin: settings => new Stability(settings),
});

class Stability implements Judge {
  readonly on = {
    pods: (change: Change<Pod>, world: World) => this.preemptions.take(change, world),
    '*': (change: Change, world: World) => this.change(change, world),
  };
  private readonly preemptions = new GroupPreemptions();
  private readonly minutes = new Map<string, Minute>();
  private readonly unobserved = new Set<string>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly settings: typeof defaults) {}

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private change(change: Change, world: World): void {
    if (change.type !== 'MODIFIED') return;
    this.looked++;
    this.observe(change, world);
    const key = change.object.metadata.uid ?? `${change.resource} ${keyOf(change.object)}`;
    const minute = this.minutes.get(key);
    if (minute === undefined || change.timeMs - minute.startMs >= 60_000) {
      this.minutes.set(key, this.next(change, minute));
      return;
    }
    minute.writes++;
    const evicted = this.preemptions.count - minute.evictedBefore;
    minute.writesMax =
      this.settings.writesPerMinuteMax + evicted * this.settings.writesPerGroupPreemptionMax;
    // States are compared only where there are many writes: it costs.
    if (minute.writes * 2 > minute.writesMax) this.compare(change, minute);
  }

  private next(change: Change, last: Minute | undefined): Minute {
    const isNext = last !== undefined && change.timeMs - last.startMs < 120_000;
    const wasBusy = isNext && last.writes > last.writesMax;
    const busy = wasBusy ? last.busy + 1 : 0;
    const repeating = wasBusy && isRepeating(last) ? last.repeating + 1 : 0;
    if (busy > this.settings.busyMinutesMax && last !== undefined) {
      const length = lengthOf(busy * 60_000);
      this.tell(change, last, `${nameOf(change.object)} is written all the time for ${length}`);
      return this.freshMinute(change.timeMs);
    }
    return { ...this.freshMinute(change.timeMs), busy, repeating };
  }

  private freshMinute(startMs: number): Minute {
    return {
      startMs,
      writes: 1,
      writesMax: this.settings.writesPerMinuteMax,
      evictedBefore: this.preemptions.count,
      busy: 0,
      repeating: 0,
      states: undefined,
      repeated: 0,
      evidence: [],
    };
  }

  private compare(change: Change, minute: Minute): void {
    const state = stateOf(change.object);
    const states = (minute.states ??= new Map());
    const times = (states.get(state) ?? 0) + 1;
    states.set(state, times);
    if (times > 1) minute.repeated++;
    if (minute.evidence.length < evidenceMax) minute.evidence.push(written(change));
    if (minute.writes <= minute.writesMax || !isRepeating(minute)) return;
    if (minute.repeating < this.settings.repeatingMinutesMax) return;
    this.tell(
      change,
      minute,
      `${nameOf(change.object)} is written more than ${minute.writesMax} times a minute for ${minute.repeating + 1} minutes, with what it said before`,
    );
    this.minutes.set(change.object.metadata.uid ?? '', this.freshMinute(change.timeMs));
  }

  private tell(change: Change, { evidence }: Minute, what: string): void {
    this.breaches.push({
      timeMs: change.timeMs,
      what,
      objects: [nameOf(change.object)],
      evidence: [...evidence, written(change)],
    });
  }

  private observe(change: Change, world: World): void {
    const { object, before, resource } = change;
    const { generation } = object.metadata;
    if (generation === undefined || generation === before?.metadata.generation) return;
    if (!counting.includes(resource.slice(resource.indexOf('.') + 1))) return;
    if (observedOf(object) === undefined) return;
    const key = `${resource} ${keyOf(object)}`;
    if (this.unobserved.has(key)) return;
    this.unobserved.add(key);
    world.at(world.now() + this.settings.observeWithinMs, () => {
      this.unobserved.delete(key);
      const now = world.find(resource, keyOf(object));
      if (now?.object.metadata.uid !== object.metadata.uid || now === undefined) return;
      if (now.object.metadata.deletionTimestamp !== undefined) return;
      if ((observedOf(now.object) ?? generation) >= generation) return;
      const within = lengthOf(this.settings.observeWithinMs);
      this.breaches.push({
        timeMs: world.now(),
        what: `the status of ${nameOf(object)} does not come to know generation ${generation} within ${within}`,
        objects: [nameOf(object)],
        evidence: [
          written(change, `the spec is then of generation ${generation}`),
          written(now, `its status knows generation ${observedOf(now.object) ?? 0}`),
        ].slice(0, now.revision === change.revision ? 1 : 2),
      });
    });
  }
}

function isRepeating({ writes, repeated }: Minute): boolean {
  return repeated * 4 >= writes;
}

function observedOf(object: KubeObject): number | undefined {
  return (object['status'] as { readonly observedGeneration?: number } | undefined)
    ?.observedGeneration;
}

/** What the object says, but for when and by which revision it says so. */
function stateOf({ metadata, ...rest }: KubeObject): string {
  const {
    resourceVersion: _version,
    managedFields: _fields,
    generation: _count,
    ...kept
  } = metadata;
  return JSON.stringify({ ...rest, metadata: kept }).replaceAll(
    /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g,
    '""',
  );
}
