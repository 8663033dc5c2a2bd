import { expect, it } from 'vitest';
import { Loop } from '../../engine/loop.js';
import { AlertStore } from './alerts.js';
import { answerApi } from './api.js';
import {
  AlertmanagerConfigError,
  readAlertmanagerConfiguration,
  type AlertmanagerConfiguration,
} from './configuration.js';
import { Dispatcher, type Notification } from './dispatcher.js';
import { fingerprint, matchersText, readMatchers, type LabelSet } from './matchers.js';
import { containsTime, timeInterval } from './time-interval.js';

const minuteMs = 60_000;

/** An Alertmanager of which only the clock and the notifications are seen. */
class Bench {
  readonly loop = new Loop({ startMs: 0 });
  readonly store = new AlertStore();
  readonly told: string[] = [];
  isDown = false;
  private readonly dispatcher: Dispatcher;
  private readonly configuration: AlertmanagerConfiguration;

  constructor(text: string) {
    this.configuration = readAlertmanagerConfiguration(text);
    this.dispatcher = new Dispatcher(this.configuration, {
      clock: this.loop,
      store: this.store,
      notify: (notification, done) => {
        if (!this.isDown) this.told.push(this.textOf(notification));
        done(!this.isDown);
      },
    });
  }

  /** It fires until it is told otherwise. */
  fire(labels: LabelSet, endsMs = Infinity): void {
    const nowMs = this.loop.now();
    const times = { startsMs: nowMs, endsMs, updatedMs: nowMs, timesOut: false };
    const texts = { labels, annotations: {}, generatorURL: '' };
    this.dispatcher.take(this.store.put({ ...texts, ...times }, nowMs));
  }

  resolve(labels: LabelSet): void {
    const nowMs = this.loop.now();
    const times = { startsMs: 0, endsMs: nowMs, updatedMs: nowMs, timesOut: false };
    const texts = { labels, annotations: {}, generatorURL: '' };
    this.dispatcher.take(this.store.put({ ...texts, ...times }, nowMs));
  }

  /** Status and body of an answer of the API. */
  ask(method: string, path: string, body?: unknown): readonly [number, unknown] {
    const { store, dispatcher, configuration, loop } = this;
    const about = { nowMs: loop.now(), startedMs: 0, version: '1', uuid: () => 'id' };
    const request = { protocol: 'http', method, path: `/api/v2${path}` } as const;
    const answer = answerApi(
      { store, dispatcher, configuration, ...about },
      { ...request, body: body === undefined ? '' : JSON.stringify(body) },
    );
    const told = answer.body === '' ? undefined : (JSON.parse(answer.body) as unknown);
    return [answer.status, told];
  }

  advance(ms: number): void {
    this.loop.runUntil(this.loop.now() + ms);
  }

  private textOf({ receiver, groupKey, alerts }: Notification): string {
    const names = alerts.map(
      ({ labels, endsMs }) =>
        `${labels['alertname']}${endsMs > this.loop.now() ? '' : ' resolved'}`,
    );
    return `${this.loop.now() / 1000}s ${receiver} ${groupKey} ${names.join(', ')}`;
  }
}

const receivers = `
receivers:
  - name: team
    webhook_configs: [{ url: http://team }]
  - name: quiet
    webhook_configs: [{ url: http://quiet, send_resolved: false }]
`;

it('waits for a group, tells of what is new, of what is resolved, and again', () => {
  const bench = new Bench(`
route: { receiver: team, group_by: [cluster], repeat_interval: 20m }
${receivers}`);
  bench.fire({ alertname: 'A', cluster: 'c' });
  bench.advance(10_000);
  bench.fire({ alertname: 'B', cluster: 'c' });
  bench.advance(30_000);
  expect(bench.told).toEqual(['30s team {}:{cluster="c"} A, B']);
  bench.advance(5 * minuteMs);
  expect(bench.told).toHaveLength(1);
  bench.resolve({ alertname: 'A', cluster: 'c' });
  bench.advance(5 * minuteMs);
  expect(bench.told.slice(1)).toEqual(['630s team {}:{cluster="c"} A resolved, B']);
  bench.advance(30 * minuteMs);
  // Looked at every five minutes: more than twenty after the last.
  expect(bench.told.slice(2)).toEqual(['2130s team {}:{cluster="c"} B']);
});

it('goes down the tree, and on where a route says so', () => {
  const bench = new Bench(`
route:
  receiver: team
  group_wait: 0s
  routes:
    - { matchers: ['severity=~"warn.*"'], receiver: quiet, continue: true, group_by: ['...'] }
    - { match: { gpu: "0" } }
    - { match_re: { gpu: '[0-9]' }, receiver: quiet }
${receivers}`);
  bench.fire({ alertname: 'A', severity: 'warning', gpu: '0' });
  bench.fire({ alertname: 'B' });
  bench.advance(1);
  expect(bench.told).toEqual([
    '0s quiet {}/{severity=~"warn.*"}:{alertname="A", gpu="0", severity="warning"} A',
    '0s team {}/{gpu="0"}:{} A',
    '0s team {}:{} B',
  ]);
  bench.resolve({ alertname: 'A', severity: 'warning', gpu: '0' });
  bench.advance(5 * minuteMs);
  expect(bench.told.slice(3)).toEqual(['300s team {}/{gpu="0"}:{} A resolved']);
});

