/** Replays one recorded scenario step by step. */
import type { KubeObject } from '../../../../sim/api/object.js';
import { rfc3339 } from '../../../../sim/api/time.js';
import type { CaseResult } from '../../family.js';
import { differenceOfEvents, differenceOfObjects } from './compare.js';
import { kindPaths } from './kind-paths.js';
import { Names } from './names.js';
import { detailOf, project, projectEvent, type Detail } from './project.js';
import {
  actsOf,
  snapshotTimes,
  startSecond,
  type Act,
  type Projected,
  type Scenario,
  type Step,
} from './scenario.js';
import { World } from './world.js';

/** What the record's `{{time}}` was in bodies of requests: a template's hash depends on it. */
const recordedTime = '2026-01-02T03:04:05Z';
/** No scenario is waited for any longer than this after its last step. */
const quietBoundMs = 30_000;
/** The pause between the requests of one step. */
const pauseMs = 1;

/** Replays the scenario; the reason of a failure is its first difference. */
export function replayScenario(scenario: Scenario): CaseResult {
  const { id } = scenario;
  const unknown = scenario.steps
    .flatMap(step => step.expect.objects)
    .find(({ kind }) => kindPaths[kind] === undefined);
  if (unknown !== undefined) return { id, result: 'failed', reason: `no path of ${unknown.kind}` };
  const reason = new Replay(scenario).run();
  return reason === undefined ? { id, result: 'passed' } : { id, result: 'failed', reason };
}

class Replay {
  private readonly world: World;
  private readonly names: Names;
  private readonly kinds: readonly string[];
  private readonly detail: Detail;
  /** The random names that the placeholders of the record stand for, within one step. */
  private readonly bound = new Map<string, string>();
  /** What was done to each randomly named object: recorded and replayed. */
  private readonly actions = new Map<string, string>();
  /** What was seen of each randomly named object, after each step: recorded and replayed. */
  private readonly recordedPast = new Map<string, string[]>();
  private readonly replayedPast = new Map<string, string[]>();
  private readonly eventCounts = new Map<string, number>();

  constructor(private readonly scenario: Scenario) {
    const second = startSecond(scenario);
    this.world = new World(scenario, second);
    const beganMs = this.world.beginMs - (second ?? 0) * 1000;
    this.names = new Names(scenario, Math.floor(beganMs / 60_000));
    const objects = scenario.steps.flatMap(step => step.expect.objects);
    this.kinds = [...new Set(objects.map(({ kind }) => kind))];
    this.detail = detailOf(objects);
    this.events();
  }

  run(): string | undefined {
    const { world, scenario } = this;
    const times = snapshotTimes(scenario);
    for (const [index, step] of scenario.steps.entries()) {
      world.loop.runUntil(world.beginMs + step.at * 1000);
      const title = `step ${index} (${step.do})`;
      this.forgetNames();
      const refusal = this.act(step);
      if (refusal !== undefined) return `${title}: ${refusal}`;
      const { atSeconds = 0, quietSeconds = 0 } = times[index] ?? {};
      world.loop.runUntil(world.beginMs + atSeconds * 1000 - 1);
      this.untilQuiet(quietSeconds);
      const reason = this.compare(step, index);
      if (reason !== undefined) return `${title}: ${reason}`;
    }
    return undefined;
  }

  /** Runs until nothing of the scenario has changed for so long, or the bound is met. */
  private untilQuiet(quietSeconds: number): void {
    const { loop } = this.world;
    const boundMs = loop.now() + quietBoundMs;
    for (;;) {
      this.learn();
      const dueMs = Math.min(boundMs, this.changedMs + quietSeconds * 1000 - 1);
      if (dueMs <= loop.now()) return;
      loop.runUntil(dueMs);
    }
  }

