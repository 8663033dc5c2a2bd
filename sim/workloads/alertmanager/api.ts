/**
 * Alertmanager's API. Left out, and answered as a path that there is not: groups of alerts, the filters
 * of receivers.
 * @upstream prometheus/alertmanager api/v2/api.go
 */
import { isRecord } from '../../api/equality.js';
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import { timeMs } from '../../api/time.js';
import { textPage } from '../agnhost/http.js';
import { isActiveSilence, type Alert, type AlertStore, type Silence } from './alerts.js';
import type { AlertmanagerConfiguration } from './configuration.js';
import type { Dispatcher } from './dispatcher.js';
import { allMatch, matcher, MatcherError, readMatchers, type LabelSet } from './matchers.js';
import { goTime } from './message.js';

/** What is asked. */
export interface Served {
  readonly store: AlertStore;
  readonly configuration: AlertmanagerConfiguration;
  readonly dispatcher: Dispatcher;
  readonly nowMs: number;
  readonly startedMs: number;
  readonly version: string;
  /** A name for a silence. */
  uuid(): string;
}

const json = (value: unknown, status = 200): HttpResponse => ({
  status,
  contentType: 'application/json',
  body: `${JSON.stringify(value)}\n`,
});

/** Answers one request below `/api/v2`. */
export function answerApi(served: Served, request: HttpRequest): HttpResponse {
  const { pathname, searchParams } = new URL(request.path, 'http://alertmanager');
  const route = pathname.replace(/^\/api\/v2/, '');
  const { method } = request;
  try {
    if (route === '/alerts' && method === 'POST') return takeAlerts(served, request.body);
    if (route === '/alerts' && method === 'GET') return json(shownAlerts(served, searchParams));
    if (route === '/silences' && method === 'POST') return takeSilence(served, request.body);
    if (route === '/silences' && method === 'GET') {
      return json([...served.store.silences.values()].map(one => shownSilence(one, served.nowMs)));
    }
    if (route === '/status') return json(status(served));
    if (route === '/receivers') {
      return json([...served.configuration.receivers.keys()].map(name => ({ name })));
    }
    const [, id] = /^\/silence\/([^/]+)$/.exec(route) ?? [];
    if (id !== undefined) return oneSilence(served, id, method);
  } catch (error) {
    if (error instanceof MatcherError) return json(error.message, 400);
    throw error;
  }
  return json({ code: 404, message: `path ${pathname} was not found` }, 404);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

const textsOf = (value: unknown): LabelSet =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? value : {})
      .map(([name, text]) => [name, String(text)] as const)
      .filter(([, text]) => text !== ''),
  );

function takeAlerts(served: Served, body: string): HttpResponse {
  const told = parsed(body);
  if (!Array.isArray(told)) {
    return json({ code: 400, message: 'parsing alerts body from "" failed' }, 400);
  }
  const errors: string[] = [];
  for (const each of told as readonly unknown[]) {
    const problem = takeAlert(served, isRecord(each) ? each : {});
    if (problem !== undefined) errors.push(problem);
  }
  if (errors.length > 0) return json(errors.join('\n'), 400);
  return { status: 200, contentType: 'application/json', body: '' };
}

function takeAlert(
  { store, dispatcher, configuration, nowMs }: Served,
  told: Readonly<Record<string, unknown>>,
): string | undefined {
  const labels = textsOf(told['labels']);
  const endsAt = timeOf(told['endsAt']);
  const startsMs = timeOf(told['startsAt']) ?? Math.min(endsAt ?? nowMs, nowMs);
  const endsMs = endsAt ?? nowMs + configuration.resolveTimeoutMs;
  if (endsMs < startsMs) return 'start time must be before end time';
  if (Object.keys(labels).length === 0) return 'at least one label pair required';
  const alert = {
    labels,
    annotations: textsOf(told['annotations']),
    generatorURL: typeof told['generatorURL'] === 'string' ? told['generatorURL'] : '',
    ...{ startsMs, endsMs, updatedMs: nowMs, timesOut: endsAt === undefined },
  };
  dispatcher.take(store.put(alert, nowMs));
  return undefined;
}

/** Go's zero time is none. */
function timeOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? timeMs(value) : undefined;
  return ms === undefined || ms < 0 ? undefined : ms;
}

