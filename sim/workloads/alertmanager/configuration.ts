/** Alertmanager's configuration file. @upstream prometheus/alertmanager config/config.go, dispatch/route.go */
import { isRecord } from '../../api/equality.js';
import { parseYamlBody } from '../../api/yaml.js';
import { durationOf } from '../../metrics/promql/go-text.js';
import {
  allMatch,
  matcher,
  MatcherError,
  matchersText,
  readMatchers,
  type LabelSet,
  type Matcher,
} from './matchers.js';
import { timeInterval, type TimeInterval, type WrittenInterval } from './time-interval.js';

/** A node of the tree of routes. */
export interface Route {
  readonly key: string;
  readonly receiver: string;
  /** `all`: by every label. */
  readonly groupBy: readonly string[] | 'all';
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  readonly matchers: readonly Matcher[];
  readonly continues: boolean;
  readonly muteIntervals: readonly string[];
  readonly activeIntervals: readonly string[];
  readonly routes: readonly Route[];
}

/** One way of a receiver. */
export interface Integration {
  /** `webhook`, `slack`. */
  readonly kind: string;
  readonly sendsResolved: boolean;
  /** Of a webhook. */
  readonly url: string;
  /** 0: all. */
  readonly alertsMax: number;
}

/** What keeps alerts back as long as others fire. */
export interface InhibitRule {
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  readonly equal: readonly string[];
}

/** The file. */
export interface AlertmanagerConfiguration {
  readonly text: string;
  readonly route: Route;
  readonly receivers: ReadonlyMap<string, readonly Integration[]>;
  readonly inhibitRules: readonly InhibitRule[];
  readonly intervals: ReadonlyMap<string, readonly TimeInterval[]>;
  readonly resolveTimeoutMs: number;
  /** What is configured and not simulated. */
  readonly problems: readonly string[];
}

/** What Alertmanager would not start with. */
export class AlertmanagerConfigError extends Error {
  override readonly name = 'AlertmanagerConfigError';
}

type Fields = Readonly<Record<string, unknown>>;

const refuse = (message: string): never => {
  throw new AlertmanagerConfigError(message);
};
const fields = (value: unknown, what: string): Fields =>
  isRecord(value) ? value : refuse(`${what} is no mapping`);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): readonly string[] => list(value).map(String);

/** @throws AlertmanagerConfigError for what Alertmanager would refuse. */
export function readAlertmanagerConfiguration(text: string): AlertmanagerConfiguration {
  const parsed = parseYamlBody(text);
  if (!parsed.isOk) return refuse(parsed.error);
  const file = fields(parsed.value.value ?? {}, 'the file');
  try {
    return read(file, text);
  } catch (error) {
    if (error instanceof MatcherError) return refuse(error.message);
    throw error;
  }
}

function read(file: Fields, text: string): AlertmanagerConfiguration {
  const problems: string[] = [];
  const receivers = receiversOf(file, problems);
  const intervals = intervalsOf(file, problems);
  if (file['route'] === undefined) refuse('no route provided in config');
  const written = fields(file['route'], 'route');
  if (written['receiver'] === undefined) refuse('root route must specify a default receiver');
  if (matchersOf(written).length > 0) refuse('root route must not have any matchers');
  const route = routeOf(written, undefined);
  checkRoute(route, { receivers, intervals });
  const { resolve_timeout: resolve } = fields(file['global'] ?? {}, 'global');
  return {
    text,
    route,
    receivers,
    inhibitRules: list(file['inhibit_rules']).map(each =>
      inhibitRule(fields(each, 'inhibit_rules')),
    ),
    intervals,
    resolveTimeoutMs: length(resolve, 300_000),
    problems,
  };
}

function checkRoute(
  route: Route,
  known: Pick<AlertmanagerConfiguration, 'receivers' | 'intervals'>,
): void {
  if (!known.receivers.has(route.receiver)) {
    refuse(`undefined receiver ${JSON.stringify(route.receiver)} used in route`);
  }
  for (const name of [...route.muteIntervals, ...route.activeIntervals]) {
    if (!known.intervals.has(name)) {
      refuse(`undefined time interval ${JSON.stringify(name)} used in route`);
    }
  }
  for (const child of route.routes) checkRoute(child, known);
}

const usual = {
  receiver: '',
  groupBy: [],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 14_400_000,
} as const;

