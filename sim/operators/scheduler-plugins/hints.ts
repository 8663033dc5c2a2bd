/** What the author of a PodGroup, of a quota or of the scheduler's file should know before it runs. */
import type { KubeObject } from '../../api/object.js';
import { registry } from '../../scheduler/plugins/index.js';
import { plugins, mountedText, readConfiguration } from './configuration.js';
import { configurationFile, namespace, schedulerName } from './keys.js';
import { group, type ElasticQuota, type PodGroup } from './types.js';

/** The chart enables it; it looks at objects that nobody makes here, and leaves nodes alone without them. */
const idle = 'NodeResourceTopologyMatch';

/** The hints about an object; none for kinds of others. */
export function schedulerPluginsHints(object: KubeObject): readonly string[] {
  if (object.kind === 'ConfigMap') return configurationHints(object);
  const isOwn = (object.apiVersion ?? '').split('/')[0] === group;
  if (!isOwn) return [];
  return object.kind === 'ElasticQuota'
    ? quotaHints(object as unknown as ElasticQuota)
    : groupHints(object as unknown as PodGroup);
}

function groupHints({ spec = {} }: PodGroup): readonly string[] {
  return spec.minResources === undefined
    ? []
    : [
        'minResources: pods that are turned away for it are not told of room that others leave; they are tried again after 5 minutes, or when a pod is bound or a PodGroup changes',
      ];
}

function quotaHints({ spec = {} }: ElasticQuota): readonly string[] {
  const bounds = [
    ...(spec.max === undefined ? [] : ([['max', 'is refused'] as const] as const)),
    ['min', 'is beyond what is guaranteed'] as const,
  ];
  return bounds.flatMap(([field, verdict]) => {
    const missing = ['cpu', 'memory'].filter(name => spec[field]?.[name] === undefined);
    return missing.length === 0
      ? []
      : [
          `${field} names no ${missing.join(' and no ')}, which counts as 0: a pod that asks for it ${verdict}`,
        ];
  });
}

function configurationHints(object: KubeObject): readonly string[] {
  const { configMap, key } = configurationFile;
  const { data } = object as { readonly data?: Readonly<Record<string, unknown>> };
  if (object.metadata.name !== configMap || data?.[key] === undefined) return [];
  const text = mountedText(object);
  if (text === undefined) {
    return [`${key} is not read: the scheduler mounts the one in ${namespace}`];
  }
  const read = readConfiguration(text);
  if (!read.isOk) {
    return [`${key} cannot be read, and the scheduler of the chart's own file runs: ${read.error}`];
  }
  const { profiles = [] } = read.value;
  const named = profiles.flatMap(({ plugins: sets = {} }) =>
    Object.values(sets).flatMap(({ enabled = [] }) => enabled.map(({ name }) => name)),
  );
  const known = [...Object.keys(plugins), ...Object.keys(registry), 'DefaultBinder', idle];
  const unknown = [...new Set(named)].filter(name => !known.includes(name));
  const hasOwn = profiles.some(profile => profile.schedulerName === schedulerName);
  return [
    `${key} is read when the scheduler starts: a later change has no effect`,
    ...(unknown.length === 0 ? [] : [`plug-ins ${unknown.join(', ')} are not simulated`]),
    ...(hasOwn ? [] : [`no profile has the name ${schedulerName}: pods that ask for it wait`]),
  ];
}
