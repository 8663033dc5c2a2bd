/** The pods that the input's objects make: templates of built-in kinds, and what looks like one in others. */
import { decodeObject } from '../../sim/api/decode.js';
import { isRecord } from '../../sim/api/equality.js';
import { structOf } from '../../sim/api/facts.js';
import type { Container, PodSpec } from '../../sim/api/kinds/core.js';
import type { Labels } from '../../sim/api/selectors.js';
import type { FieldPath } from '../input/located.js';
import type { Entry } from './entry.js';
import { isOfWorkflows, stepPods } from './workflow-pods.js';

/** A template of pods. */
export interface PodTemplate {
  readonly owner: Entry;
  /** Where its metadata and spec are; the object itself for a Pod. */
  readonly path: FieldPath;
  readonly specPath: FieldPath;
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly spec: PodSpec;
  /** How many there are to be; undefined when the object does not decide it. */
  readonly replicas: number | undefined;
  /** Init containers first. */
  readonly containers: readonly PlacedContainer[];
}

/** A container, and where it stands in its object. */
export interface PlacedContainer {
  readonly container: Container;
  readonly path: FieldPath;
  readonly isInit: boolean;
}

/** The templates of an object. */
export function templatesOf(owner: Entry): PodTemplate[] {
  if (owner.isBroken) return [];
  if (isOfWorkflows(owner)) return stepTemplates(owner);
  if (!owner.isBuiltIn) return makesNoPods(owner) ? [] : customTemplates(owner);
  const path = builtInPaths[owner.kind];
  if (path === undefined) return [];
  const template = valueAt(owner.object, path);
  const made = isRecord(template)
    ? templateOf(owner, path, template, replicasOf(owner))
    : undefined;
  return made === undefined ? [] : [made];
}

/**
 * Runtimes (ServingRuntime, ClusterTrainingRuntime, ...) and storage containers hold only a part of a
 * pod's template: labels, security context and resources come from the object that names them. Policies
 * tell which pods of others may be.
 */
function makesNoPods({ kind, group }: Entry): boolean {
  return (
    kind.endsWith('Runtime') ||
    kind === 'ClusterStorageContainer' ||
    policyGroups.some(name => group === name || group.endsWith(`.${name}`))
  );
}

/** GKE Autopilot's WorkloadAllowlist, Kyverno's policies, Gatekeeper's constraints and mutations. */
const policyGroups: readonly string[] = ['auto.gke.io', 'kyverno.io', 'gatekeeper.sh'];

const builtInPaths: Readonly<Record<string, FieldPath>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

function replicasOf({ kind, object }: Entry): number | undefined {
  const spec = isRecord(object['spec']) ? object['spec'] : {};
  switch (kind) {
    case 'Pod':
      return 1;
    case 'DaemonSet':
      return undefined;
    case 'Job':
      return numberOf(spec['parallelism']) ?? 1;
    case 'CronJob': {
      const parallelism = valueAt(spec, ['jobTemplate', 'spec', 'parallelism']);
      return numberOf(parallelism) ?? 1;
    }
    default:
      return numberOf(spec['replicas']) ?? 1;
  }
}

/** Custom objects are searched so deep: deeper than any that is known. */
const depthMax = 12;

/**
 * Whatever holds a list of containers is taken as a pod's spec; beside it, the metadata; around it, the
 * number of replicas. So the kinds of Kubeflow, Kueue, Seldon, KServe, Volcano and others are read alike.
 */
function customTemplates(owner: Entry): PodTemplate[] {
  const found: PodTemplate[] = [];
  const visit = (value: unknown, path: FieldPath, around: readonly unknown[]): void => {
    if (path.length > depthMax) return;
    if (Array.isArray(value)) {
      value.forEach((item: unknown, index) => visit(item, [...path, index], around));
      return;
    }
    if (!isRecord(value)) return;
    const { containers } = value;
    if (Array.isArray(containers) && containers.every(isRecord) && path.length > 0) {
      const isBelowSpec = path.at(-1) === 'spec';
      const holder = isBelowSpec ? around.at(-1) : { spec: value };
      const base = isBelowSpec ? path.slice(0, -1) : path;
      const replicas = numberOf((around.at(-2) as CountedReplicas | undefined)?.replicas);
      const made = isRecord(holder)
        ? templateOf(owner, base, holder, replicas, isBelowSpec ? path : base)
        : undefined;
      if (made !== undefined) found.push(made);
      return;
    }
    for (const [key, inner] of Object.entries(value))
      visit(inner, [...path, key], [...around, value]);
  };
  visit(owner.object, [], []);
  return found;
}

/** How many run at once is decided as it runs. */
function stepTemplates(owner: Entry): PodTemplate[] {
  return stepPods(owner).flatMap(({ path, containerPath, template }) => {
    const made = templateOf(owner, path, template, 0, path);
    if (made === undefined) return [];
    const containers = made.containers.map(one => ({ ...one, path: containerPath }));
    return [{ ...made, containers }];
  });
}

interface CountedReplicas {
  readonly replicas?: unknown;
}

function templateOf(
  owner: Entry,
  path: FieldPath,
  template: Readonly<Record<string, unknown>>,
  replicas: number | undefined,
  specPath: FieldPath = [...path, 'spec'],
): PodTemplate | undefined {
  const decoded = decodeObject(template['spec'] ?? {}, structOf('core/v1.PodSpec'));
  if (!decoded.isOk) return undefined;
  // The decoder made it after the type's own shape.
  const given = decoded.object as unknown as PodSpec;
  const spec: PodSpec = { ...given, containers: listOf(given.containers) };
  const { labels, annotations } = isRecord(template['metadata']) ? template['metadata'] : {};
  return {
    owner,
    path,
    specPath,
    namespace: owner.namespace,
    labels: labelsOf(labels),
    annotations: labelsOf(annotations),
    spec,
    replicas,
    containers: [
      ...placed(listOf(spec.initContainers), [...specPath, 'initContainers'], true),
      ...placed(spec.containers, [...specPath, 'containers'], false),
    ],
  };
}

function placed(
  containers: readonly Container[],
  path: FieldPath,
  isInit: boolean,
): PlacedContainer[] {
  return containers.map((container, index) => ({ container, path: [...path, index], isInit }));
}

/** Go writes a list that is not there as null. */
export function listOf<T>(list: readonly T[] | null | undefined): readonly T[] {
  return list ?? [];
}

function labelsOf(value: unknown): Labels {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) =>
      typeof text === 'string' ? [[key, text] as const] : [],
    ),
  );
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** The value at a path; undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[part];
  }
  return at;
}