function routeOf(written: Fields, parent: Omit<Route, 'routes'> | undefined): Route {
  const above = parent ?? usual;
  const own = matchersOf(written);
  const groupBy = written['group_by'];
  const names = groupBy === undefined ? above.groupBy : texts(groupBy);
  const key = matchersText(own);
  const route = {
    key: parent === undefined ? key : `${parent.key}/${key}`,
    receiver: written['receiver'] === undefined ? above.receiver : String(written['receiver']),
    groupBy: names !== 'all' && names.includes('...') ? ('all' as const) : names,
    groupWaitMs: length(written['group_wait'], above.groupWaitMs),
    groupIntervalMs: length(written['group_interval'], above.groupIntervalMs),
    repeatIntervalMs: length(written['repeat_interval'], above.repeatIntervalMs),
    matchers: own,
    continues: written['continue'] === true,
    muteIntervals: texts(written['mute_time_intervals']),
    activeIntervals: texts(written['active_time_intervals']),
  };
  const children = list(written['routes']).map(each => routeOf(fields(each, 'routes'), route));
  return { ...route, routes: children };
}

/** Those of an alert: depth first, from the left; a node counts where none of its children does. */
export function matchingRoutes(route: Route, labels: LabelSet): readonly Route[] {
  if (!allMatch(route.matchers, labels)) return [];
  const all: Route[] = [];
  for (const child of route.routes) {
    const found = matchingRoutes(child, labels);
    all.push(...found);
    if (found.length > 0 && !child.continues) break;
  }
  return all.length > 0 ? all : [route];
}

function length(value: unknown, usualMs: number): number {
  if (value === undefined || value === null) return usualMs;
  return durationOf(String(value)) ?? refuse(`not a valid duration string: "${String(value)}"`);
}

/** With the older fields `match` and `match_re`. */
function matchersOf(written: Fields, prefix = ''): readonly Matcher[] {
  const of = (name: string): unknown => written[`${prefix}${name}`];
  const pairs = (name: string): readonly (readonly [string, unknown])[] =>
    Object.entries(fields(of(name) ?? {}, name));
  return [
    ...pairs('match').map(([name, value]) => matcher(name, '=', String(value))),
    ...pairs('match_re').map(([name, value]) => matcher(name, '=~', String(value))),
    ...texts(of('matchers')).flatMap(text => readMatchers(text)),
  ];
}

function inhibitRule(written: Fields): InhibitRule {
  return {
    source: matchersOf(written, 'source_'),
    target: matchersOf(written, 'target_'),
    equal: texts(written['equal']),
  };
}

/** Only webhooks that are in the cluster can be reached. */
function receiversOf(
  file: Fields,
  problems: string[],
): ReadonlyMap<string, readonly Integration[]> {
  const receivers = new Map<string, readonly Integration[]>();
  for (const each of list(file['receivers'])) {
    const receiver = fields(each, 'receivers');
    const name = String(receiver['name'] ?? refuse('missing name in receiver'));
    if (receivers.has(name)) {
      refuse(`notification config name ${JSON.stringify(name)} is not unique`);
    }
    const integrations = Object.keys(receiver)
      .filter(field => field.endsWith('_configs'))
      .flatMap(field => {
        const kind = field.replace(/_configs$/, '');
        if (kind !== 'webhook')
          problems.push(`receiver ${name}: ${kind} is outside of the cluster`);
        return list(receiver[field]).map(one => integration(kind, fields(one, field)));
      });
    receivers.set(name, integrations);
  }
  return receivers;
}

/** Most tell of what is resolved unless they are told not to. */
const quietAboutResolved = new Set(['slack', 'email', 'wechat', 'sns']);

function integration(kind: string, written: Fields): Integration {
  const { url, url_file: file, send_resolved: resolved, max_alerts: alertsMax } = written;
  if (kind === 'webhook' && url === undefined && file === undefined) {
    refuse('one of url or url_file must be configured');
  }
  return {
    kind,
    sendsResolved: typeof resolved === 'boolean' ? resolved : !quietAboutResolved.has(kind),
    url: String(url ?? ''),
    alertsMax: Number(alertsMax ?? 0),
  };
}

function intervalsOf(
  file: Fields,
  problems: string[],
): ReadonlyMap<string, readonly TimeInterval[]> {
  const intervals = new Map<string, readonly TimeInterval[]>();
  for (const each of [...list(file['time_intervals']), ...list(file['mute_time_intervals'])]) {
    const { name, time_intervals: written } = fields(each, 'time_intervals');
    const read = list(written).map(one => {
      const { location } = fields(one, 'time_intervals');
      if (location !== undefined && location !== 'UTC') {
        problems.push(`time interval ${String(name)}: location ${String(location)} is read as UTC`);
      }
      // The fields are those of the file.
      return timeInterval(one as WrittenInterval) ?? refuse(`bad time interval ${String(name)}`);
    });
    intervals.set(String(name), read);
  }
  return intervals;
}
