/** Runs the steps of one scenario against a control plane in process. */
import type { ApiAnswer, ApiRequest, Connection, WatchEvent } from '../../../../sim/api/request.js';
import { bootCluster, type Cluster } from './cluster.js';
import { differences, holds } from './compare.js';
import { Hooks, hookCA, hookURL } from './hooks.js';
import { Memory } from './memory.js';
import { pick, reduceBody } from './reduce.js';
import { needsOf, type Caller, type Scenario, type Step } from './scenario.js';

const eventuallyMs = 30_000;
const pollMs = 60;
const watchMs = 10_000;
const settleMs = 250;

/** Where and how a scenario failed; undefined: it passed. */
export function replayScenario(scenario: Scenario): string | undefined {
  const run = new Run(scenario);
  for (const [index, step] of scenario.steps.entries()) {
    const lines = run.step(step);
    if (lines.length === 0) continue;
    const asked = `${step.do ?? ''} ${step.method ?? ''} ${step.url ?? ''}`.trim();
    return [`step ${index + 1}: ${asked}`, ...lines].join('\n    ');
  }
  return undefined;
}

/** An answer as it would come over a socket. */
interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string | null;
  readonly text: string;
  readonly body: unknown;
  readonly warnings: readonly string[];
}

class Run {
  private readonly memory = Memory.empty();
  private readonly hooks: Hooks;
  private readonly cluster: Cluster;

  constructor(private readonly scenario: Scenario) {
    this.hooks = new Hooks(scenario.hooks ?? {});
    this.cluster = bootCluster({
      needs: needsOf(scenario),
      callWebhook: (loop, call, done) => this.hooks.call(loop, call, done),
    });
    if (scenario.hooks !== undefined) {
      this.memory.bind('hookURL:1', hookURL);
      this.memory.bind('hookCA:1', hookCA);
    }
  }

  /** One step; the answer is the list of differences. */
  step(step: Step): readonly string[] {
    try {
      return this.stepOf(step);
    } catch (error) {
      return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    }
  }

  private stepOf(step: Step): readonly string[] {
    const { loop, server } = this.cluster;
    switch (step.do) {
      case undefined:
        return this.compareAnswer(step, this.call(step));
      case 'eventually':
        return this.eventually(step);
      case 'watch':
        return this.watch(step);
      case 'wait':
        loop.runUntil(loop.now() + (step.seconds ?? 0) * 1000);
        return [];
      case 'compact':
        server.compact();
        return [];
      case 'webhookCalls':
        return this.compareCalls(step);
      case 'auditEvents':
        return this.compareAudit(step);
      default:
        return [`unknown step ${step.do}`];
    }
  }

  private call(step: Step): Received {
    const answer = this.open(step);
    this.cluster.loop.runUntil(this.cluster.loop.now() + 1);
    return received(answer);
  }

  private open(step: Step): ApiAnswer {
    const { request, connection } = this.requestOf(step);
    return this.cluster.send(request, connection);
  }

  private requestOf(step: Step): { request: ApiRequest; connection: Connection } {
    const filled = this.memory.fill({
      as: step.as ?? null,
      url: step.url,
      body: step.body ?? null,
    }) as { as: Caller | null; url: string; body: unknown };
    const { userAgent } = needsOf(this.scenario);
    const body = bodyOf(step, filled.body);
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...(userAgent !== undefined && { 'user-agent': userAgent }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...step.headers,
      ...callerHeaders(filled.as),
    };
    const isAdmin =
      filled.as === null || (filled.as !== 'anonymous' && filled.as.token === undefined);
    return {
      request: {
        method: (step.method ?? 'GET') as ApiRequest['method'],
        path: filled.url,
        headers,
        ...(body !== undefined && { body: new TextEncoder().encode(body) }),
      },
      connection: isAdmin
        ? { certificate: { user: 'admin', groups: ['system:masters'] }, sourceIP: '127.0.0.1' }
        : { sourceIP: '127.0.0.1' },
    };
  }

