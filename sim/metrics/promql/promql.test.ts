import { describe, expect, it } from 'vitest';
import { Labels } from './labels.js';
import { queryAt, queryRange } from './query.js';
import { GroupEvaluator } from './rules/evaluator.js';
import { readRuleGroups, type WrittenGroup } from './rules/rule.js';
import { SeriesStore } from './series-store.js';

const store = new SeriesStore();
for (let minute = 0; minute <= 10; minute++) {
  for (const [instance, perMinute] of [
    ['a', 60],
    ['b', 120],
  ] as const) {
    const labels = Labels.of({ __name__: 'requests_total', instance });
    store.append(labels, minute * 60_000, minute * perMinute);
  }
  const up = Labels.of({ __name__: 'up', instance: 'a' });
  store.append(up, minute * 60_000, minute === 5 ? 'stale' : 1);
}

/** What a query gives at the tenth minute: values by labels, a number, or its error. */
function ask(query: string, atMs = 600_000): unknown {
  const answer = queryAt(store, query, atMs);
  if ('error' in answer) return answer.error;
  const { value } = answer;
  if (value.kind === 'vector') {
    return Object.fromEntries(value.elements.map(one => [String(one.labels), one.value]));
  }
  return value.kind === 'matrix' ? value.ranges.length : value.value;
}

describe('a query', () => {
  it('sees the newest sample of five minutes, until the series ends', () => {
    expect(ask('up', 299_000)).toEqual({ 'up{instance="a"}': 1 });
    expect(ask('up', 301_000)).toEqual({});
    expect(ask('up', 899_999)).toEqual({ 'up{instance="a"}': 1 });
    expect(ask('up', 900_000)).toEqual({});
  });

  it('fills the ends of a range by the samples nearest to them', () => {
    const at = (ends: string) => ask(`increase(requests_total{instance="a"}[90s]${ends})`, 605_000);
    expect(at(' anchored')).toEqual({ '{instance="a"}': 120 });
    expect(at(' smoothed')).toEqual({ '{instance="a"}': 85 });
    expect(ask('max_over_time(up[1m] smoothed)')).toBe(
      'smoothed modifier can only be used with: delta, increase, rate - not with max_over_time',
    );
  });

  it('goes by when samples say that they began, where that is asked for', () => {
    const own = new SeriesStore();
    const labels = Labels.of({ __name__: 'a_total' });
    own.append(labels, 60_000, 5, 30_000);
    own.append(labels, 120_000, 6, 61_000);
    const increase = (usesStarts: boolean) =>
      queryAt(own, 'increase(a_total[2m])', 120_000, { usesStarts });
    expect(increase(false)).toMatchObject({ value: { elements: [{ value: 2 }] } });
    expect(increase(true)).toMatchObject({ value: { elements: [{ value: 11 }] } });
  });

  it('adds the labels of info metrics, and chooses between numbers', () => {
    const own = new SeriesStore();
    const place = { instance: 'i', job: 'j' };
    own.append(Labels.of({ __name__: 'x', ...place }), 0, 1);
    own.append(Labels.of({ __name__: 'target_info', ...place, version: '3', zone: 'z' }), 0, 1);
    const answer = queryAt(own, 'info(x, {version=~".+"}) * min_of(3, 2)', 0);
    expect(answer).toMatchObject({ value: { elements: [{ value: 2 }] } });
    const [only] = 'value' in answer && answer.value.kind === 'vector' ? answer.value.elements : [];
    expect(only?.labels.record()).toEqual({ ...place, version: '3' });
  });

  it('has ranges that are open to the left, and rates that reach to their ends', () => {
    expect(ask('count_over_time(requests_total{instance="a"}[5m])')).toEqual({
      '{instance="a"}': 5,
    });
    expect(ask('rate(requests_total[5m])')).toEqual({ '{instance="a"}': 1, '{instance="b"}': 2 });
    expect(ask('rate(requests_total[1m])')).toEqual({});
  });

  it('binds powers before signs, and offsets to the operand before them', () => {
    expect(ask('# a comment before all\n-2 ^ 2 # and behind')).toBe(-4);
    expect(ask('requests_total - requests_total offset 1m')).toEqual({
      '{instance="a"}': 60,
      '{instance="b"}': 120,
    });
  });

  it('has dates of what is no date as Go has them', () => {
    const parts = ['year', 'month', 'day_of_month', 'day_of_week', 'hour', 'days_in_month'];
    const datesOf = (value: string): unknown =>
      parts.map(part => ask(`scalar(${part}(vector(${value})))`));
    expect(datesOf('NaN')).toEqual([292277026596, 12, 4, 0, 15, 31]);
    expect(datesOf('-Inf')).toEqual(datesOf('NaN'));
    expect(datesOf('1e15')).toEqual([31690708, 7, 5, 0, 1, 31]);
    expect(datesOf('-9e18')).toEqual([-285198644592, 9, 12, 1, 8, 30]);
    expect(datesOf('-1.5')).toEqual([1969, 12, 31, 3, 23, 31]);
  });

  it('clamps as Go finds the greater, and tells the faults of what nothing is left of', () => {
    expect(ask('scalar(clamp_min(vector(NaN), Inf))')).toBe(Infinity);
    expect(ask('scalar(clamp(vector(1), NaN, 2))')).toBeNaN();
    expect(ask('clamp(requests_total + on() requests_total, 2, 1)')).toMatch(/found duplicate/);
  });

  it('counts values by the label that tells them, unless it is left out', () => {
    expect(ask('count_values without(instance)("v", requests_total)')).toEqual({
      '{v="600"}': 1,
      '{v="1200"}': 1,
    });
    expect(ask('count_values without(instance)("instance", requests_total)')).toEqual({ '{}': 2 });
  });

  it('takes the name of the one side where it is asked for', () => {
    const names = (query: string): readonly string[] => Object.keys(ask(query) as object);
    const scaled = 'requests_total * on() group_left';
    expect(names(`${scaled} up`)).toEqual(['{instance="a"}', '{instance="b"}']);
    expect(names(`${scaled}(__name__) up`)).toEqual(['up{instance="a"}', 'up{instance="b"}']);
  });

  it('finds matches ambiguous that a comparison would leave out', () => {
    expect(ask('requests_total > on() group_left(instance) up + 1e6')).toMatch(
      /grouping labels must ensure unique matches/,
    );
  });

  it('names the twins of a match and what they share', () => {
    expect(ask('up * on(job) requests_total')).toBe(
      'found duplicate series for the match group {} on the right hand-side of the operation: ' +
        '[{__name__="requests_total", instance="a"}, {__name__="requests_total", instance="b"}]' +
        ';many-to-many matching not allowed: matching labels must be unique on one side',
    );
    expect(String(Labels.of({ __name__: 'up.time', 'a b': 'c' }))).toBe('{"up.time", "a b"="c"}');
  });

  it('remarks on what it has reckoned only', () => {
    const remarks = (query: string): unknown => {
      const answer = queryAt(store, query, 600_000);
      return 'error' in answer ? answer.error : [...answer.warnings, ...answer.infos].length;
    };
    expect(remarks('quantile_over_time(2, up[5m])')).toBe(1);
    expect(remarks('quantile_over_time(2, nosuch[5m])')).toBe(0);
    expect(remarks('increase(up[5m])')).toBe(1);
    expect(remarks('increase(up[1m])')).toBe(0);
    expect(remarks('irate(up[5m])')).toBe(0);
  });

  it('keeps of equals what came first', () => {
    expect(ask('topk(1, requests_total * 0)')).toEqual({ '{instance="a"}': 0 });
    const late = new SeriesStore();
    for (const instance of ['b', 'a']) late.append(Labels.of({ __name__: 'up', instance }), 0, 1);
    const answer = queryAt(late, 'topk(1, up)', 0);
    if ('error' in answer || answer.value.kind !== 'vector') throw new Error('no vector');
    expect(answer.value.elements.map(({ labels }) => labels.get('instance'))).toEqual(['b']);
  });

  it('refuses what Prometheus refuses', () => {
    expect(ask('rate(requests_total)')).toMatch(/expected type range vector/);
    expect(ask('nosuch(up)')).toMatch(/parse error: 1:7: unexpected \(up\)/);
    expect(ask('{job=~".*"}')).toMatch(/at least one non-empty matcher/);
    expect(ask('requests_total * on() requests_total')).toMatch(/found duplicate series/);
  });

  it('is asked anew at each step of a range', () => {
    const span = { startMs: 0, endMs: 120_000, stepMs: 60_000 };
    const answer = queryRange(store, 'sum(requests_total)', span);
    if ('error' in answer || answer.value.kind !== 'matrix') throw new Error('no matrix');
    expect(answer.value.ranges[0]?.values).toEqual([0, 180, 360]);
  });
});

