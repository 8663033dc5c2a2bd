/** SEA004: one object stands twice in the input. */
import { deepEqual } from '../../../sim/api/equality.js';
import { grouped } from '../survey.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const duplicateObject: Rule = {
  id: 'SEA004',
  name: 'duplicate-object',
  severity: 'warning',
  title: 'The same object stands twice in the input.',
  why: 'kubectl apply takes the last one and says nothing: which one that is depends on the order of files. kustomize refuses it.',
  fix: 'keep one of them, or give them different names or namespaces',
  source: 'kubectl apply; kustomize: "may not add resource with an already registered id"',
  *find({ entries }) {
    const named = entries.filter(
      ({ name, manifest }) => name !== '' && 'name' in manifest.object.metadata,
    );
    const groups = grouped(named, ({ group, kind, namespace, name }) =>
      [group, kind, namespace, name].join(' '),
    );
    for (const [first, ...others] of groups.values()) {
      if (first === undefined) continue;
      const { file, line } = first.manifest;
      for (const entry of others) {
        const isEqual = deepEqual(entry.manifest.object, first.manifest.object);
        const how = isEqual ? 'word for word the same' : 'differently: the last one wins';
        yield {
          entry,
          path: ['metadata', 'name'],
          severity: isEqual ? 'info' : 'warning',
          message: `${entry.title} stands already at ${file}:${line}, ${how}`,
        };
      }
    }
  },
};
