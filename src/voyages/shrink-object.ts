/** Plainer versions of a manifest: fewer replicas, and without the fields that are not needed. */
import type { KubeObject } from '../../sim/api/object.js';

type Path = readonly (number | string)[];

/** Counts that go down, from the end of their path. */
const counts = new Set(['replicas', 'parallelism', 'completions', 'minReplicas', 'maxReplicas']);

/** Without these, an object is still one: from the largest part to the smallest. */
const optional = new Set([
  'affinity',
  'topologySpreadConstraints',
  'tolerations',
  'nodeSelector',
  'volumes',
  'volumeMounts',
  'volumeClaimTemplates',
  'initContainers',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'env',
  'envFrom',
  'command',
  'args',
  'ports',
  'resources',
  'securityContext',
  'priorityClassName',
  'terminationGracePeriodSeconds',
  'strategy',
  'updateStrategy',
  'behavior',
  'annotations',
  'minReadySeconds',
  'egress',
]);

/** The candidates, in order. */
export function* plainer(object: KubeObject): Generator<KubeObject> {
  for (const [path, value] of leaves(object, [])) {
    const last = path.at(-1);
    if (typeof last === 'string' && counts.has(last) && typeof value === 'number') {
      for (const smaller of new Set([1, Math.floor(value / 2), value - 1])) {
        if (smaller >= 1 && smaller < value) yield written(object, path, smaller);
      }
    } else if (typeof last === 'string' && optional.has(last) && path.length > 1) {
      yield written(object, path, undefined);
    } else if (Array.isArray(value) && isList(last) && value.length > 1) {
      for (let index = 0; index < value.length; index++) {
        yield written(object, path, value.toSpliced(index, 1));
      }
    }
  }
}

function isList(field: number | string | undefined): boolean {
  return field === 'containers' || field === 'ingress' || field === 'from' || field === 'ports';
}

/** Fields from the outside in: what goes first takes the most with it. */
function* leaves(value: unknown, path: Path): Generator<readonly [Path, unknown]> {
  if (path.length > 0) yield [path, value];
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* leaves(item, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) yield* leaves(item, [...path, name]);
  }
}

/** The object with another value at a path; undefined takes the field away. */
function written(object: KubeObject, path: Path, value: unknown): KubeObject {
  return put(object, path, value) as KubeObject;
}

function put(into: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(into))
    return into.map((item, index) =>
      index === first ? put(item, rest, value) : (item as unknown),
    );
  const fields = Object.entries(into as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    fields.flatMap(([name, item]) => {
      if (name !== first) return [[name, item]];
      const changed = put(item, rest, value);
      return changed === undefined ? [] : [[name, changed]];
    }),
  );
}