  private act(step: Step): string | undefined {
    for (const act of actsOf(step)) {
      const refusal = this.one(act);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  private one(act: Act): string | undefined {
    if (act.do === 'heartbeat') this.world.heartbeat(act.nodes ?? [], act.on === true);
    for (const pod of act.pods ?? []) this.noteAction(pod, act.do);
    if (act.do === 'bindDaemon')
      for (const pod of act.pods ?? []) this.bindDaemon(this.nameOf(pod));
    if (act.request === undefined) return undefined;
    for (const pod of act.pods ?? ['']) {
      const refusal = this.send(act, this.nameOf(pod));
      if (refusal !== undefined) return refusal;
      this.world.loop.runUntil(this.world.loop.now() + pauseMs);
    }
    return undefined;
  }

  private send(act: Act, pod: string): string | undefined {
    const { request, answer } = act;
    if (request === undefined) return undefined;
    this.learn();
    const path = this.filled(request.path, pod);
    const body =
      request.body === undefined
        ? undefined
        : (JSON.parse(this.filled(JSON.stringify(request.body), pod)) as unknown);
    const got = this.world.send(request.method, path, body, request.contentType);
    if (answer === undefined) return undefined;
    const { message = '' } = (got.body ?? {}) as { readonly message?: string };
    if (got.status !== answer.status) {
      return `${request.method} ${path} answered ${got.status} ${message}, not ${answer.status} ${answer.message ?? ''}`;
    }
    if (act.pods !== undefined || answer.message === undefined) return undefined;
    const [told, wanted] = [this.names.replayed(message), this.names.recorded(answer.message)];
    return told === wanted ? undefined : `answered ${told}, not ${wanted}`;
  }

  /** The text with its placeholders filled in. */
  private filled(text: string, pod: string): string {
    const nowMs = this.world.loop.now();
    return text
      .replaceAll('{pod}', pod)
      .replaceAll('{{time}}', recordedTime)
      .replace(/\{\{now(?:([+-]\d+))?\}\}/g, (_all, offset: string | undefined) =>
        rfc3339(nowMs + Number(offset ?? 0) * 1000),
      )
      .replace(/\{\{uid:([^}]+)\}\}/g, (all, place: string) => this.names.uidOf(place) ?? all)
      .replace(/[a-z0-9.-]*\{\{suffix:\d+\}\}/g, name => this.nameOf(name));
  }

  private bindDaemon(name: string): void {
    const path = `/api/v1/namespaces/${this.scenario.namespace}/pods/${name}`;
    const pod = this.world.send('GET', path).body as KubeObject;
    const node = /"matchFields":\[\{[^\]]*"values":\["([^"]+)"/.exec(
      JSON.stringify(pod['spec']),
    )?.[1];
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target };
    this.world.send('POST', `${path}/binding`, body);
    this.world.loop.runUntil(this.world.loop.now() + pauseMs);
  }

  /** The name that a recorded one stands for: any that was alike in all that was seen of it. */
  private nameOf(recorded: string): string {
    if (!recorded.includes('{{suffix:')) return recorded;
    const known = this.bound.get(recorded);
    if (known !== undefined) return known;
    const taken = new Set(this.bound.values());
    const past = this.recordedPast.get(recorded)?.join('\n');
    const done = this.actions.get(recorded);
    const alike = [...this.replayedPast].find(
      ([name, seen]) =>
        !taken.has(name) && this.actions.get(name) === done && seen.join('\n') === past,
    );
    const name = alike?.[0] ?? recorded;
    this.bound.set(recorded, name);
    return name;
  }

  /** Objects that were alike until now may change places again. */
  private forgetNames(): void {
    this.bound.clear();
  }

  private noteAction(recorded: string, action: string): void {
    const name = this.nameOf(recorded);
    for (const key of new Set([recorded, name])) {
      this.actions.set(key, `${this.actions.get(key) ?? ''} ${action}`);
    }
  }

  private compare(step: Step, index: number): string | undefined {
    const objects = this.snapshot();
    this.remember(step, objects, index);
    const difference = differenceOfObjects(step.expect.objects, objects, this.names);
    const events = this.events();
    return difference ?? differenceOfEvents(this.scenario, step, events, this.names);
  }

  private remember(step: Step, objects: readonly Projected[], index: number): void {
    const note = (past: Map<string, string[]>, name: string, text: string) => {
      const seen = past.get(name) ?? [];
      while (seen.length < index) seen.push('');
      seen.push(text);
      past.set(name, seen);
    };
    const nameIn = (object: Projected) => `${object.metadata.name ?? ''}`;
    for (const object of step.expect.objects) {
      if (!nameIn(object).includes('{{suffix:')) continue;
      note(this.recordedPast, nameIn(object), canonical(JSON.parse(this.names.recorded(object))));
    }
    for (const object of objects) {
      if (object.metadata['generateName'] === undefined) continue;
      note(this.replayedPast, nameIn(object), canonical(JSON.parse(this.names.replayed(object))));
    }
  }

  private snapshot(): readonly Projected[] {
    this.learn();
    return this.kinds.flatMap(kind => {
      const {
        prefix,
        resource,
        isCluster = false,
      } = kindPaths[kind] ?? { prefix: '', resource: '' };
      const scope = isCluster ? '' : `/namespaces/${this.scenario.namespace}`;
      return this.world
        .list(`${prefix}${scope}/${resource}`)
        .filter(object => this.isTold(object, kind, isCluster))
        .map(object => project(object, kind, this.detail));
    });
  }

  private isTold({ metadata }: KubeObject, kind: string, isCluster: boolean): boolean {
    const { name = '' } = metadata;
    if (isCluster && !name.startsWith(this.scenario.id)) return false;
    const isOfEvery =
      (kind === 'ConfigMap' && name === 'kube-root-ca.crt') ||
      (kind === 'ServiceAccount' && name === 'default');
    return (
      !isOfEvery ||
      JSON.stringify(this.scenario.steps).includes(`"kind":"${kind}","metadata":{"name":"${name}"`)
    );
  }

  /** The events that are new, or were told again, since the last time. */
  private events(): ReturnType<typeof projectEvent>[] {
    const { namespace, id } = this.scenario;
    const own = this.world.list(`/api/v1/namespaces/${namespace}/events`);
    const ofNodes = this.world.list('/api/v1/namespaces/default/events');
    const isOfNode = (name: string) => name.startsWith(id);
    const all = [...own, ...ofNodes.filter(event => isOfNode(projectEvent(event).regarding.name))];
    return all.flatMap(event => {
      const projected = projectEvent(event);
      const key = `${event.metadata.namespace ?? ''}/${event.metadata.name ?? ''}`;
      const before = this.eventCounts.get(key) ?? 0;
      const count = Number(projected.count);
      this.eventCounts.set(key, count);
      if (count <= before || projected.source === 'persistentvolume-controller') return [];
      return [projected];
    });
  }

  /** Learns the uids of all objects that ever were. */
  private learn(): void {
    const { namespace: own, id } = this.scenario;
    for (const { object, revision, timeMs } of this.world.server.history(this.learned)) {
      this.names.learn(object);
      this.learned = revision;
      const { namespace, name = '' } = object.metadata;
      const isOwn = namespace === own || (namespace === undefined && name.startsWith(id));
      if (isOwn) this.changedMs = timeMs;
    }
  }

  private learned = 0;
  /** When something of the scenario last changed. */
  private changedMs = 0;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${key}:${canonical(item)}`).join(',')}}`;
}
