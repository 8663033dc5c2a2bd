/** At which extension points the plug-ins in the tree have something to do. @upstream pkg/scheduler/framework/plugins */
import { defaultFeatureGates, readConfiguration, type ExtensionPoint } from './configuration.js';
import type { Plugin } from './framework.js';
import { registry } from './plugins/index.js';
import { Nominator } from './queue/nominator.js';
import { Framework, methods } from './runtime.js';
import { NodeSnapshot } from './snapshot.js';

/** The binder is part of the scheduler itself here; profiles name it all the same. */
const binder: Readonly<Record<string, readonly ExtensionPoint[]>> = { DefaultBinder: ['bind'] };

function pointsOf(plugin: Plugin): readonly ExtensionPoint[] {
  const points = Object.entries(methods) as readonly [ExtensionPoint, keyof Plugin][];
  return points.flatMap(([point, method]) => (plugin[method] === undefined ? [] : [point]));
}

/** The extension points by the plug-in's name. */
export function pluginPoints(): Readonly<Record<string, readonly ExtensionPoint[] | undefined>> {
  const [profile] = readConfiguration().profiles;
  if (profile === undefined) return binder;
  const framework = new Framework(profile, {
    objects: { get: () => undefined, list: () => [] },
    nodes: new NodeSnapshot(),
    nominator: new Nominator(),
    features: defaultFeatureGates,
    registry,
    now: () => 0,
  });
  const own = [...framework.plugins].map(plugin => [plugin.name, pointsOf(plugin)] as const);
  return { ...Object.fromEntries(own), ...binder };
}