  private eventually(step: Step): readonly string[] {
    const { loop } = this.cluster;
    const deadline = loop.now() + eventuallyMs;
    // What is waited for took its time when it was recorded: controllers had their turn.
    loop.runUntil(loop.now() + pollMs);
    for (;;) {
      const answer = this.call(step);
      if (holds(this.memory.fill(step.until), answer)) return this.compareAnswer(step, answer);
      if (loop.now() > deadline) {
        return [
          `never came true: ${JSON.stringify(step.until)}`,
          `last answer: ${answer.status} ${answer.text}`,
        ];
      }
      loop.runUntil(loop.now() + pollMs);
    }
  }

  private compareAnswer(step: Step, answer: Received): readonly string[] {
    const { expect, partial, text } = step;
    const { status, warnings = [], contentType = answer.contentType, headers = {} } = expect;
    const sent = Object.fromEntries(
      Object.keys(headers).map(name => [name, answer.headers[name] ?? null]),
    );
    const got = {
      status: answer.status,
      warnings: answer.warnings,
      contentType: answer.contentType,
      headers: sent,
    };
    const lines = [...differences({ status, warnings, contentType, headers }, got, this.memory)];
    if (status !== answer.status) lines.push(`answer: ${answer.text.slice(0, 400)}`);
    if (expect.body === undefined) return lines;
    const body = reduceBody(expect, text === true ? answer.text : answer.body);
    const { unordered } = expect;
    return [...lines, ...differences(expect.body, body, this.memory, { partial, unordered })];
  }

  private watch(step: Step): readonly string[] {
    const answer = this.open(step);
    const { expect } = step;
    if (answer.stream === undefined || expect.events === undefined) {
      return this.compareAnswer(step, received(answer));
    }
    const items: WatchEvent[] = [];
    let isEnded = false;
    const close = answer.stream.start({
      item: item => void items.push(JSON.parse(JSON.stringify(item)) as WatchEvent),
      end: () => {
        isEnded = true;
      },
    });
    try {
      for (const inner of step.during ?? []) {
        const lines = this.step(inner);
        if (lines.length > 0) return [`during ${inner.method} ${inner.url}:`, ...lines];
      }
      return this.compareEvents(step, items, () => isEnded);
    } finally {
      close();
    }
  }

  private compareEvents(
    { expect, partial }: Step,
    items: readonly WatchEvent[],
    isEnded: () => boolean,
  ): readonly string[] {
    const { loop } = this.cluster;
    const wanted = expect.events ?? [];
    const events = () =>
      items.filter(event => expect.ignorePlainBookmarks !== true || !isPlainBookmark(event));
    const isDone = () => isEnded() || (expect.closed !== true && events().length >= wanted.length);
    loop.runWhile(() => !isDone(), loop.now() + watchMs);
    if (!isEnded()) loop.runUntil(loop.now() + settleMs);
    const { pick: paths } = expect;
    const shown = events().map(({ type, object }) => ({
      type,
      object: paths !== undefined && type !== 'BOOKMARK' ? pick(object, paths) : object,
    }));
    const lines = differences(wanted, shown, this.memory, { partial });
    return expect.closed === true && !isEnded()
      ? ['the server did not end the watch', ...lines]
      : lines;
  }

  private compareCalls({ reset, path, expect }: Step): readonly string[] {
    const calls = this.hooks.take().filter(call => path === undefined || call.path === path);
    if (reset === true) return [];
    const wanted = expect.calls ?? [];
    const shown = calls.map((call, index) => ({
      ...call,
      body: reduceBody({ view: wanted[index]?.['view'] }, call.body),
    }));
    return differences(
      wanted.map(({ view: _, ...call }) => call),
      shown,
      this.memory,
    );
  }

