/** Compares what was played with what was recorded, as the vectors' README asks. */
import { deepEqual } from '../../../sim/api/equality.js';
import type { Action, EventEntry, KubeletCase, Timing, TraceEntry } from './case.js';
import { namespace } from './lab.js';
import type { Played } from './play.js';

/** The first difference, or undefined. */
export function difference(vector: KubeletCase, played: Played): string | undefined {
  return (
    traceDifference(vector, played) ??
    eventDifference(vector, played) ??
    answerDifference(vector, played)
  );
}

const ignored = new Set([
  'lastTransitionTime',
  'lastProbeTime',
  'startedAt',
  'finishedAt',
  'startTime',
  'imageID',
]);

interface Names {
  readonly containers: Map<string, string>;
  readonly devices: Map<string, string>;
}

function numbered(map: Map<string, string>, key: string, prefix: string): string {
  const known = map.get(key);
  if (known !== undefined) return known;
  const name = `{{${prefix}:${map.size + 1}}}`;
  map.set(key, name);
  return name;
}

function normalText(text: string, names: Names): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, id => numbered(names.containers, id, 'cid'))
    .replace(/GPU-\d{8}/g, id => numbered(names.devices, id, 'dev'))
    .replace(/10\.88\.\d+\.\d+/g, '{{podIP}}')
    .replace(/10\.99\.0\.\d/g, '{{nodeIP}}')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '{{uid}}')
    .replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-{{rand}}')
    .replace(/\bt1\b/g, '{{tag}}')
    .replace('team/pull:1"', 'team/pull:{{tag}}"')
    .replace(new RegExp(`_${namespace}\\(`, 'g'), '_{{ns}}(')
    .replace(new RegExp(`\\b${namespace}/`, 'g'), '{{ns}}/')
    .replace(/ in [\d.msh]+ \([\d.msh]+ including/, ' in {{duration}} ({{duration}} including');
}

/** Without times and arbitrary names. */
function normal(value: unknown, names: Names, key = ''): unknown {
  if (typeof value === 'string') {
    if (
      key === 'image' &&
      /^registry\.local:5000\/team\/(?:pull|slow|late):(?!absent)/.test(value)
    ) {
      return '{{image}}';
    }
    if (key === 'podIP' || key === 'ip') return '{{podIP}}';
    if (key === 'message' && value.startsWith('Successfully pulled')) {
      return normalText(value, names).replace(/Image size: \d+/, 'Image size: N');
    }
    return normalText(value, names);
  }
  if (Array.isArray(value)) return value.map(item => normal(item, names, key));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Readonly<Record<string, unknown>>)
    .filter(([name, item]) => !ignored.has(name) && item !== null && item !== undefined)
    .map(([name, item]) => [name, normal(item, names, name)] as const);
  return Object.fromEntries(entries);
}

function normalEntry(entry: TraceEntry, names: Names): TraceEntry {
  const { t, status = {}, ...rest } = entry;
  const { resources: _, ...shown } = status as Readonly<Record<string, unknown>>;
  const hasNamed = rest.nodeName === undefined ? rest : { ...rest, nodeName: rest.nodeName };
  return { t, ...hasNamed, status: normal(shown, names) as Readonly<Record<string, unknown>> };
}

function freshNames(): Names {
  return { containers: new Map(), devices: new Map() };
}

/** A run of less than a second may end before the relist that would have seen it. */
function isShortRun(mine: TraceEntry, recorded: TraceEntry): boolean {
  const list = ({ status = {} }: TraceEntry) =>
    ['initContainerStatuses', 'containerStatuses'].flatMap(
      key => (status[key] ?? []) as readonly Told[],
    );
  return list(mine).some(({ name, state, restartCount }) => {
    if (state?.['running'] === undefined) return false;
    const other = list(recorded).find(item => item.name === name);
    const ended = other?.state?.['terminated'];
    if (ended === undefined || other?.restartCount !== restartCount) return false;
    return ended.startedAt?.s === ended.finishedAt?.s;
  });
}

/** A status in few words: the form of `dropped`. */
function summary({ status = {} }: TraceEntry): string {
  const told = status as {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly initContainerStatuses?: readonly Told[];
    readonly containerStatuses?: readonly Told[];
  };
  const conditions = (told.conditions ?? [])
    .filter(({ status: state }) => state === 'True')
    .map(({ type }) => type);
  const containers = [...(told.initContainerStatuses ?? []), ...(told.containerStatuses ?? [])];
  const shown = containers.map(({ name, state, restartCount, ready }) => {
    const [kind = '', detail] = Object.entries(state ?? {})[0] ?? [];
    const reason = detail?.reason === undefined ? '' : `/${detail.reason}`;
    return `${name}:${kind}${reason}#${restartCount}${ready ? '+' : ''}`;
  });
  return `${told.phase ?? ''} ${conditions.join(',')} | ${shown.join(' ')}`;
}

