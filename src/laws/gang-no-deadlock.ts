/** No two gangs hold what the other waits for. */
import type { Pod } from '../../sim/api/kinds/core.js';
import { Gangs, groupNamed, type Gang } from './kit/gangs.js';
import { requestsOf } from './kit/requests.js';
import { law, type Breach } from './law.js';
import { inOrder, lengthOf } from './story.js';
import type { World } from './world.js';

const defaults = {
  /** Two gangs may stand in each other's way for so long. */
  standOffMaxMs: 300_000,
};

/**
 * Two gangs are deadlocked when both hold a part of their members' capacity, both have members that
 * found no node, and what those ask for is what the other holds. On a real cluster two plain trainings do
 * that too, and only people end it: it is a finding about the manifests, and the story says what is missing.
 */
export const gangNoDeadlock = law({
  name: 'gang-no-deadlock',
  family: 'scheduling',
  touches: ['Operators'],
  says: 'no two gangs that are not whole hold the capacity that the other waits for',
  source: 'https://kueue.sigs.k8s.io/docs/concepts/ (all-or-nothing)',
  settings: defaults,
  begin({ standOffMaxMs }) {
    const gangs = new Gangs();
    const told = new Set<string>();
    const breaches: Breach[] = [];
    let looked = 0;
    const look = (gang: Gang, world: World): void => {
      const sinceMs = gang.partialSinceMs;
      for (const other of gangs.all) {
        const otherSinceMs = other.partialSinceMs;
        if (other === gang || sinceMs === undefined || otherSinceMs === undefined) continue;
        const names = [gang.name, other.name].sort();
        const startMs = Math.max(sinceMs, otherSinceMs);
        if (startMs > world.now() - standOffMaxMs || told.has(names.join())) continue;
        const resource = contested(gang, other, world);
        if (resource === undefined) continue;
        told.add(names.join());
        breaches.push({
          timeMs: world.now(),
          what: `${names.join(' and ')} each hold ${resource} that the other waits for, for ${lengthOf(standOffMaxMs)}${adviceFor(gang, other)}`,
          objects: names,
          evidence: inOrder([...gang.evidence, ...other.evidence]),
        });
      }
    };
    return {
      on: {
        pods(change, world) {
          const gang = gangs.take(change, world);
          const sinceMs = gang?.partialSinceMs;
          if (gang === undefined || sinceMs !== world.now()) return;
          looked++;
          world.at(sinceMs + standOffMaxMs, () => {
            if (gang.partialSinceMs === sinceMs) look(gang, world);
          });
        },
      },
      end: () => ({ looked, breaches }),
    };
  },
});

/** Plain trainings are bound pod by pod: there nothing is broken but the manifests. */
function adviceFor(...gangs: readonly Gang[]): string {
  const unasked = gangs.filter(({ isPromised }) => !isPromised).map(({ name }) => name);
  if (unasked.length === 0) return '';
  const ways = [
    'a PodGroup (with the gates GenericWorkload and GangScheduling on)',
    'a queue of Kueue',
    'runPolicy.schedulingPolicy with a gang scheduler',
  ];
  return `; nobody is asked to start ${unasked.sort().join(' and ')} whole: give it ${ways.join(', ')}`;
}

/** A resource that each holds and the other's waiting members ask for. */
function contested(one: Gang, other: Gang, world: World): string | undefined {
  const wantedByOne = resourcesOf(waitingOf(one, world));
  const wantedByOther = resourcesOf(waitingOf(other, world));
  const heldByOne = resourcesOf([...one.bound.values()]);
  const heldByOther = resourcesOf([...other.bound.values()]);
  const isContested = (name: string): boolean =>
    wantedByOther.has(name) && heldByOne.has(name) && heldByOther.has(name);
  // Devices are named rather than the processors that everybody asks for.
  const names = [...wantedByOne].filter(isContested).sort();
  return names.find(name => name.includes('/')) ?? names[0];
}

function waitingOf({ name, by }: Gang, world: World): readonly Pod[] {
  const [, key = ''] = name.split(' ');
  const [namespace = '', job = ''] = key.split('/');
  const waiting: Pod[] = [];
  for (const pod of world.all('pods')) {
    const { namespace: own } = pod.metadata;
    if (own !== namespace || (pod.spec?.nodeName ?? '') !== '') continue;
    const named = groupNamed(pod);
    if (named?.by === by && named.name === job) waiting.push(pod);
  }
  return waiting;
}

function resourcesOf(pods: readonly Pod[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const pod of pods) {
    for (const [name, amount] of requestsOf(pod)) {
      if (amount > 0 && name !== 'pods') names.add(name);
    }
  }
  return names;
}
