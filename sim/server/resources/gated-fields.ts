/** Fields that a server without their feature gate drops. @upstream pkg/api/pod/util.go dropDisabledFields */
import type { KubeObject } from '../../api/object.js';
import type { Strategy, StrategyContext } from './strategy.js';

/** Where kinds have the spec of a pod. */
const podSpecs: Readonly<Record<string, readonly string[]>> = {
  pods: ['spec'],
  podtemplates: ['template', 'spec'],
  replicationcontrollers: ['spec', 'template', 'spec'],
  replicasets: ['spec', 'template', 'spec'],
  deployments: ['spec', 'template', 'spec'],
  statefulsets: ['spec', 'template', 'spec'],
  daemonsets: ['spec', 'template', 'spec'],
  jobs: ['spec', 'template', 'spec'],
  cronjobs: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

const field = 'schedulingGroup';

/** The strategy that drops them from what is written, unless they were there before. */
export function withGatedFields(strategy: Strategy): Strategy {
  const path = podSpecs[strategy.kind.resource];
  if (path === undefined || strategy.storedAs !== undefined) return strategy;
  const dropped = (given: KubeObject, { settings }: StrategyContext, old?: KubeObject) => {
    const object = withoutStopSignals(withoutProjections(given, path, old), path, old);
    if (settings.featureGates['GenericWorkload'] === true) return object;
    if (!hasField(object, path) || (old !== undefined && hasField(old, path))) return object;
    return without(object, path) as KubeObject;
  };
  return {
    ...strategy,
    prepareForCreate: (object, context) => {
      const kept = dropped(object, context);
      return strategy.prepareForCreate?.(kept, context) ?? kept;
    },
    prepareForUpdate: (object, old, context) => {
      const kept = dropped(object, context, old);
      return strategy.prepareForUpdate?.(kept, old, context) ?? kept;
    },
  };
}

/** Sources of projected volumes that are beta and off by default. */
const projections = ['clusterTrustBundle', 'podCertificate'] as const;

/** @upstream dropDisabledClusterTrustBundleProjection, dropDisabledPodCertificateProjection */
function withoutProjections(
  object: KubeObject,
  path: readonly string[],
  old: KubeObject | undefined,
): KubeObject {
  const dropped = projections.filter(
    name => projects(object, path, name) && !projects(old, path, name),
  );
  if (dropped.length === 0) return object;
  const bare = (source: Fields) =>
    Object.fromEntries(
      Object.entries(source).filter(([name]) => !dropped.some(one => one === name)),
    );
  const changed = (volume: Volume) =>
    volume.projected?.sources
      ? {
          ...volume,
          projected: { ...volume.projected, sources: volume.projected.sources.map(bare) },
        }
      : volume;
  const inSpec = (spec: Fields) => ({ ...spec, volumes: volumesOf(spec).map(changed) });
  return replaced(object, path, inSpec) as KubeObject;
}

interface Volume {
  readonly projected?: { readonly sources?: readonly Fields[] | null } | null;
}

function volumesOf(spec: Fields | undefined): readonly Volume[] {
  return (spec?.['volumes'] ?? []) as readonly Volume[];
}

function projects(object: KubeObject | undefined, path: readonly string[], name: string): boolean {
  let at: unknown = object;
  for (const part of path) at = (at as Fields | null | undefined)?.[part];
  return volumesOf((at ?? undefined) as Fields | undefined).some(volume =>
    volume.projected?.sources?.some(source => (source[name] ?? undefined) !== undefined),
  );
}

function replaced(
  object: unknown,
  [name, ...rest]: readonly string[],
  change: (spec: Fields) => Fields,
): Fields {
  const fields = object as Fields;
  if (name === undefined) return change(fields);
  return { ...fields, [name]: replaced(fields[name], rest, change) };
}

/** The lists of containers that a pod has. */
const containerLists = ['containers', 'initContainers', 'ephemeralContainers'] as const;

interface Lifecycled {
  readonly lifecycle?: Fields | null;
}

/** Signals that stop containers are behind a gate that is off by default. @upstream dropContainerStopSignals */
function withoutStopSignals(
  object: KubeObject,
  path: readonly string[],
  old: KubeObject | undefined,
): KubeObject {
  if (!signals(object, path) || signals(old, path)) return object;
  const bare = (container: Lifecycled): Lifecycled => {
    const { lifecycle, ...others } = container;
    if (lifecycle?.['stopSignal'] === undefined) return container;
    const { stopSignal: _dropped, ...kept } = lifecycle;
    return Object.keys(kept).length === 0 ? others : { ...others, lifecycle: kept };
  };
  const inSpec = (spec: Fields) => {
    const lists = containerLists.filter(name => spec[name] !== undefined);
    const changed = lists.map(name => [name, containersOf(spec, name).map(bare)] as const);
    return { ...spec, ...Object.fromEntries(changed) };
  };
  return replaced(object, path, inSpec) as KubeObject;
}

function containersOf(spec: Fields, list: string): readonly Lifecycled[] {
  return (spec[list] ?? []) as readonly Lifecycled[];
}

function signals(object: KubeObject | undefined, path: readonly string[]): boolean {
  let at: unknown = object;
  for (const part of path) at = (at as Fields | null | undefined)?.[part];
  const spec = (at ?? undefined) as Fields | undefined;
  if (spec === undefined) return false;
  for (const list of containerLists) {
    for (const { lifecycle } of containersOf(spec, list)) {
      if ((lifecycle?.['stopSignal'] ?? undefined) !== undefined) return true;
    }
  }
  return false;
}

type Fields = Readonly<Record<string, unknown>>;

function hasField(object: object, path: readonly string[]): boolean {
  let at: unknown = object;
  for (const name of path) at = (at as Fields | null | undefined)?.[name];
  return ((at as Fields | null | undefined)?.[field] ?? undefined) !== undefined;
}

function without(object: unknown, path: readonly string[]): unknown {
  return replaced(object, path, ({ [field]: _dropped, ...kept }) => kept);
}
