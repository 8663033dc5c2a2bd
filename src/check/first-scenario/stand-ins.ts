/** What a first scenario makes because manifests name it and do not hold it. */
import type { KubeObject } from '../../../sim/api/object.js';
import { sailable, titleOf } from '../sailable.js';
import { standInDefinitions } from '../stand-in-definitions.js';
import { systemNamespaces } from '../system-namespaces.js';
import type { Survey } from '../survey.js';

/** The objects, in the order in which they are applied. */
export function firstStandIns(survey: Survey): readonly KubeObject[] {
  const { objects, standIns } = sailable(survey);
  const named = new Set(standIns);
  const { definitions } = standInDefinitions(survey.entries);
  const others = objects.filter(object => named.has(titleOf(object)));
  return [
    ...definitions,
    ...others.filter(isClass),
    ...spacesFor(others),
    ...others.filter(object => !isClass(object)),
  ];
}

const isClass = ({ kind }: KubeObject): boolean => kind === 'StorageClass';

/** Namespaces that the manifests hold, but that have to be there before what stands in. */
function spacesFor(objects: readonly KubeObject[]): KubeObject[] {
  const made = new Set(
    objects.flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [metadata.name ?? ''] : [])),
  );
  const used = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  return [...used]
    .filter(name => !made.has(name) && !systemNamespaces.some(own => own === name))
    .map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}