it('keeps back what is inhibited or silenced', () => {
  const bench = new Bench(`
route: { receiver: team, group_wait: 10s, group_interval: 1m }
inhibit_rules:
  - { source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [node] }
${receivers}`);
  bench.fire({ alertname: 'Down', severity: 'critical', node: 'a' });
  bench.fire({ alertname: 'Slow', severity: 'warning', node: 'a' });
  bench.fire({ alertname: 'SlowToo', severity: 'warning', node: 'b' });
  const who = { createdBy: 'me', comment: '' };
  const times = { startsMs: 0, endsMs: 2 * minuteMs, updatedMs: 0 };
  bench.store.silences.set('1', { id: '1', matchers: readMatchers('node="b"'), ...times, ...who });
  bench.advance(minuteMs);
  expect(bench.told).toEqual(['10s team {}:{} Down']);
  bench.advance(2 * minuteMs);
  expect(bench.told.slice(1)).toEqual(['130s team {}:{} Down, SlowToo']);
});

it('is mute in its intervals', () => {
  const bench = new Bench(`
route: { receiver: team, routes: [{ mute_time_intervals: [night], group_wait: 1s }] }
time_intervals:
  - { name: night, time_intervals: [{ times: [{ start_time: '00:00', end_time: '00:07' }] }] }
${receivers}`);
  bench.fire({ alertname: 'A' });
  bench.advance(6 * minuteMs);
  expect(bench.told).toEqual([]);
  bench.advance(5 * minuteMs);
  expect(bench.told).toEqual(['601s team {}/{}:{} A']);
});

it('tells again what did not get through, and of what was resolved meanwhile not at all', () => {
  const bench = new Bench(`
route: { receiver: team, group_wait: 0s, group_interval: 1m }
${receivers}`);
  bench.isDown = true;
  bench.fire({ alertname: 'A' });
  bench.fire({ alertname: 'B' });
  bench.advance(1);
  bench.isDown = false;
  bench.resolve({ alertname: 'B' });
  bench.advance(minuteMs);
  expect(bench.told).toEqual(['60s team {}:{} A, B resolved']);
});

it('refuses what Alertmanager refuses', () => {
  const read = (text: string) => () => readAlertmanagerConfiguration(text);
  expect(read('receivers: []')).toThrow(AlertmanagerConfigError);
  expect(read(`route: { receiver: nobody }\n${receivers}`)).toThrow(
    'undefined receiver "nobody" used in route',
  );
  expect(read(`route: { receiver: team, matchers: [a=b] }\n${receivers}`)).toThrow(
    'root route must not have any matchers',
  );
  expect(read(`route: { receiver: team, mute_time_intervals: [x] }\n${receivers}`)).toThrow(
    'undefined time interval "x" used in route',
  );
});

it('reads matchers, and tells alerts apart as Prometheus does', () => {
  expect(matchersText(readMatchers('{b!~"x|y", a = "q\\"", c=d}'))).toBe(
    '{a="q\\"",b!~"x|y",c="d"}',
  );
  expect(() => readMatchers('a')).toThrow('bad matcher format: a');
  // The empty set has the offset of FNV-1a.
  expect(fingerprint({})).toBe('cbf29ce484222325');
});

it('knows weekdays, months and the ends of months', () => {
  const at = (text: string) => Date.parse(text);
  const workdays = timeInterval({ weekdays: ['monday:friday'], months: ['january', '2:3'] });
  expect(workdays && containsTime(workdays, at('2026-01-02T12:00:00Z'))).toBe(true);
  expect(workdays && containsTime(workdays, at('2026-01-03T12:00:00Z'))).toBe(false);
  expect(workdays && containsTime(workdays, at('2026-04-03T12:00:00Z'))).toBe(false);
  const ends = timeInterval({ days_of_month: ['-2:-1'] });
  expect(ends && containsTime(ends, at('2026-02-27T00:00:00Z'))).toBe(true);
  expect(ends && containsTime(ends, at('2026-02-26T23:59:00Z'))).toBe(false);
  expect(timeInterval({ weekdays: ['someday'] })).toBeUndefined();
});

it('answers its API: alerts that come, silences that keep them back', () => {
  const bench = new Bench(`route: { receiver: team }\n${receivers}`);
  const labels = { alertname: 'A', gpu: '1' };
  const post = (path: string, body: unknown) => bench.ask('POST', path, body);
  expect(post('/alerts', [{ labels: { a: '' } }])).toEqual([
    400,
    'at least one label pair required',
  ]);
  const none = { endsAt: '0001-01-01T00:00:00Z' };
  expect(post('/alerts', [{ labels, annotations: {}, ...none }])).toEqual([200, undefined]);
  const [, told] = bench.ask('GET', '/alerts?filter=gpu%3D%221%22');
  expect(told).toEqual([
    {
      annotations: {},
      endsAt: '1970-01-01T00:05:00Z',
      fingerprint: fingerprint(labels),
      receivers: [{ name: 'team' }],
      startsAt: '1970-01-01T00:00:00Z',
      status: { inhibitedBy: [], silencedBy: [], mutedBy: [], state: 'active' },
      updatedAt: '1970-01-01T00:00:00Z',
      generatorURL: '',
      labels,
    },
  ]);
  const matchers = [{ name: 'gpu', value: '1|2', isRegex: true }];
  const silence = { matchers, endsAt: '1970-01-01T01:00:00Z', createdBy: 'me', comment: 'c' };
  expect(post('/silences', silence)).toEqual([200, { silenceID: 'id' }]);
  expect(bench.ask('GET', '/alerts?silenced=false')).toEqual([200, []]);
  expect(bench.ask('GET', '/silence/id')).toMatchObject([200, { status: { state: 'active' } }]);
  expect(bench.ask('DELETE', '/silence/id')).toEqual([200, undefined]);
  expect(bench.ask('GET', '/alerts?silenced=false')[1]).toHaveLength(1);
  expect(bench.ask('GET', '/status')).toMatchObject([200, { cluster: { status: 'disabled' } }]);
  expect(bench.ask('GET', '/nothing')[0]).toBe(404);
});
