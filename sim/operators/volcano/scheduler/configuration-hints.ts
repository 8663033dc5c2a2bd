/** What the author of the scheduler's configuration should know before it is read. */
import type { KubeObject } from '../../../api/object.js';
import { configurationFile as file } from '../keys.js';
import { readConfiguration, type Configuration } from './configuration.js';
import type { PluginOption } from './tiers.js';

const simulatedActions = ['enqueue', 'allocate', 'backfill', 'preempt', 'reclaim'];
const simulatedPlugins = [
  ...['priority', 'gang', 'conformance', 'overcommit', 'drf', 'predicates'],
  ...['proportion', 'nodeorder', 'binpack'],
];
/** Without these nothing is scheduled here as upstream would. */
const lasting = ['gang', 'predicates'];
const simulatedSwitches = [
  ...['enableJobOrder', 'enableJobStarving', 'enablePreemptable', 'enableReclaimable'],
  ...['enablePreemptive', 'enableQueueOrder', 'enableJobEnqueued', 'enableNodeOrder'],
  ...['enabledOverused', 'enabledAllocatable'],
];

/** The hints about the ConfigMap that the scheduler mounts; none about others. */
export function configurationHints({ metadata, ...object }: KubeObject): readonly string[] {
  const { data } = object as { readonly data?: Readonly<Record<string, string>> };
  const text = data?.[file.key];
  if (metadata.name !== file.configMap || text === undefined) return [];
  if (metadata.namespace !== file.namespace) {
    return [`${file.key} is not read: the scheduler mounts the one in ${file.namespace}`];
  }
  const read = readConfiguration(text);
  if (!read.isOk) {
    return [`${file.key} is invalid, what was read before it stays: ${read.error}`];
  }
  return [
    `${file.key} is read when the kubelet writes it, up to 90 s after a change`,
    ...missing(read.value),
  ];
}

function missing({ actions, tiers, adjusted }: Configuration): readonly string[] {
  const plugins = tiers.flat();
  const simulated = plugins.filter(({ name }) => simulatedPlugins.includes(name));
  const lists: readonly (readonly [string, readonly string[], string])[] = [
    ['actions', actions.filter(name => !simulatedActions.includes(name)), 'are not simulated'],
    [
      'plug-ins',
      plugins.map(({ name }) => name).filter(name => !simulatedPlugins.includes(name)),
      'are not simulated',
    ],
    [
      'plug-ins',
      lasting.filter(name => !plugins.some(plugin => plugin.name === name)),
      'are not listed, and are at work all the same',
    ],
    ['switches', simulated.flatMap(switchesOf), 'are not simulated'],
    ['arguments', simulated.flatMap(argumentsOf), 'are not read'],
    ['configurations', adjusted, 'are not read'],
  ];
  return lists.flatMap(([what, names, verdict]) =>
    names.length === 0 ? [] : [`${what} ${[...new Set(names)].join(', ')} ${verdict}`],
  );
}

function switchesOf({ name, switches }: PluginOption): readonly string[] {
  return Object.entries(switches)
    .filter(([key, isOn]) => !simulatedSwitches.includes(key) && isOn === isUnusual(key))
    .map(([key, isOn]) => `${name} ${key}: ${String(isOn)}`);
}

/** What is on where nothing is said is worth a word when it is off, and the other way about. */
function isUnusual(key: string): boolean {
  return ['enableHierarchy', 'EnabledClusterOrder'].includes(key);
}

function argumentsOf({ name, args }: PluginOption): readonly string[] {
  return Object.keys(args)
    .filter(key => key !== 'overcommit-factor')
    .map(key => `${name} ${key}`);
}
