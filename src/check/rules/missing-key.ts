/** SEA205: a ConfigMap or Secret of the manifests does not have the key that a pod wants. */
import type { ConfigMap, Secret } from '../../../sim/api/kinds/core.js';
import { configMaps, secrets } from '../../../sim/api/kinds/core.js';
import { didYouMean } from '../../input/errors.js';
import { namedObjects } from '../named-objects.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const missingKey: Rule = {
  id: 'SEA205',
  name: 'missing-key',
  severity: 'error',
  title: 'A pod wants a key that its ConfigMap or Secret does not have.',
  why: 'The container stays in CreateContainerConfigError (as a variable), or the volume is never mounted: "references non-existent config key".',
  fix: 'add the key, or mend its name',
  source: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/',
  *find(survey) {
    const keys = new Map<string, readonly string[]>();
    for (const { object, namespace, name } of survey.of(configMaps)) {
      keys.set(`ConfigMap ${namespace}/${name}`, keysOf(object));
    }
    for (const { object, namespace, name } of survey.of(secrets)) {
      keys.set(`Secret ${namespace}/${name}`, keysOf(object));
    }
    for (const template of survey.templates) {
      for (const { kind, name, key, path, isOptional } of namedObjects(template)) {
        const title = `${kind} ${template.namespace}/${name}`;
        const known = keys.get(title);
        if (key === undefined || isOptional || known === undefined || known.includes(key)) continue;
        // An empty one is filled by somebody else.
        if (known.length === 0) continue;
        const near = didYouMean(key, known);
        yield {
          entry: template.owner,
          path,
          message: `${title} has no key ${key}, only ${known.join(', ')}`,
          ...(near !== undefined && { fix: `did you mean ${near}?` }),
          subject: key,
        };
      }
    }
  },
};

function keysOf(object: ConfigMap | Secret): readonly string[] {
  const { data } = object;
  const others =
    'stringData' in object ? object.stringData : 'binaryData' in object ? object.binaryData : {};
  return Object.keys({ ...data, ...others });
}
