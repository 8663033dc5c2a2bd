import { expect, it } from 'vitest';
import { Loop } from '../../engine/loop.js';
import { readRuleGroups } from '../promql/rules/rule.js';
import { answerHttp } from './http-api.js';
import { PrometheusServer } from './server.js';

const shown = `# HELP queue_depth Waiting requests.
# TYPE queue_depth gauge
queue_depth{pod="a"} 42
queue_depth{pod="b"} 3
# TYPE requests_total counter
requests_total{code="200"} 1
requests_total{code="500"} 2
`;

const rules = [
  {
    name: 'queue',
    rules: [
      { record: 'queue_depth:sum', expr: 'sum(queue_depth)' },
      { alert: 'Deep', expr: 'queue_depth > 10', for: '1h', labels: { severity: 'warning' } },
      { alert: 'Huge', expr: 'queue_depth > 40', annotations: { summary: '{{ $value }} waiting' } },
      { alert: 'Nothing', expr: 'queue_depth > 1000' },
    ],
  },
];

function scraped() {
  const loop = new Loop({ startMs: 0 });
  const read = readRuleGroups(rules);
  if (!('groups' in read)) throw new Error('rules');
  const job = { intervalMs: 2000, names: [] };
  const server = new PrometheusServer(
    {
      jobs: [
        {
          ...job,
          name: 'fraud',
          targets: [{ host: '10.0.0.9', port: 8080, labels: { team: 'risk' } }],
        },
        { ...job, name: 'broken', targets: [{ host: '10.0.0.9', port: 8081 }] },
      ],
      groups: read.groups,
      evaluationMs: 2000,
      externalLabels: {},
    },
    {
      clock: loop,
      resolve: () => [],
      scrape: ({ port }, done) =>
        port === 8080 ? done(shown) : done(undefined, 'server returned HTTP status 404 Not Found'),
    },
  );
  server.start();
  loop.runUntil(10_500);
  return (path: string, parameters: Readonly<Record<string, string>> = {}, method = 'GET') => {
    const query = new URLSearchParams(parameters).toString();
    const isForm = method === 'POST';
    const { status, body } = answerHttp(
      server,
      {
        protocol: 'http',
        method,
        path: isForm || query === '' ? path : `${path}?${query}`,
        body: isForm ? query : '',
      },
      { nowMs: loop.now(), version: '3.5.3', files: new Map([['queue', 'rules.yml']]) },
    );
    const told: unknown = body.startsWith('{') ? JSON.parse(body) : body;
    return [status, told] as const;
  };
}

const bad = (error: string) => [400, { status: 'error', errorType: 'bad_data', error }];
const own = { instance: '10.0.0.9:8080', job: 'fraud', team: 'risk' };

it('answers queries at an instant, by GET and POST', () => {
  const ask = scraped();
  const answer = [
    200,
    {
      status: 'success',
      data: {
        resultType: 'vector',
        result: [
          { metric: { __name__: 'queue_depth', pod: 'a', ...own }, value: [10, '42'] },
          { metric: { __name__: 'queue_depth', pod: 'b', ...own }, value: [10, '3'] },
        ],
      },
    },
  ];
  const asked = { query: 'queue_depth', time: '10' };
  expect(ask('/api/v1/query', asked)).toEqual(answer);
  expect(ask('/api/v1/query', asked, 'POST')).toEqual(answer);
  expect(ask('/api/v1/query', { query: '1+1', time: '10' })[1]).toMatchObject({
    data: { resultType: 'scalar', result: [10, '2'] },
  });
  expect(ask('/api/v1/query', { query: 'up', limit: '1' })[1]).toMatchObject({
    data: { result: [{ value: [10.5, '1'] }] },
    warnings: ['results truncated due to limit'],
  });
});

