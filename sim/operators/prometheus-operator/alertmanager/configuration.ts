/** The configuration of an Alertmanager. @upstream prometheus-operator v0.93 pkg/alertmanager/{amcfg,types}.go */
import { stringify } from 'yaml';
import { isRecord } from '../../../api/equality.js';
import { parseYamlBody } from '../../../api/yaml.js';
import type { Fields } from '../relabelings.js';
import { globalOf } from './global.js';
import { receiverOf, type Values } from './receivers.js';
import { intervalOf } from './time-intervals.js';
import type { Alertmanager, AlertmanagerConfig, InhibitRule, Matcher, Route } from './types.js';

/** What is loaded where users have written nothing. */
export const usualConfiguration = `route:
  receiver: 'null'
receivers:
- name: 'null'`;

/** A configuration under way; its parts are as in the file. */
export interface Configuration {
  readonly global?: Fields;
  readonly route: Fields;
  readonly inhibitRules: readonly Fields[];
  readonly receivers: readonly Fields[];
  readonly muteTimeIntervals: readonly Fields[];
  readonly timeIntervals: readonly Fields[];
  readonly templates: readonly string[];
}

/** What a configuration cannot be made of. */
export class ConfigurationProblem extends Error {
  override readonly name = 'ConfigurationProblem';
}

const refuse = (message: string): never => {
  throw new ConfigurationProblem(message);
};
const list = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const known = new Set([
  'global',
  'route',
  'inhibit_rules',
  'receivers',
  'mute_time_intervals',
  'time_intervals',
  'templates',
]);

/** That of the users' Secret. @throws ConfigurationProblem for what Alertmanager or the operator refuses. */
export function writtenConfiguration(text: string): Configuration {
  const parsed = parseYamlBody(text);
  if (!parsed.isOk) return refuse(parsed.error);
  const file = isRecord(parsed.value.value) ? parsed.value.value : {};
  const strange = Object.keys(file).find(name => !known.has(name));
  if (strange !== undefined) {
    const line = text.split('\n').findIndex(each => each.startsWith(`${strange}:`)) + 1;
    refuse(
      `yaml: unmarshal errors:\n  line ${line}: field ${strange} not found in type config.plain`,
    );
  }
  const receivers = list(file['receivers']);
  const route = isRecord(file['route']) ? file['route'] : refuse('no route provided in config');
  checkReceivers(route, new Set(receivers.map(({ name }) => String(name))));
  checkRoot(route);
  const { templates } = file;
  return {
    ...(isRecord(file['global']) && { global: file['global'] }),
    route,
    inhibitRules: list(file['inhibit_rules']),
    receivers,
    muteTimeIntervals: list(file['mute_time_intervals']),
    timeIntervals: list(file['time_intervals']),
    templates: Array.isArray(templates) ? templates.map(String) : [],
  };
}

function checkReceivers(route: Fields, names: ReadonlySet<string>): void {
  const { receiver } = route;
  if (typeof receiver === 'string' && !names.has(receiver)) {
    refuse(`undefined receiver "${receiver}" used in route`);
  }
  for (const child of list(route['routes'])) checkReceivers(child, names);
}

function checkRoot(route: Fields, prefix = 'check AlertmanagerConfig root route failed: '): void {
  const has = (name: string): boolean => {
    const value = route[name];
    return isRecord(value)
      ? Object.keys(value).length > 0
      : Array.isArray(value) && value.length > 0;
  };
  if (route['continue'] === true) refuse(`${prefix}cannot have continue in root route`);
  if ((route['receiver'] ?? '') === '') refuse(`${prefix}root route's receiver must exist`);
  if (['matchers', 'match', 'match_re'].some(has)) {
    refuse(`${prefix}'matchers' not permitted on root route`);
  }
  for (const name of ['mute_time_intervals', 'active_time_intervals']) {
    if (has(name)) refuse(`${prefix}'${name}' not permitted on root route`);
  }
}

