/** How close a simulated history is to a recorded one, kind by kind: a score, where they part, and why. */
import type { ReportTable } from '../../stacks/stack.js';
import { valueAt, type Observed, type PodLife, type Steps } from './observed.js';
import { conditionsFound, objectsFound, type FinalObjects } from './final-objects.js';
import type { Recorded } from './recorded.js';

/** What came of the comparison of one kind. */
export interface Closeness {
  readonly kind:
    | 'final objects'
    | 'order of conditions'
    | 'replicas'
    | 'quota used'
    | 'pods created'
    | 'waits'
    | 'nodes'
    | 'refusals'
    | 'events';
  /** 1: as recorded; 0: nothing is. */
  readonly score: number;
  /** What the score is: in words. */
  readonly says: string;
  /** Where they part first; absent: they do not. */
  readonly parted?: { readonly atMs?: number; readonly what: string };
  /** The likely reason. */
  readonly reason?: string;
}

/** What a comparison of one kind finds. */
export type Found = Omit<Closeness, 'kind' | 'reason'>;

const lookEveryMs = 1_000;
/** Times that differ by no more are the same. */
const sameMs = 30_000;

/** Compares all kinds of which something was recorded. */
export function closenessOf(
  recorded: Recorded,
  simulated: Observed,
  final?: FinalObjects,
): readonly Closeness[] {
  const { observed } = recorded;
  const pairs = pairsOf(observed.pods, simulated.pods);
  const kinds: readonly (readonly [Closeness['kind'], Found | undefined])[] = [
    ['final objects', final && objectsFound(final)],
    ['order of conditions', final && conditionsFound(final)],
    ['replicas', overTime(observed, observed.replicas, simulated.replicas)],
    ['quota used', overTime(observed, observed.quotas, simulated.quotas)],
    ['pods created', created(observed.pods, simulated.pods, pairs)],
    ['waits', waits(pairs)],
    ['nodes', nodes(pairs)],
    ['refusals', refusals(observed, simulated)],
    ['events', reasons(observed.reasons, simulated.reasons)],
  ];
  return kinds.flatMap(([kind, found]) => {
    if (found === undefined) return [];
    const reason = found.parted === undefined ? undefined : reasonOf(kind, found, recorded);
    return [{ kind, ...found, ...(reason !== undefined && { reason }) }];
  });
}

/** The share of the time in which a quantity was as recorded. */
function overTime(
  { fromMs, toMs }: Observed,
  recorded: ReadonlyMap<string, Steps>,
  simulated: ReadonlyMap<string, Steps>,
): Found | undefined {
  let same = 0;
  let all = 0;
  let parted: Found['parted'];
  for (const [name, steps] of recorded) {
    const others = simulated.get(name) ?? [];
    for (let atMs = fromMs; atMs < toMs; atMs += lookEveryMs) {
      const [one, other] = [valueAt(steps, atMs), valueAt(others, atMs)];
      if (one === undefined) continue;
      all++;
      // Before a workload was made there were none of its replicas.
      if (one === (other ?? 0)) same++;
      else if (!isNear(steps, others, atMs) && (parted?.atMs ?? Infinity) > atMs) {
        parted = { atMs, what: `${name} was ${one}, is ${other ?? 'nothing'}` };
      }
    }
  }
  if (all === 0) return undefined;
  const says = 'the share of the time in which it was the same';
  return { score: same / all, says, ...(parted !== undefined && { parted }) };
}

/** A step that comes a little earlier or later is no parting. */
function isNear(steps: Steps, others: Steps, atMs: number): boolean {
  return [...steps, ...others].some(([fromMs]) => Math.abs(fromMs - atMs) < sameMs);
}

interface Pair {
  readonly one: PodLife;
  readonly other: PodLife;
}

/** Pods of one name go together; of others the first of a workload with the first, and so on. */
function pairsOf(recorded: readonly PodLife[], simulated: readonly PodLife[]): readonly Pair[] {
  const names = new Set(recorded.map(({ name }) => name));
  const left = new Map<string, PodLife[]>();
  for (const pod of simulated) {
    left.set(pod.workload, [...(left.get(pod.workload) ?? []), pod]);
  }
  return recorded.flatMap(one => {
    const own = left.get(one.workload) ?? [];
    const isNear = ({ createdMs }: PodLife): boolean =>
      Math.abs(createdMs - one.createdMs) < 4 * sameMs;
    const named = own.findIndex(pod => pod.name === one.name && isNear(pod));
    const index = named >= 0 ? named : own.findIndex(pod => !names.has(pod.name) && isNear(pod));
    const [other] = index < 0 ? [] : own.splice(index, 1);
    return other === undefined ? [] : [{ one, other }];
  });
}

function created(
  recorded: readonly PodLife[],
  simulated: readonly PodLife[],
  pairs: readonly Pair[],
): Found | undefined {
  if (recorded.length === 0) return undefined;
  const paired = new Set(pairs.flatMap(({ one, other }) => [one, other]));
  const [lone] = [...recorded, ...simulated]
    .filter(pod => !paired.has(pod))
    .sort((a, b) => a.createdMs - b.createdMs);
  const side = lone !== undefined && recorded.includes(lone) ? 'recorded' : 'simulated';
  return {
    score: (2 * pairs.length) / (recorded.length + simulated.length),
    says: `${pairs.length} of ${recorded.length} recorded and ${simulated.length} simulated pods go together`,
    ...(lone !== undefined && {
      parted: { atMs: lone.createdMs, what: `a pod of ${lone.workload} is only ${side}` },
    }),
  };
}