interface ToldState {
  readonly reason?: string;
  readonly startedAt?: { readonly s: number };
  readonly finishedAt?: { readonly s: number };
}

interface Told {
  readonly name: string;
  readonly state?: Readonly<Record<string, ToldState>>;
  readonly restartCount: number;
  readonly ready: boolean;
}

/** Two writes nearer than this may be one. */
const mergeSeconds = 0.05;

/** While a pod starts, latencies are an input: a quick sandbox makes one write of two. */
const startMergeSeconds = 0.3;
const startWrites = 3;

function traceDifference(vector: KubeletCase, played: Played): string | undefined {
  const wanted = (vector.trace ?? []).map(entry => entry);
  const names = freshNames();
  const wantedNames = freshNames();
  const got = played.trace.map(entry => normalEntry(entry, names));
  const expected = wanted.map(entry => normalEntry(entry, wantedNames));
  const mayDrop = new Set((vector.dropped?.trace ?? []).map(({ what }) => what.trim()));
  const matched: number[] = [];
  let at = 0;
  for (const [index, entry] of expected.entries()) {
    for (;;) {
      const mine = got[at];
      if (mine === undefined) return `write ${index} is missing: ${summary(entry)}`;
      if (deepEqual({ ...mine, t: 0 }, { ...entry, t: 0 })) break;
      const isDropped = mayDrop.has(summary(played.trace[at] as TraceEntry).trim());
      const next = got[at + 1];
      const limit = index <= startWrites ? startMergeSeconds : mergeSeconds;
      const mayMerge = next !== undefined && next.t - mine.t < limit && index <= startWrites;
      const isUnseen = isShortRun(mine, wanted[index] as TraceEntry);
      if (!isDropped && !mayMerge && !isUnseen) return told(index, mine, entry);
      at++;
    }
    matched.push(at++);
  }
  for (; at < got.length; at++) {
    const extra = got[at] as TraceEntry;
    const delay = delayOf(vector, played);
    const isLater = delay >= busySeconds && extra.t + delay > (vector.recordedSeconds ?? Infinity);
    if (!isLater && !mayDrop.has(summary(played.trace[at] as TraceEntry).trim())) {
      return `an extra write at ${extra.t.toFixed(2)}: ${summary(extra)}`;
    }
  }
  return timeDifference(
    vector.timing ?? [],
    startWrites + 1,
    matched.map(index => got[index]?.t ?? 0),
  );
}

/** From this delay on, what comes late was beyond the end of the recording. */
const busySeconds = 3;

/** How much later the recorded pod started its containers: latencies of a busy machine. */
function delayOf({ events = [] }: KubeletCase, played: Played): number {
  const started = (list: readonly EventEntry[]) =>
    list.find(({ reason }) => reason === 'Started')?.t ?? 0;
  return Math.max(0, started(events) - started(played.events));
}

function told(index: number, mine: TraceEntry, wanted: TraceEntry): string {
  const path = firstPath({ ...mine, t: 0 }, { ...wanted, t: 0 }, '');
  return `write ${index} at ${mine.t.toFixed(2)} (recorded ${wanted.t}) differs at ${path}; got ${summary(mine)}; recorded ${summary(wanted)}`;
}

function firstPath(mine: unknown, wanted: unknown, path: string): string {
  if (deepEqual(mine, wanted)) return '';
  if (
    typeof mine === 'object' &&
    typeof wanted === 'object' &&
    mine !== null &&
    wanted !== null &&
    Array.isArray(mine) === Array.isArray(wanted)
  ) {
    const [a, b] = [mine as Record<string, unknown>, wanted as Record<string, unknown>];
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    for (const key of keys) {
      const found = firstPath(a[key], b[key], `${path}.${key}`);
      if (found !== '') return found;
    }
  }
  return `${path} (${JSON.stringify(mine)} instead of ${JSON.stringify(wanted)})`;
}

/** How far the time from one write to the next may be from the recorded one. */
function timeDifference(
  timing: readonly Timing[],
  from: number,
  got: readonly number[],
): string | undefined {
  for (const [index, t] of got.entries()) {
    const wanted = timing[index];
    const before = timing[index - 1];
    if (wanted === undefined || before === undefined) continue;
    if (index < from) continue;
    const gap = t - (got[index - 1] ?? 0);
    const shortest = Math.max(0, wanted.min - before.max);
    const longest = wanted.max - before.min;
    if (gap >= shortest * 0.65 - 1.3 && gap <= longest * 1.5 + 1.5) continue;
    const range = `${shortest.toFixed(2)}..${longest.toFixed(2)}`;
    return `write ${index} comes ${gap.toFixed(2)} s after the one before; recorded ${range}`;
  }
  return undefined;
}