/** That of the AlertmanagerConfig which is the base. @throws ConfigurationProblem */
export function baseConfiguration(
  alertmanager: Alertmanager,
  config: AlertmanagerConfig,
  values: Values,
): Configuration {
  const { alertmanagerConfiguration: base } = alertmanager.spec;
  const { global, templates = [] } = base ?? {};
  const { route, inhibitRules = [], muteTimeIntervals = [] } = config.spec;
  const written = route === undefined ? refuse('root route must exist') : routeOf(config, route);
  checkRoot(written, '');
  const isSmtpKnown = global?.['smtp'] !== undefined;
  return {
    ...(global !== undefined && { global: globalOf(global, values) }),
    route: written,
    inhibitRules: inhibitRules.map(rule => inhibitRuleOf(rule)),
    receivers: receiversOf(config, values, isSmtpKnown),
    muteTimeIntervals: muteTimeIntervals.map(each => intervalOf(each, prefixOf(config))),
    timeIntervals: [],
    templates: templates.flatMap(({ configMap, secret }) =>
      [configMap, secret].flatMap(from =>
        from === undefined ? [] : [`/etc/alertmanager/templates/${from.key}`],
      ),
    ),
  };
}

/** With what AlertmanagerConfigs add; their routes come first. @throws ConfigurationProblem */
export function withConfigs(
  base: Configuration,
  alertmanager: Alertmanager,
  added: {
    readonly configs: readonly AlertmanagerConfig[];
    valuesOf(config: AlertmanagerConfig): Values;
  },
): Configuration {
  const isSmtpKnown = base.global?.['smtp_smarthost'] !== undefined;
  const routed = added.configs.filter(({ spec }) => spec.route !== undefined);
  const subRoutes = routed.map(config => {
    const route = routeOf(config, config.spec.route ?? {});
    const matchers = [...texts(route['matchers']), ...namespaceMatcher(alertmanager, config)];
    return { ...route, ...(matchers.length > 0 && { matchers }), continue: true };
  });
  return {
    ...base,
    route: { ...base.route, routes: [...subRoutes, ...list(base.route['routes'])] },
    inhibitRules: [
      ...base.inhibitRules,
      ...added.configs.flatMap(config =>
        (config.spec.inhibitRules ?? []).map(rule =>
          inhibitRuleOf(rule, namespaceMatcher(alertmanager, config)),
        ),
      ),
    ],
    receivers: [
      ...base.receivers,
      ...routed.flatMap(config => {
        try {
          return receiversOf(config, added.valuesOf(config), isSmtpKnown);
        } catch (error) {
          if (!(error instanceof ConfigurationProblem)) throw error;
          const { namespace = '', name = '' } = config.metadata;
          return refuse(`AlertmanagerConfig ${namespace}/${name}: ${error.message}`);
        }
      }),
    ],
    muteTimeIntervals: [
      ...base.muteTimeIntervals,
      ...routed.flatMap(config =>
        (config.spec.muteTimeIntervals ?? []).map(each => intervalOf(each, prefixOf(config))),
      ),
    ],
  };
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];

/** What holds a namespace's routes and rules to the alerts of that namespace. */
function namespaceMatcher(
  { metadata, spec }: Alertmanager,
  config: AlertmanagerConfig,
): readonly string[] {
  const { namespace = '' } = config.metadata;
  const { type = 'OnNamespace' } = spec.alertmanagerConfigMatcherStrategy ?? {};
  const isOwn = namespace === metadata.namespace;
  const isFree = type === 'None' || (type === 'OnNamespaceExceptForAlertmanagerNamespace' && isOwn);
  return isFree ? [] : [`namespace="${namespace}"`];
}

const prefixOf = ({ metadata }: AlertmanagerConfig): string =>
  `${metadata.namespace ?? ''}/${metadata.name ?? ''}/`;

function receiversOf(
  config: AlertmanagerConfig,
  values: Values,
  isSmtpKnown: boolean,
): readonly Fields[] {
  return (config.spec.receivers ?? []).map(receiver => {
    const written = receiverOf(receiver, values, isSmtpKnown);
    if (typeof written === 'string') return refuse(written);
    return { name: `${prefixOf(config)}${receiver.name}`, ...written };
  });
}