it('says what is wrong with a request', () => {
  const ask = scraped();
  expect(ask('/api/v1/query', { query: 'up', time: 'yesterday' })).toEqual(
    bad(
      'invalid parameter "time": invalid time value for \'time\': cannot parse "yesterday" to a valid timestamp',
    ),
  );
  expect(ask('/api/v1/query', { query: 'up{' })[0]).toBe(400);
  expect(ask('/api/v1/query', { query: 'queue_depth * on() requests_total' })).toMatchObject([
    422,
    { errorType: 'execution' },
  ]);
  const range = { query: 'sum(queue_depth)', start: '0', end: '10' };
  expect(ask('/api/v1/query_range', range)).toEqual(
    bad('invalid parameter "step": cannot parse "" to a valid duration'),
  );
  expect(ask('/api/v1/query_range', { ...range, step: '0' })[1]).toMatchObject({
    error: expect.stringMatching(/zero or negative query resolution step/),
  });
  expect(ask('/api/v1/query_range', { ...range, end: '-10', step: '2' })).toEqual(
    bad('invalid parameter "end": end timestamp must not be before start time'),
  );
  expect(ask('/api/v1/query_range', { ...range, end: '40000', step: '1' })[1]).toMatchObject({
    error: expect.stringMatching(/exceeded maximum resolution of 11,000 points/),
  });
  expect(ask('/api/v1/series')).toEqual(bad('no match[] parameter provided'));
  expect(ask('/api/v1/nothing')).toEqual([404, '404 page not found\n']);
  expect(ask('/api/v1/query', { query: 'up' }, 'DELETE')).toEqual([405, 'Method Not Allowed\n']);
});

it('answers ranges, series, labels and their values', () => {
  const ask = scraped();
  const range = { query: 'sum(queue_depth)', start: '8', end: '10', step: '2' };
  expect(ask('/api/v1/query_range', range)[1]).toMatchObject({
    data: {
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [8, '45'],
            [10, '45'],
          ],
        },
      ],
    },
  });
  expect(ask('/api/v1/series', { 'match[]': 'queue_depth{pod="a"}' })[1]).toMatchObject({
    data: [{ __name__: 'queue_depth', pod: 'a', ...own }],
  });
  expect(ask('/api/v1/labels', { 'match[]': 'queue_depth' })[1]).toMatchObject({
    data: ['__name__', 'instance', 'job', 'pod', 'team'],
  });
  expect(ask('/api/v1/label/job/values')[1]).toMatchObject({ data: ['broken', 'fraud'] });
  expect(ask('/api/v1/label/bad-name/values')[1]).toMatchObject({ data: [] });
  expect(ask('/-/ready')).toEqual([200, 'Prometheus Server is Ready.\n']);
});

it('tells of rules, alerts, targets and metadata', () => {
  const ask = scraped();
  const [, { data }] = ask('/api/v1/rules') as [number, { data: { groups: readonly unknown[] } }];
  expect(data.groups).toMatchObject([
    {
      name: 'queue',
      file: 'rules.yml',
      interval: 2,
      rules: [
        { name: 'queue_depth:sum', query: 'sum(queue_depth)', health: 'ok', type: 'recording' },
        { state: 'pending', name: 'Deep', duration: 3600, labels: { severity: 'warning' } },
        {
          state: 'firing',
          name: 'Huge',
          annotations: { summary: '{{ $value }} waiting' },
          alerts: [{ annotations: { summary: '42 waiting' }, state: 'firing', value: '4.2e+01' }],
        },
        { state: 'inactive', name: 'Nothing', alerts: [] },
      ],
    },
  ]);
  expect(ask('/api/v1/rules', { type: 'record' })[1]).toMatchObject({
    data: { groups: [{ rules: [{ type: 'recording' }] }] },
  });
  expect(ask('/api/v1/alerts')[1]).toMatchObject({
    data: { alerts: [{ labels: { alertname: 'Deep' } }, { labels: { alertname: 'Huge' } }] },
  });
  expect(ask('/api/v1/targets')[1]).toMatchObject({
    data: {
      activeTargets: [
        { health: 'up', scrapeUrl: 'http://10.0.0.9:8080/metrics', lastError: '' },
        { health: 'down', lastError: 'server returned HTTP status 404 Not Found' },
      ],
    },
  });
  expect(ask('/api/v1/metadata', { metric: 'queue_depth' })[1]).toEqual({
    status: 'success',
    data: { queue_depth: [{ type: 'gauge', unit: '', help: 'Waiting requests.' }] },
  });
});