describe('rules', () => {
  const groups = (written: WrittenGroup) => readRuleGroups([written]);

  it('tell all that is wrong with them, each at its place', () => {
    const read = groups({
      name: 'a',
      rules: [
        { record: 'x', expr: 'sum(' },
        { alert: 'Y', expr: 'up', annotations: { summary: '{{ nosuch }}' } },
      ],
    });
    expect(
      'problems' in read && read.problems.map(({ place, error }) => `${place}: ${error}`),
    ).toEqual([
      'group "a", rule 1, "x": could not parse expression: parse error: 1:5: ' +
        'unexpected end of input',
      'group "a", rule 2, "Y": annotation "summary": function "nosuch" not defined',
    ]);
  });

  it('record series, and let alerts wait, fire and be resolved', () => {
    const own = new SeriesStore();
    const read = groups({
      name: 'a',
      rules: [
        { record: 'load:max', expr: 'max(load)' },
        {
          alert: 'Busy',
          expr: 'load:max > 0.5',
          for: '1m',
          labels: { level: '{{ if gt $value 0.9 }}high{{ else }}low{{ end }}' },
          annotations: { summary: '{{ $value | humanizePercentage }} of {{ $labels.nothing }}all' },
        },
      ],
    });
    if ('problems' in read) throw new Error('the rules are good');
    const [group] = read.groups;
    if (group === undefined) throw new Error('there is one group');
    const evaluator = new GroupEvaluator(group, own);
    const states: (string | undefined)[] = [];
    [0.2, 0.8, 0.8, 0.8, 0.1].forEach((load, minute) => {
      own.append(Labels.of({ __name__: 'load' }), minute * 60_000, load);
      evaluator.evaluate(minute * 60_000);
      const [alert] = evaluator.health()[1]?.alerts ?? [];
      states.push(alert && `${alert.state} ${alert.annotations['summary'] ?? ''}`);
    });
    expect(states).toEqual([
      undefined,
      'pending 80% of all',
      'firing 80% of all',
      'firing 80% of all',
      'inactive 80% of all',
    ]);
    expect(evaluator.health()[1]?.alerts[0]?.labels.get('level')).toBe('low');
  });
});
