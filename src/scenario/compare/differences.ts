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
      const known = knownApproximation(difference);
      return known === undefined ? difference : { ...difference, known };
    });
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

/** What the simulation is known to do otherwise, or what no two clusters do alike. */
const approximations: readonly {
  readonly why: string;
  isMeant(difference: Difference): boolean;
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
    why: 'a pod may be seen before its first condition is written, or be gone before its last',
    isMeant: ({ sort, object, sides: [a, b] }) =>
      sort === 'phase' && object.startsWith('Pod ') && withoutPending(a) === withoutPending(b),
  },
];

function withoutPending(phases: string): string {
  return phases.replaceAll('Pending > ', '');
}

function knownApproximation(difference: Difference): string | undefined {
  return approximations.find(({ isMeant }) => isMeant(difference))?.why;
}