const escaped = (text: string): string =>
  text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('"', String.raw`\"`);

/** `severity=~"critical|page"`. */
function matcherText({ name, value = '', matchType = '', regex }: Matcher): string {
  const usual = regex === true ? '=~' : '=';
  return `${name}${matchType === '' ? usual : matchType}"${escaped(value)}"`;
}

function routeOf(config: AlertmanagerConfig, route: Route): Fields {
  const prefix = prefixOf(config);
  const prefixed = (names: readonly string[] = []): readonly string[] =>
    names.map(name => `${prefix}${name}`);
  const isNone = (length: string): boolean => /^(0[a-z]*)+$/.test(length);
  const { receiver = '', groupWait = '', groupInterval = '', repeatInterval = '' } = route;
  const { groupBy = [], matchers = [], routes = [] } = route;
  const muted = prefixed(route.muteTimeIntervals);
  const active = prefixed(route.activeTimeIntervals);
  return {
    ...(receiver !== '' && { receiver: `${prefix}${receiver}` }),
    ...(groupBy.length > 0 && { group_by: groupBy }),
    ...(matchers.length > 0 && { matchers: matchers.map(each => matcherText(each)) }),
    ...(route.continue === true && { continue: true }),
    ...(routes.length > 0 && { routes: routes.map(child => routeOf(config, child)) }),
    ...(groupWait !== '' && { group_wait: groupWait }),
    ...(groupInterval !== '' && !isNone(groupInterval) && { group_interval: groupInterval }),
    ...(repeatInterval !== '' && !isNone(repeatInterval) && { repeat_interval: repeatInterval }),
    ...(muted.length > 0 && { mute_time_intervals: muted }),
    ...(active.length > 0 && { active_time_intervals: active }),
  };
}

/** A matcher that is there already is not added again. */
function inhibitRuleOf(rule: InhibitRule, added: readonly string[] = []): Fields {
  const { sourceMatch = [], targetMatch = [], equal = [] } = rule;
  const all = (matchers: readonly Matcher[]): readonly string[] => [
    ...new Set([...matchers.map(each => matcherText(each)), ...added]),
  ];
  const [target, source] = [all(targetMatch), all(sourceMatch)];
  return {
    ...(target.length > 0 && { target_matchers: target }),
    ...(source.length > 0 && { source_matchers: source }),
    ...(equal.length > 0 && { equal }),
  };
}

/** Fields of routes in the order in which they are written. */
const routeOrder = [
  'receiver',
  'group_by',
  'match',
  'match_re',
  'matchers',
  'continue',
  'routes',
  'group_wait',
  'group_interval',
  'repeat_interval',
  'mute_time_intervals',
  'active_time_intervals',
];

function ordered(route: Fields): Fields {
  return Object.fromEntries(
    routeOrder.flatMap(name => {
      const value = route[name];
      if (value === undefined) return [];
      if (name !== 'routes') return [[name, value]];
      const routes = list(value).map(each => ordered(each));
      return routes.length > 0 ? [[name, routes]] : [];
    }),
  );
}

/** The text of the file. */
export function configurationText(configuration: Configuration): string {
  const { global, inhibitRules, receivers, muteTimeIntervals, timeIntervals } = configuration;
  const file: Fields = {
    ...(global !== undefined && { global }),
    route: ordered(configuration.route),
    ...(inhibitRules.length > 0 && { inhibit_rules: inhibitRules }),
    ...(receivers.length > 0 && { receivers }),
    ...(muteTimeIntervals.length > 0 && { mute_time_intervals: muteTimeIntervals }),
    ...(timeIntervals.length > 0 && { time_intervals: timeIntervals }),
    templates: configuration.templates,
  };
  // Go's library quotes what YAML 1.1 would read as a number, as 20:00.
  return stringify(file, {
    version: '1.1',
    indentSeq: false,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}
