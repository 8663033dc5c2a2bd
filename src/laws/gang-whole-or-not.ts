/** A gang starts whole, or holds nothing. */
import { Gangs, type Gang } from './kit/gangs.js';
import { law, type Breach } from './law.js';
import { lengthOf } from './story.js';

const defaults = {
  /** From the first member on a node until all are: the members of a gang are not bound at one instant. */
  wholeWithinMs: 300_000,
};

/**
 * Judged for gangs that somebody promised to start whole: by a PodGroup, a scheduling policy of the job, or
 * a queue of Kueue. Plain jobs are bound pod by pod, which is only wrong when two block each other. Once a
 * gang has been whole, it may lose members: those who come back are not judged.
 */
export const gangWholeOrNot = law({
  name: 'gang-whole-or-not',
  family: 'scheduling',
  touches: ['Operators'],
  says: 'a gang of pods that are of use only together holds capacity whole or not at all',
  source: 'https://kueue.sigs.k8s.io/docs/concepts/ (all-or-nothing)',
  settings: defaults,
  begin({ wholeWithinMs }) {
    const gangs = new Gangs();
    const watched = new Map<Gang, number>();
    const breaches: Breach[] = [];
    let looked = 0;
    return {
      on: {
        pods(change, world) {
          const gang = gangs.take(change, world);
          const sinceMs = gang?.partialSinceMs;
          if (gang?.isPromised !== true || sinceMs === undefined) return;
          if (watched.get(gang) === sinceMs) return;
          watched.set(gang, sinceMs);
          looked++;
          world.at(sinceMs + wholeWithinMs, () => {
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
