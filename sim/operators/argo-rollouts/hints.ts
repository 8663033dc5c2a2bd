/** What an author of Rollouts and analyses should know before they run. */
import type { KubeObject } from '../../api/object.js';
import type { AnalysisTemplate, Metric } from './analysis-types.js';
import { canaryOf } from './defaults.js';
import { groupVersion } from './keys.js';
import type { CanaryStep, Rollout } from './types.js';

/** The hints about an object; none for other kinds. */
export function rolloutHints(object: KubeObject): readonly string[] {
  if (object.apiVersion !== groupVersion) return [];
  switch (object.kind) {
    case 'Rollout':
      return ofRollout(object as unknown as Rollout);
    case 'AnalysisTemplate':
    case 'ClusterAnalysisTemplate':
    case 'AnalysisRun':
      return (object as unknown as AnalysisTemplate).spec.metrics?.flatMap(ofMetric) ?? [];
    case 'Experiment':
      return ['Experiments are not simulated: nobody makes its ReplicaSets'];
    default:
      return [];
  }
}

function ofRollout(rollout: Rollout): readonly string[] {
  const { trafficRouting, steps = [], pingPong } = canaryOf(rollout) ?? {};
  const routers = Object.keys(trafficRouting ?? {}).filter(
    name => name !== 'managedRoutes' && name !== 'maxTrafficWeight',
  );
  const others = routers.filter(name => name !== 'istio');
  return [
    ...others.map(
      name =>
        `trafficRouting.${name} is not simulated: its weights are told in the status, and requests go where Services lead them`,
    ),
    ...(pingPong === undefined ? [] : ['pingPong is not simulated: its Services stay as they are']),
    ...new Set(steps.flatMap(ofStep)),
  ];
}

function ofStep(step: CanaryStep): readonly string[] {
  const { experiment, plugin, setHeaderRoute, setMirrorRoute } = step;
  if (experiment !== undefined) {
    return ['Experiments are not simulated: a step that makes one waits for ever'];
  }
  if (plugin !== undefined) return ['plugins are not simulated: a step of one waits for ever'];
  return setHeaderRoute === undefined && setMirrorRoute === undefined
    ? []
    : ['header and mirror routes are not simulated: such a step passes and changes nothing'];
}

function ofMetric({ name, provider }: Metric): readonly string[] {
  if (provider.prometheus?.rangeQuery !== undefined) {
    return [`metric ${name}: rangeQuery is not simulated: its measurements are errors`];
  }
  if (provider.prometheus !== undefined || provider.job !== undefined) return [];
  const [sort = 'none'] = Object.keys(provider);
  return [`metric ${name}: the provider ${sort} is not simulated: its measurements are errors`];
}