function shownAlerts(served: Served, asked: URLSearchParams): readonly unknown[] {
  const { store, configuration, nowMs } = served;
  const filters = asked.getAll('filter').flatMap(text => readMatchers(text));
  const isWanted = (name: string): boolean => asked.get(name) !== 'false';
  return store.all().flatMap(alert => {
    if (alert.endsMs <= nowMs || !allMatch(filters, alert.labels)) return [];
    const kept = store.keptBack(alert, configuration.inhibitRules, nowMs);
    const isSilenced = kept.silencedBy.length > 0;
    const isInhibited = kept.inhibitedBy.length > 0;
    const isActive = !isSilenced && !isInhibited;
    if (isSilenced && !isWanted('silenced')) return [];
    if (isInhibited && !isWanted('inhibited')) return [];
    if (isActive && !isWanted('active')) return [];
    return [shownAlert(alert, served, kept)];
  });
}

function shownAlert(
  alert: Alert,
  { dispatcher }: Served,
  kept: ReturnType<AlertStore['keptBack']>,
): unknown {
  const isActive = kept.silencedBy.length === 0 && kept.inhibitedBy.length === 0;
  return {
    annotations: alert.annotations,
    endsAt: goTime(alert.endsMs),
    fingerprint: alert.fingerprint,
    receivers: dispatcher.receiversOf(alert).map(name => ({ name })),
    startsAt: goTime(alert.startsMs),
    status: { ...kept, mutedBy: [], state: isActive ? 'active' : 'suppressed' },
    updatedAt: goTime(alert.updatedMs),
    generatorURL: alert.generatorURL,
    labels: alert.labels,
  };
}

function takeSilence({ store, nowMs, uuid }: Served, body: string): HttpResponse {
  const told = parsed(body);
  if (!isRecord(told)) return json({ code: 400, message: 'parsing silence body failed' }, 400);
  const { matchers, startsAt, endsAt, createdBy = '', comment = '', id } = told;
  const startsMs = Math.max(timeOf(startsAt) ?? nowMs, nowMs);
  const endsMs = timeOf(endsAt) ?? 0;
  if (endsMs <= startsMs) return json('invalid silence: start time must be before end time', 400);
  const known = typeof id === 'string' && id !== '' ? store.silences.get(id) : undefined;
  if (typeof id === 'string' && id !== '' && known === undefined) {
    return json('silence not found', 404);
  }
  const silence: Silence = {
    id: known?.id ?? uuid(),
    matchers: (Array.isArray(matchers) ? (matchers as readonly unknown[]) : []).map(matcherOf),
    ...{ startsMs: known?.startsMs ?? startsMs, endsMs, updatedMs: nowMs },
    createdBy: String(createdBy),
    comment: String(comment),
  };
  if (silence.matchers.length === 0) {
    return json('invalid silence: at least one matcher required', 400);
  }
  store.silences.set(silence.id, silence);
  return json({ silenceID: silence.id });
}

function matcherOf(value: unknown) {
  const { name, value: text, isRegex, isEqual = true } = isRecord(value) ? value : {};
  const operator = isRegex === true ? '~' : '';
  const whole = isEqual === false ? (`!${operator || '='}` as const) : (`=${operator}` as const);
  return matcher(String(name ?? ''), whole, String(text ?? ''));
}

function oneSilence({ store, nowMs }: Served, id: string, method: string): HttpResponse {
  const silence = store.silences.get(id);
  if (silence === undefined) return { ...textPage('', 404), contentType: 'application/json' };
  if (method !== 'DELETE') return json(shownSilence(silence, nowMs));
  store.silences.set(id, { ...silence, endsMs: nowMs, updatedMs: nowMs });
  return { status: 200, contentType: 'application/json', body: '' };
}

function shownSilence(silence: Silence, nowMs: number): unknown {
  const { id, startsMs, endsMs, updatedMs, createdBy, comment } = silence;
  const isOver = endsMs <= nowMs;
  return {
    id,
    status: { state: isOver ? 'expired' : isActiveSilence(silence, nowMs) ? 'active' : 'pending' },
    updatedAt: goTime(updatedMs),
    comment,
    createdBy,
    endsAt: goTime(endsMs),
    matchers: silence.matchers.map(({ name, operator, value }) => ({
      isEqual: operator.startsWith('='),
      isRegex: operator.endsWith('~'),
      name,
      value,
    })),
    startsAt: goTime(startsMs),
  };
}

function status({ configuration, startedMs, version }: Served): unknown {
  return {
    cluster: { peers: [], status: 'disabled' },
    config: { original: configuration.text },
    uptime: goTime(startedMs),
    versionInfo: {
      ...{ branch: '', buildDate: '', buildUser: '', goVersion: '', revision: '' },
      version,
    },
  };
}
