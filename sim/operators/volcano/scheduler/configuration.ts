/** What the scheduler does, in which order, and who has a say in it. @upstream volcano v1.15.1 pkg/scheduler/util.go UnmarshalSchedulerConf */
import { isRecord } from '../../../api/equality.js';
import type { Parsed } from '../../../api/time.js';
import { parseYamlBody } from '../../../api/yaml.js';
import type { PluginOption, Tier } from './tiers.js';

/** What a session goes by. */
export interface Configuration {
  readonly actions: readonly string[];
  readonly tiers: readonly Tier[];
  /** The names of actions that are given arguments. */
  readonly adjusted: readonly string[];
}

/** The file that Volcano is shipped with. @upstream installer/helm/chart/volcano/config/volcano-scheduler.conf */
export const shippedText = `actions: "enqueue, allocate, backfill"
tiers:
- plugins:
  - name: priority
  - name: gang
    enablePreemptable: false
  - name: conformance
- plugins:
  - name: overcommit
  - name: drf
    enablePreemptable: false
  - name: predicates
  - name: proportion
  - name: nodeorder
  - name: binpack
`;

/** The actions that there are, by name; those that are not simulated do nothing. */
const knownActions: readonly string[] = [
  ...['enqueue', 'allocate', 'backfill', 'preempt', 'reclaim'],
  ...['shuffle', 'gangpreempt', 'gangreclaim'],
];

/** Reads a file; one with a mistake has no effect at all. */
export function readConfiguration(text: string): Parsed<Configuration> {
  const parsed = parseYamlBody(text.trim());
  if (!parsed.isOk) return parsed;
  const document = parsed.value.value ?? {};
  if (!isRecord(document)) return wrong('the document', document, 'conf.SchedulerConfiguration');
  const { actions = '', configurations } = document;
  if (typeof actions !== 'string') return wrong('actions', actions, 'string');
  const tiers = tiersOf(document['tiers']);
  if (!tiers.isOk) return tiers;
  if (tiers.value.some(sharesTwice)) {
    return { isOk: false, error: 'proportion and drf with hierarchy enabled conflicts' };
  }
  const names = actions.split(',');
  const unknown = names.find(name => !knownActions.includes(name.trim()));
  if (unknown !== undefined) return { isOk: false, error: `failed to find Action ${unknown}` };
  const adjusted = listOf(configurations, 'configurations');
  if (!adjusted.isOk) return adjusted;
  const named = adjusted.value.map(({ name = '' }) => String(name));
  const value = { actions: names.map(name => name.trim()), tiers: tiers.value, adjusted: named };
  return { isOk: true, value };
}

function tiersOf(value: unknown): Parsed<readonly Tier[]> {
  const given = listOf(value, 'tiers');
  if (!given.isOk) return given;
  const tiers: Tier[] = [];
  for (const { plugins } of given.value) {
    const options = listOf(plugins, 'plugins');
    if (!options.isOk) return options;
    const tier: PluginOption[] = [];
    for (const option of options.value) {
      const read = pluginOf(option);
      if (!read.isOk) return read;
      tier.push(read.value);
    }
    tiers.push(tier);
  }
  return { isOk: true, value: tiers };
}

function pluginOf(option: Readonly<Record<string, unknown>>): Parsed<PluginOption> {
  const { name = '', arguments: given } = option;
  if (typeof name !== 'string') return wrong('name', name, 'string');
  const args = given ?? {};
  if (!isRecord(args)) return wrong('arguments', given, 'map[string]interface {}');
  const switches: Record<string, boolean> = {};
  for (const [key, value] of Object.entries(option)) {
    if (!/^enabled?[A-Z]|^EnabledClusterOrder$/.test(key) || value === null) continue;
    if (typeof value !== 'boolean') return wrong(key, value, 'bool');
    switches[key] = value;
  }
  return { isOk: true, value: { name, switches, args } };
}

function sharesTwice(tier: Tier): boolean {
  return (
    tier.some(({ name, switches }) => name === 'drf' && switches['enableHierarchy'] === true) &&
    tier.some(({ name }) => name === 'proportion')
  );
}

function listOf(
  value: unknown,
  what: string,
): Parsed<readonly Readonly<Record<string, unknown>>[]> {
  if (value === undefined || value === null) return { isOk: true, value: [] };
  if (!Array.isArray(value)) return wrong(what, value, 'list');
  const items: Readonly<Record<string, unknown>>[] = [];
  for (const item of value as readonly unknown[]) {
    if (!isRecord(item)) return wrong(`an item of ${what}`, item, 'map');
    items.push(item);
  }
  return { isOk: true, value: items };
}

function wrong(what: string, value: unknown, type: string) {
  const told = JSON.stringify(value);
  return { isOk: false, error: `cannot unmarshal ${told} of ${what} into ${type}` } as const;
}