function waits(pairs: readonly Pair[]): Found | undefined {
  const bound = pairs.flatMap(({ one, other }) => {
    if (one.boundMs === undefined || other.boundMs === undefined) return [];
    const [was, is] = [one.boundMs - one.createdMs, other.boundMs - other.createdMs];
    return [{ one, was, is }];
  });
  if (bound.length === 0) return undefined;
  const scores = bound.map(({ was, is }) => {
    return (Math.min(was, is) + sameMs) / (Math.max(was, is) + sameMs);
  });
  const parted = bound.find(({ was, is }) => Math.abs(was - is) > sameMs);
  return {
    score: mean(scores),
    says: 'the shorter of two waits for a node against the longer, in the mean',
    ...(parted !== undefined && {
      parted: {
        atMs: parted.one.createdMs,
        what: `${parted.one.name} waited ${seconds(parted.was)}, its like waits ${seconds(parted.is)}`,
      },
    }),
  };
}

function nodes(pairs: readonly Pair[]): Found | undefined {
  const placed = pairs.filter(
    ({ one, other }) => one.node !== undefined && other.node !== undefined,
  );
  if (placed.length === 0) return undefined;
  const parted = placed.find(({ one, other }) => one.node !== other.node);
  const same = placed.filter(({ one, other }) => one.node === other.node).length;
  return {
    score: same / placed.length,
    says: `${same} of ${placed.length} pods came to the node that was recorded`,
    ...(parted !== undefined && {
      parted: {
        atMs: parted.one.createdMs,
        what: `${parted.one.name} came to ${parted.one.node ?? ''}, its like to ${parted.other.node ?? ''}`,
      },
    }),
  };
}

function refusals(recorded: Observed, simulated: Observed): Found | undefined {
  if (recorded.refusals.length === 0) return undefined;
  const [was, is] = [recorded.refusals.length, simulated.refusals.length];
  const firsts = (side: Observed): Map<string, number> =>
    new Map(side.refusals.toReversed().map(({ workload, atMs }) => [workload, atMs]));
  const others = firsts(simulated);
  const parted = [...firsts(recorded)]
    .sort(([, a], [, b]) => a - b)
    .find(([workload, atMs]) => Math.abs((others.get(workload) ?? Infinity) - atMs) > sameMs);
  return {
    score: Math.min(was, is) / Math.max(was, is),
    says: `${was} pods were refused, ${is} are`,
    ...(parted !== undefined
      ? {
          parted: { atMs: parted[1], what: `the first refusal of ${parted[0]} is at another time` },
        }
      : was !== is && { parted: { what: `${was} pods were refused, ${is} are` } }),
  };
}

function reasons(
  recorded: ReadonlyMap<string, number>,
  simulated: ReadonlyMap<string, number>,
): Found | undefined {
  if (recorded.size === 0) return undefined;
  const scores = [...recorded].map(([reason, was]) => {
    const is = simulated.get(reason) ?? 0;
    return { reason, was, is, score: Math.min(was, is) / Math.max(was, is) };
  });
  const [worst] = scores.toSorted((a, b) => a.score - b.score);
  return {
    score: mean(scores.map(({ score }) => score)),
    says: `the smaller count of each of ${scores.length} reasons against the greater, in the mean`,
    ...(worst !== undefined &&
      worst.score < 1 && {
        parted: { what: `${worst.reason} was told ${worst.was} times, is ${worst.is} times` },
      }),
  };
}

/** Why they part: an input that could not be sent again, a part that is not simulated, or one that is approximated. */
function reasonOf(kind: Closeness['kind'], { parted }: Found, recorded: Recorded): string {
  const atMs = parted?.atMs;
  const unsent = recorded.unsent.find(({ at }) => {
    return atMs !== undefined && Math.abs(Date.parse(at) - atMs) < 60_000;
  });
  if (unsent !== undefined) {
    const { user, verb, resource, name = '' } = unsent;
    return `an unrecorded input: ${user} did ${verb} ${resource} ${name}, and the record has no body of it or the kind is not served`;
  }
  if (kind === 'events' && parted?.what.startsWith('SuccessfulRescale') === true) {
    return 'the writes of the autoscaler are sent again as they were recorded: nobody tells of them';
  }
  if (kind === 'events' && recorded.strangers.length > 0) {
    return `parts that are not simulated tell events: ${recorded.strangers.join(', ')}`;
  }
  return approximated[kind];
}

const approximated: Readonly<Record<Closeness['kind'], string>> = {
  'final objects':
    'an unrecorded input, or a part that is approximated: seatrial explain tells which those are',
  'order of conditions': 'a part that is approximated',
  replicas: 'an unrecorded input: the load that an autoscaler saw, or another writer',
  'quota used':
    'an approximated part: how long containers run and take to end is not in the record',
  'pods created': 'an approximated part: how long containers run, and when controllers try again',
  waits: 'an approximated part: when others let go of what was waited for',
  nodes: 'a tie: kube-scheduler draws among the best nodes, and here another seed draws',
  refusals: 'an approximated part: back-offs are drawn, and a refusal is told more or less often',
  events: 'an approximated part: how often a repeated event is told',
};

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** The comparison as a table. */
export function closenessTable(title: string, all: readonly Closeness[]): ReportTable {
  return {
    title,
    columns: ['kind', 'close', 'parts at', 'how', 'likely reason'],
    rows: all.map(({ kind, score, parted, reason = '' }) => [
      kind,
      `${(100 * score).toFixed(1)} %`,
      parted === undefined
        ? 'nowhere'
        : parted.atMs === undefined
          ? '-'
          : new Date(parted.atMs).toISOString().slice(11, 19),
      parted?.what ?? '',
      reason,
    ]),
    notes: all.map(({ kind, says }) => `${kind}: ${says}`),
  };
}
