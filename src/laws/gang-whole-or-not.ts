/** A gang starts whole, or holds nothing. */
import { Gangs, type Gang } from './kit/gangs.js';
import { law, type Breach } from './law.js';
import { lengthOf } from './story.js';

const defaults = {
  /** From the first member on a node until all are: the members of a gang are not bound at one instant. */
  wholeWithinMs: 300_000,
};

/** Once it has been whole, it may lose members: those who come back are not judged. */
export const gangWholeOrNot = law({
  name: 'gang-whole-or-not',
  family: 'scheduling',
  says: 'a gang of pods that are of use only together holds capacity whole or not at all',
  source: 'https://kueue.sigs.k8s.io/docs/concepts/ (all-or-nothing)',
  settings: defaults,
  begin({ wholeWithinMs }) {
    const gangs = new Gangs();
    const watched = new Set<Gang>();
    const breaches: Breach[] = [];
    let looked = 0;
    return {
      on: {
        pods(change, world) {
          const gang = gangs.take(change, world);
          const sinceMs = gang?.partialSinceMs;
          if (gang === undefined || sinceMs === undefined || watched.has(gang)) return;
          watched.add(gang);
          looked++;
          world.at(sinceMs + wholeWithinMs, () => {
            watched.delete(gang);
            if (gang.partialSinceMs !== sinceMs) return;
            breaches.push({
              timeMs: world.now(),
              what: `${gang.name} holds capacity with ${gang.bound.size} of ${gang.size} members for ${lengthOf(wholeWithinMs)}`,
              objects: [gang.name, ...[...gang.bound.values()].map(podName)],
              evidence: [...gang.evidence],
            });
          });
        },
      },
      end: () => ({ looked, breaches }),
    };
  },
});

function podName({ metadata }: { metadata: { namespace?: string; name?: string } }): string {
  return `Pod ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
