/** SEA208: a pod or claim names a class that is not there: of priority, runtime or storage. */
import { persistentVolumeClaims } from '../../../sim/api/kinds/core.js';
import { missing, type Reference } from '../references.js';
import type { Hit, Rule } from '../rule.js';
import type { AnyEntry } from '../entry.js';
import type { FieldPath } from '../../input/located.js';
import { listOf } from '../pod-template.js';
import { statefulSets } from '../../../sim/api/kinds/apps.js';
import type { Survey } from '../survey.js';

const storage = { group: 'storage.k8s.io', kind: 'StorageClass' };

/** The rule. */
export const missingClass: Rule = {
  id: 'SEA208',
  name: 'missing-class',
  severity: 'warning',
  title: 'A PriorityClass, RuntimeClass or StorageClass is named that is not among the manifests.',
  why: 'Without its PriorityClass or RuntimeClass the pod is refused by admission; without its StorageClass the claim stays Pending, and with it the pod.',
  fix: 'add the class, or mend its name',
  source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/',
  *find(survey) {
    for (const { owner, spec, specPath } of survey.templates) {
      const { priorityClassName: priority = '', runtimeClassName: runtime = '' } = spec;
      if (priority !== '' && !priority.startsWith('system-')) {
        const wanted = { group: 'scheduling.k8s.io', kind: 'PriorityClass', name: priority };
        yield* gap(survey, owner, [...specPath, 'priorityClassName'], wanted);
      }
      if (runtime !== '') {
        const wanted = { group: 'node.k8s.io', kind: 'RuntimeClass', name: runtime };
        yield* gap(survey, owner, [...specPath, 'runtimeClassName'], wanted);
      }
    }
    for (const entry of survey.of(persistentVolumeClaims)) {
      const name = entry.object.spec?.storageClassName ?? '';
      if (name === '' || entry.object.spec?.volumeName) continue;
      yield* gap(survey, entry, ['spec', 'storageClassName'], { ...storage, name });
    }
    for (const entry of survey.of(statefulSets)) {
      for (const [index, { spec }] of listOf(entry.object.spec?.volumeClaimTemplates).entries()) {
        const name = spec?.storageClassName ?? '';
        const path = ['spec', 'volumeClaimTemplates', index, 'spec', 'storageClassName'];
        if (name !== '') yield* gap(survey, entry, path, { ...storage, name });
      }
    }
  },
};

function* gap(survey: Survey, entry: AnyEntry, path: FieldPath, wanted: Reference): Iterable<Hit> {
  const found = missing(survey, wanted);
  if (found !== undefined) yield { entry, path, message: found.text, severity: found.severity };
}