const lenient = new Set([
  'BackOff',
  'Unhealthy',
  'Failed',
  'FailedMount',
  'Pulled',
  'Pulling',
  'ErrImageNeverPull',
  'InspectFailed',
]);

function eventDifference(vector: KubeletCase, played: Played): string | undefined {
  const mayDrop = new Set(
    (vector.dropped?.events ?? []).map(({ reason, message }) => `${reason} ${message}`),
  );
  const wanted = normalEvents(vector.events ?? []);
  const delay = delayOf(vector, played);
  const isTold = ({ t }: EventEntry) =>
    delay < busySeconds || t + delay <= (vector.recordedSeconds ?? Infinity);
  const got = normalEvents(played.events.filter(isTold));
  const places = new Set([...wanted, ...got].map(({ fieldPath = '' }) => fieldPath));
  for (const place of places) {
    const at = (list: readonly EventEntry[]) =>
      list.filter(({ fieldPath = '' }) => fieldPath === place);
    const strict = (list: readonly EventEntry[]) =>
      at(list)
        .filter(
          ({ reason, message }) => !lenient.has(reason) && !mayDrop.has(`${reason} ${message}`),
        )
        .map(
          ({ type, reason, message, count, reporting }) =>
            `${type} ${reason} ${message} x${count} ${reporting}`,
        );
    const [mine, theirs] = [strict(got), strict(wanted)];
    if (!deepEqual(mine, theirs)) {
      const index = theirs.findIndex((text, i) => text !== mine[i]);
      const which = index < 0 ? theirs.length : index;
      return `event ${which} of ${place} is ${mine[which] ?? 'missing'}; recorded ${theirs[which] ?? 'none'}`;
    }
    const kinds = (list: readonly EventEntry[]) =>
      new Set(
        at(list)
          .filter(({ reason }) => lenient.has(reason))
          .map(({ type, reason, message }) => `${type} ${reason} ${message}`),
      );
    const [a, b] = [kinds(got), kinds(wanted)];
    for (const kind of b) if (!a.has(kind)) return `no event ${kind} of ${place}`;
    for (const kind of a) {
      if (!b.has(kind) && !mayDrop.has(kind.replace(/^\w+ /, '')))
        return `an extra event ${kind} of ${place}`;
    }
  }
  return undefined;
}

/** Container ids in messages differ from execution to execution. */
function normalEvents(events: readonly EventEntry[]): EventEntry[] {
  const names = freshNames();
  return events.map(event => ({
    ...event,
    message: String(normal(event.message, names, 'message')).replace(/\{\{cid:\d+\}\}/g, '{{cid}}'),
  }));
}

function answerDifference(vector: KubeletCase, played: Played): string | undefined {
  for (const [index, action] of (vector.actions ?? []).entries()) {
    const answer = played.answers[index];
    const wanted = action.result;
    if (wanted === undefined || action.what === 'fn') continue;
    if (action.what === 'exec') {
      const exec = execDifference(action, answer?.body);
      if (exec !== undefined) return `action ${index}: ${exec}`;
      continue;
    }
    if (wanted.status === undefined) continue;
    if (answer?.status !== wanted.status) {
      return `action ${index} is answered ${answer?.status} ${JSON.stringify(answer?.body)}; recorded ${wanted.status}`;
    }
    const bodies = bodyDifference(action, answer.body);
    if (bodies !== undefined) return `action ${index}: ${bodies}`;
  }
  return undefined;
}

/** What kubectl exec prints besides the command's own output is kubectl's. */
function execDifference({ result }: Action, body: unknown): string | undefined {
  const got = body as { readonly stdout: string; readonly exitCode: number } | undefined;
  if (got === undefined || (result?.stderr ?? '').startsWith('error:')) return undefined;
  if (got.exitCode !== result?.exit) {
    return `the command exits with ${got.exitCode}; recorded ${result?.exit}`;
  }
  return got.stdout === result.stdout ? undefined : `the command prints ${got.stdout}`;
}

function bodyDifference({ what, result }: Action, body: unknown): string | undefined {
  const wanted = result?.body;
  if (wanted === undefined) return undefined;
  const names = freshNames();
  if (typeof wanted === 'object' && wanted !== null && 'message' in wanted) {
    const mine = String((body as { readonly message?: string }).message);
    const theirs = String((wanted as { readonly message: string }).message);
    const isSame = normal(mine, names, 'message') === normal(theirs, freshNames(), 'message');
    return isSame ? undefined : `${mine}; recorded ${theirs}`;
  }
  if (what !== 'logs') return undefined;
  const text = textOf(body).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '{{rfc3339nano}}');
  return text === wanted
    ? undefined
    : `the log is ${JSON.stringify(text)}; recorded ${JSON.stringify(wanted)}`;
}

function textOf(body: unknown): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}
