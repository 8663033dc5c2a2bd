/** What a scenario touches of a cluster: namespaces, manifests, resources. */
import { join } from 'node:path';
import type { KubeObject } from '../../sim/api/object.js';
import { readManifests } from '../input/manifest-files.js';
import { laws } from '../laws/index.js';
import type { Scenario } from './scenario.js';

/** Namespaces of what it applies, and those that it speaks of. */
export function namespacesOf(scenario: Scenario): readonly string[] {
  const { steps, show } = scenario;
  const names = new Set(['default', ...(show.namespaces ?? [])]);
  for (const object of manifestsOf(scenario)) {
    const { namespace, name } = object.metadata;
    if (namespace !== undefined) names.add(namespace);
    if (object.kind === 'Namespace' && name !== undefined) names.add(name);
  }
  for (const { wait, expect, log, alert, fault } of steps) {
    const named = [wait, expect, log, alert, fault?.gpu];
    const spoken = named.map(one => one?.namespace);
    for (const name of spoken) if (name !== undefined) names.add(name);
  }
  return [...names].sort();
}

/** All manifests that its steps apply; `isTaken` leaves out those that it expects to be refused. */
export function manifestsOf(
  { folder, steps }: Scenario,
  { isTaken = false }: { readonly isTaken?: boolean } = {},
): readonly KubeObject[] {
  return steps
    .filter(({ apply }) => !isTaken || (apply?.expect?.status ?? 200) < 300)
    .flatMap(({ apply }) => apply?.files ?? [])
    .flatMap(file => readManifests(join(folder, file)))
    .map(({ object }) => object);
}

/** The resources that laws look at, as histories name them, but for those that need all of a cluster's. */
export function judgedResources(): readonly string[] {
  const names = new Set<string>();
  for (const law of laws) {
    for (const resource of Object.keys(law.begin().on ?? {})) names.add(resource);
  }
  for (const skipped of ['*', 'events.events.k8s.io', 'secrets']) names.delete(skipped);
  return [...names].sort();
}