  private compareAudit({ match = {}, expect }: Step): readonly string[] {
    const { userAgent } = needsOf(this.scenario);
    const events = this.cluster.auditEvents
      .map(event => JSON.parse(JSON.stringify(event)) as AuditEvent)
      .filter(
        event =>
          event.userAgent === userAgent &&
          (match.uri === undefined || new RegExp(match.uri).test(event.requestURI)) &&
          (match.notUri === undefined || !new RegExp(match.notUri).test(event.requestURI)) &&
          (match.stage === undefined || event.stage === match.stage) &&
          (match.code === undefined || event.responseStatus?.code === match.code) &&
          (match.impersonated !== true || event.impersonatedUser !== undefined),
      )
      .map(cutAuditEvent);
    return differences(expect.events ?? [], events, this.memory);
  }
}

interface AuditEvent {
  readonly userAgent?: string;
  readonly requestURI: string;
  readonly stage?: string;
  readonly responseStatus?: { readonly code?: number };
  readonly impersonatedUser?: unknown;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly authenticationMetadata?: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** Without what differs from run to run: latencies, the caller's credential, the impersonation constraint. */
function cutAuditEvent({ authenticationMetadata: _, ...event }: AuditEvent): unknown {
  const user = without(event.user ?? {}, 'extra', 'authentication.kubernetes.io/credential-id');
  return { ...without({ ...event }, 'annotations', 'apiserver.latency.k8s.io/'), user };
}

function without(object: Readonly<Record<string, unknown>>, name: string, cut: string) {
  const entries = Object.entries((object[name] ?? {}) as Readonly<Record<string, unknown>>);
  const kept = entries.filter(([key]) => !key.startsWith(cut));
  const { [name]: _, ...others } = object;
  return kept.length > 0 ? { ...others, [name]: Object.fromEntries(kept) } : others;
}

function bodyOf({ bodyRepeat }: Step, body: unknown): string | undefined {
  if (bodyRepeat !== undefined) {
    const [prefix, item, count, separator, suffix] = bodyRepeat;
    return prefix + Array<string>(count).fill(item).join(separator) + suffix;
  }
  if (body === null || body === undefined) return undefined;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function callerHeaders(caller: Caller | null): Readonly<Record<string, string>> {
  if (caller === null || caller === 'anonymous') return {};
  const { token, impersonate, uid, groups = [], extra } = caller;
  const groupList = Array.isArray(groups) ? groups : [groups];
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(impersonate !== undefined && { 'impersonate-user': impersonate }),
    ...(uid !== undefined && { 'impersonate-uid': uid }),
    ...(groupList.length > 0 && { 'impersonate-group': groupList.join(',') }),
    ...Object.fromEntries(
      Object.entries(extra ?? {}).map(([name, values]) => [
        `impersonate-extra-${name.toLowerCase()}`,
        (Array.isArray(values) ? values : [values]).join(','),
      ]),
    ),
  };
}

function received(answer: ApiAnswer): Received {
  const contentType = answer.headers['content-type'] ?? null;
  const text = textOf(answer);
  let body: unknown = text;
  if (contentType !== null && contentType.includes('json')) {
    try {
      body = JSON.parse(text);
    } catch {
      body = text;
    }
  }
  const { status, headers, warnings = [] } = answer;
  return { status, headers, contentType, text, body, warnings };
}

function textOf({ body }: ApiAnswer): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  return `${JSON.stringify(body)}\n`;
}

/** A bookmark that doesn't end the initial events; of a Table the annotation is on the object of its row. */
function isPlainBookmark({ type, object }: WatchEvent): boolean {
  if (type !== 'BOOKMARK') return false;
  const shown = object as {
    readonly kind?: string;
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    readonly rows?: readonly { readonly object?: { readonly metadata?: object } }[];
  };
  const metadata = (shown.kind === 'Table' ? shown.rows?.[0]?.object?.metadata : shown.metadata) as
    { readonly annotations?: Readonly<Record<string, string>> } | undefined;
  return metadata?.annotations?.['k8s.io/initial-events-end'] === undefined;
}
