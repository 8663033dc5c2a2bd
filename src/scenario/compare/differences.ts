/** Where two runs of one scenario differ, object by object, and which differences are known approximations. */
import type { Facts } from './facts.js';

/** A difference between two runs. */
export interface Difference {
  readonly sort: 'object' | 'decision' | 'phase' | 'condition' | 'event' | 'order';
  /** `Pod default/web-<hash>-*`. */
  readonly object: string;
  /** What it is about: a condition, an event's reason. */
  readonly what: string;
  /** As each of the two had it, in the order of the backends. */
  readonly sides: readonly [string, string];
  /** Why it is known and does not count. */
  readonly known?: string;
}

type FactsByName = ReadonlyMap<string, Facts>;

/** All differences, in the order of the first history's objects. */
export function differencesOf(one: FactsByName, other: FactsByName): readonly Difference[] {
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return names
    .flatMap(name => ofObject(name, one.get(name), other.get(name)))
    .map(difference => {
      const known = knownApproximation({ ...difference, facts: factsIn(one, other, difference) });
      return known === undefined ? difference : { ...difference, known };
    });
}

/** What is known of the object, and of the pod of its name. */
function factsIn(one: FactsByName, other: FactsByName, { object }: Difference): Seen['facts'] {
  const name = object.replace(/^\S+ /, '');
  const of = (all: FactsByName) => ({ own: all.get(object), pod: all.get(`Pod ${name}`) });
  return [of(one), of(other)];
}

/** A difference with what each history says of its object. */
interface Seen extends Difference {
  readonly facts: readonly {
    readonly own: Facts | undefined;
    readonly pod: Facts | undefined;
  }[];
}

function ofObject(object: string, one?: Facts, other?: Facts): Difference[] {
  if (one === undefined || other === undefined) {
    const told = (facts?: Facts): string => (facts === undefined ? 'absent' : countsOf(facts));
    return [{ sort: 'object', object, what: 'existence', sides: [told(one), told(other)] }];
  }
  const compared: [Difference['sort'], string, string, string][] = [
    ['object', 'created and deleted', countsOf(one), countsOf(other)],
    ['decision', 'nodes', one.nodes.join(', '), other.nodes.join(', ')],
    ['phase', 'phases', one.phases.join('; '), other.phases.join('; ')],
    ...conditions(one, other),
    ...events(one, other),
  ];
  const isSameSet = [...one.order].sort().join() === [...other.order].sort().join();
  if (isSameSet) {
    compared.push(['order', 'order of events', one.order.join(', '), other.order.join(', ')]);
  }
  return compared
    .filter(([, , a, b]) => a !== b)
    .map(([sort, what, a, b]) => ({ sort, object, what, sides: [a, b] as const }));
}

const countsOf = ({ created, deleted }: Facts): string => `${created} created, ${deleted} deleted`;

function conditions(one: Facts, other: Facts): [Difference['sort'], string, string, string][] {
  const types = [...new Set([...one.conditions.keys(), ...other.conditions.keys()])];
  const told = (facts: Facts, type: string): string =>
    facts.conditions.get(type)?.join(', ') ?? 'absent';
  return types.map(type => ['condition', type, told(one, type), told(other, type)]);
}

function events(one: Facts, other: Facts): [Difference['sort'], string, string, string][] {
  const reasons = [...new Set([...one.events.keys(), ...other.events.keys()])];
  const told = (facts: Facts, reason: string): string => {
    const event = facts.events.get(reason);
    return event === undefined ? 'absent' : `${event.type}: ${event.message}`;
  };
  return reasons.map(reason => ['event', reason, told(one, reason), told(other, reason)]);
}

/** kube-controller-manager's --horizontal-pod-autoscaler-sync-period. */
const autoscalerMs = 15_000;

/** Within it a cache may or may not have heard of a change. */
const momentMs = 1_000;

/** What the simulation is known to do otherwise, or what no two clusters do alike. */
const approximations: readonly {
  readonly why: string;
  isMeant(difference: Seen): boolean;
}[] = [
  {
    why: 'kube-scheduler draws one of several nodes that are equally good',
    isMeant: ({ sort, what, sides: [a, b] }) =>
      sort === 'decision' && what === 'nodes' && a.split(', ').length === b.split(', ').length,
  },
  {
    why: "events are written beside the work and may be lost or overtake each other's writes",
    isMeant: ({ sort }) => sort === 'order',
  },
  {
    why: 'two writers meet, or they do not: who is refused tries again',
    isMeant: ({ sort, sides }) =>
      sort === 'event' &&
      sides.some(side => side === 'absent') &&
      sides.some(side => side.includes('the object has been modified')),
  },
  {
    why: 'a message names the node, which was drawn',
    isMeant: ({ sort, what, sides: [a, b] }) =>
      sort === 'event' && what === 'Scheduled' && a !== 'absent' && b !== 'absent',
  },
  {
    why: `an autoscaler looks every ${autoscalerMs / 1000} s: where it went sooner, it never did`,
    isMeant: ({ sort, object, sides, facts }) =>
      sort === 'condition' &&
      object.startsWith('HorizontalPodAutoscaler ') &&
      sides.some(
        (side, index) =>
          side === 'absent' && (facts[index]?.own?.livedMs ?? Infinity) < autoscalerMs,
      ),
  },
  {
    why: 'who cleans up after a job sees a pod that ends at that moment as running, or as over',
    isMeant: ({ what, facts }) =>
      what === 'created and deleted' &&
      new Set(facts.map(({ own }) => own?.created)).size === 1 &&
      facts.some(({ pod }) => (pod?.goneAfterMs ?? Infinity) < momentMs),
  },
  {
    why: 'a pod may be seen before its first condition is written, or be gone before its last',
    isMeant: ({ sort, object, sides: [a, b] }) =>
      sort === 'phase' && object.startsWith('Pod ') && withoutPending(a) === withoutPending(b),
  },
];

function withoutPending(phases: string): string {
  return phases.replaceAll('Pending > ', '');
}

function knownApproximation(difference: Seen): string | undefined {
  return approximations.find(({ isMeant }) => isMeant(difference))?.why;
}
