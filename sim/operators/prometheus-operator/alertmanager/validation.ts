/** What is wrong with an AlertmanagerConfig. @upstream prometheus-operator v0.93 pkg/alertmanager/validation/v1alpha1/validation.go, pkg/apis/monitoring/v1alpha1/validation.go */
import type { Fields } from '../relabelings.js';
import { receiverErrors } from './receiver-errors.js';
import { receiverKinds, waysOf } from './receivers.js';
import { intervalError } from './time-intervals.js';
import type { AlertmanagerConfig, Matcher, MuteTimeInterval, Receiver, Route } from './types.js';

/** The first thing that is wrong; undefined: nothing. What it refers to is looked at elsewhere. */
export function configError({ metadata, spec }: AlertmanagerConfig): string | undefined {
  const { receivers = [], muteTimeIntervals = [], inhibitRules = [], route } = spec;
  const error =
    receiversError(receivers) ??
    intervalsError(muteTimeIntervals) ??
    (route === undefined
      ? undefined
      : routeError(route, {
          receivers: new Set(receivers.map(({ name }) => name)),
          intervals: new Set(muteTimeIntervals.map(({ name = '' }) => name)),
          isTop: true,
        }));
  if (error !== undefined) return error;
  for (const [index, rule] of inhibitRules.entries()) {
    for (const [word, matchers = []] of [
      ['target', rule.targetMatch],
      ['source', rule.sourceMatch],
    ] as const) {
      const found = matchersError(
        matchers,
        place =>
          `invalid ${word}Matchers[${place}] in inhibitRule[${index}] in config ${metadata.name ?? ''}`,
      );
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function receiversError(receivers: readonly Receiver[]): string | undefined {
  const names = new Set<string>();
  for (const receiver of receivers) {
    const { name } = receiver;
    if (names.has(name)) return `"${name}" receiver is not unique`;
    names.add(name);
    const error = waysError(receiver);
    if (error !== undefined) return `failed to validate receiver "${name}": ${error}`;
  }
  return undefined;
}

function waysError(receiver: Receiver): string | undefined {
  // The keys are those of the table.
  for (const kind of Object.keys(receiverKinds) as (keyof typeof receiverKinds)[]) {
    for (const [index, way] of waysOf(receiver, kind).entries()) {
      const error = receiverErrors[kind]?.(way) ?? httpError(way);
      if (error !== undefined) return `'${kind}'[${index}]: ${error}`;
    }
  }
  return undefined;
}

function httpError({ httpConfig }: Fields): string | undefined {
  const has = (name: string): boolean => (httpConfig as Fields | undefined)?.[name] !== undefined;
  const error = (): string | undefined => {
    if ((has('basicAuth') || has('oauth2')) && has('bearerTokenSecret')) {
      return "at most one of 'basicAuth', 'oauth2' and 'bearerTokenSecret' must be configured";
    }
    if (has('authorization') && has('bearerTokenSecret')) {
      return "'authorization' is not compatible with 'bearerTokenSecret'";
    }
    const count = ['authorization', 'basicAuth', 'oauth2'].filter(has).length;
    return count > 1
      ? "at most one of 'basicAuth', 'oauth2' and 'authorization' must be configured"
      : undefined;
  };
  const found = error();
  return found === undefined ? undefined : `'httpConfig': ${found}`;
}

function intervalsError(intervals: readonly MuteTimeInterval[]): string | undefined {
  for (const [index, each] of intervals.entries()) {
    const error = intervalError(each);
    if (error !== undefined) return `mute time interval[${index}] is invalid: ${error}`;
  }
  return undefined;
}

interface Known {
  readonly receivers: ReadonlySet<string>;
  readonly intervals: ReadonlySet<string>;
  readonly isTop: boolean;
}

const routeFields = new Set([
  'receiver',
  'groupBy',
  'groupWait',
  'groupInterval',
  'repeatInterval',
  'matchers',
  'continue',
  'routes',
  'muteTimeIntervals',
  'activeTimeIntervals',
]);

function routeError(route: Route, known: Known): string | undefined {
  const { receiver = '', groupBy = [], muteTimeIntervals = [], activeTimeIntervals = [] } = route;
  if (receiver === '' && known.isTop) return 'root route must define a receiver';
  if (receiver !== '' && !known.receivers.has(receiver)) return `receiver "${receiver}" not found`;
  const shown = `[${groupBy.join(' ')}]`;
  if (new Set(groupBy).size < groupBy.length) {
    return `duplicate values not permitted in route 'groupBy': ${shown}`;
  }
  if (groupBy.includes('...') && groupBy.length > 1) {
    return `'...' must be a sole value in route 'groupBy': ${shown}`;
  }
  const muted = muteTimeIntervals.find(name => !known.intervals.has(name));
  if (muted !== undefined) return `mute time interval "${muted}" not found`;
  const active = activeTimeIntervals.find(name => !known.intervals.has(name));
  if (active !== undefined) return `time interval "${active}" not found`;
  const error = matchersError(route.matchers ?? [], place => `matcher[${place}]`);
  return error ?? childrenError(route, known);
}

/** The API server has not looked at children. */
function childrenError({ routes = [] }: Route, known: Known): string | undefined {
  for (const [index, child] of routes.entries()) {
    const strange = Object.keys(child).find(name => !routeFields.has(name));
    if (strange !== undefined) return `route[${index}]: json: unknown field "${strange}"`;
  }
  for (const [index, child] of routes.entries()) {
    const error = routeError(child, { ...known, isTop: false });
    if (error !== undefined) return `route[${index}]: ${error}`;
  }
  return undefined;
}

const matchTypes = new Set(['=', '!=', '=~', '!~']);

function matchersError(
  matchers: readonly Matcher[],
  where: (place: number) => string,
): string | undefined {
  for (const [place, { name, matchType = '' }] of matchers.entries()) {
    if (matchType === '') continue;
    if (!matchTypes.has(matchType)) {
      return `${where(place)}: invalid 'matchType' '${matchType}' provided'`;
    }
    if (name.trim() === '') return `${where(place)}: matcher 'name' is required`;
  }
  return undefined;
}
