/** SEA219: Kueue's queues and flavours name each other, and jobs name a queue: one of them is not there. */
import { isRecord } from '../../../sim/api/equality.js';
import type { Entry } from '../entry.js';
import { valueAt } from '../pod-template.js';
import { missing } from '../references.js';
import type { FieldPath } from '../../input/located.js';
import type { Hit, Rule } from '../rule.js';
import type { Survey } from '../survey.js';

const group = 'kueue.x-k8s.io';
const label = 'kueue.x-k8s.io/queue-name';

/** The rule. */
export const queueReference: Rule = {
  id: 'SEA219',
  name: 'queue-reference',
  severity: 'warning',
  title:
    "A job's queue, a LocalQueue's ClusterQueue or a ClusterQueue's flavour is not among the manifests.",
  why: 'The workload stays suspended, or the queue inactive; nothing of it is scheduled, and no pod tells why.',
  fix: 'mend the name, or add the queue or flavour',
  source: 'https://kueue.sigs.k8s.io/docs/concepts/',
  *find(survey) {
    for (const entry of survey.entries) {
      if (entry.isBroken) continue;
      const name = entry.object.metadata.labels?.[label];
      if (name === undefined || name === '') continue;
      const wanted = { kind: 'LocalQueue', namespace: entry.namespace, name };
      yield* gap(survey, entry, ['metadata', 'labels', label], wanted);
    }
    for (const entry of survey.ofKind(group, 'LocalQueue')) {
      const path = ['spec', 'clusterQueue'];
      const name = valueAt(entry.object, path);
      if (typeof name === 'string') yield* gap(survey, entry, path, { kind: 'ClusterQueue', name });
    }
    for (const entry of survey.ofKind(group, 'ClusterQueue')) yield* flavors(survey, entry);
  },
};

function* flavors(survey: Survey, entry: Entry): Iterable<Hit> {
  const groups = valueAt(entry.object, ['spec', 'resourceGroups']);
  for (const [index, one] of listIn(groups).entries()) {
    for (const [number, flavor] of listIn(valueAt(one, ['flavors'])).entries()) {
      const name = isRecord(flavor) ? flavor['name'] : undefined;
      if (typeof name !== 'string') continue;
      const path = ['spec', 'resourceGroups', index, 'flavors', number, 'name'];
      yield* gap(survey, entry, path, { kind: 'ResourceFlavor', name });
    }
  }
}

function* gap(
  survey: Survey,
  entry: Entry,
  path: FieldPath,
  wanted: { readonly kind: string; readonly namespace?: string; readonly name: string },
): Iterable<Hit> {
  const found = missing(survey, { group, ...wanted });
  if (found !== undefined) yield { entry, path, message: found.text, severity: found.severity };
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
