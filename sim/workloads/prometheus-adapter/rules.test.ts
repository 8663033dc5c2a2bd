/** Rules as the walkthroughs of prometheus-adapter have them: names, resources, queries, refusals. */
import { describe, expect, it } from 'vitest';
import { parseSelector } from '../../api/selectors.js';
import { readAdapterConfiguration } from './configuration.js';
import { milliQuantity } from './milli-quantity.js';
import { Namer } from './namer.js';
import type { Series } from './prometheus-client.js';
import { RestMapper, type MappedResource } from './rest-mapper.js';
import { CustomSeries } from './series-registry.js';

const served = (group: string, resource: string, singular: string): MappedResource => ({
  ...{ group, version: 'v1', kind: singular, resource, singular },
});
const mapper = new RestMapper([
  served('', 'pods', 'pod'),
  served('', 'services', 'service'),
  served('', 'namespaces', 'namespace'),
  served('', 'nodes', 'node'),
  served('apps', 'deployments', 'deployment'),
  served('networking.k8s.io', 'ingresses', 'ingress'),
]);

const containers = 'overrides: { namespace: { resource: namespace }, pod: { resource: pod } }';
const prefixed = 'template: kube_<<.Resource>>';
const rate = 'sum(rate(<<.Series>>{<<.LabelMatchers>>}[1m])) by (<<.GroupBy>>)';

function namersOf(text: string, which: 'rules' | 'externalRules' = 'rules'): readonly Namer[] {
  return readAdapterConfiguration(text)[which].map(rule => new Namer(rule, mapper));
}

const namerOf = (text: string): Namer => namersOf(`rules: [${text}]`)[0] as Namer;

const seriesOf = (name: string, ...labels: string[]): Series => ({
  name,
  labels: Object.fromEntries(labels.map(label => [label, 'x'])),
});

function selectorOf(text: string) {
  const parsed = parseSelector(text);
  if (!parsed.isOk) throw new Error(parsed.error);
  return parsed.value;
}

describe('names', () => {
  const named = (name: string, series: string) =>
    namerOf(`{ seriesQuery: q, name: ${name} }`).metricOf(seriesOf(series));

  it('are the whole, the one group, or what is written', () => {
    expect(named('{}', 'http_requests_total')).toBe('http_requests_total');
    expect(named('{ matches: "^(.*)_total$" }', 'http_requests_total')).toBe('http_requests');
    const as = (text: string) => named(`{ matches: "^(.*)_total$", as: "${text}" }`, 'a_total');
    expect(as('${1}_per_second')).toBe('a_per_second');
    // Go reads the group `1_per_second`, which there is not.
    expect(as('$1_per_second')).toBe('');
    expect(as('$$1')).toBe('$1');
    expect(named('{ matches: "^(?P<what>.*)_total$", as: "my_$what" }', 'a_total')).toBe('my_a');
  });

  it('filter the series', () => {
    const namer = namerOf(
      '{ seriesQuery: q, seriesFilters: [{ isNot: _seconds_total$ }, { is: ^a }], name: { matches: "(.*)_total" } }',
    );
    const all = ['a_total', 'a_seconds_total', 'b_total', 'a_count'];
    expect(namer.taken(all.map(name => seriesOf(name))).map(({ name }) => name)).toEqual([
      'a_total',
    ]);
  });
});

it('finds the resources of series by overrides and by templates', () => {
  const [first, second] = namersOf(`
rules:
  - { seriesQuery: a, resources: { ${containers} }, metricsQuery: x }
  - { seriesQuery: b, resources: { ${prefixed} }, metricsQuery: x }`) as [Namer, Namer];
  const registry = new CustomSeries(
    [
      { namer: first, series: [seriesOf('usage', 'pod', 'namespace', 'container')] },
      {
        namer: second,
        series: [
          seriesOf('hits', 'kube_service', 'kube_namespace', 'kube_pod', 'kube_nothing', 'zone'),
          seriesOf('watts', 'kube_node'),
          seriesOf('none', 'zone'),
        ],
      },
    ],
    () => undefined,
  );
  const told = registry
    .metrics()
    .map(({ resource, isNamespaced, metric }) => `${resource.resource}/${metric} ${isNamespaced}`);
  expect(told).toEqual([
    'namespaces/hits false',
    'namespaces/usage false',
    'nodes/watts false',
    'pods/hits true',
    'pods/usage true',
    'services/hits true',
  ]);
});

describe('queries', () => {
  const ask = (namer: Namer, resource: string, names: string[], selector = '') =>
    namer.query.ofObjects(
      {
        series: 's_total',
        namespace: resource === 'nodes' ? '' : 'ns',
        selector: selectorOf(selector),
      },
      { group: '', resource },
      names,
    );

  it('are about objects', () => {
    const namer = namerOf(
      `{ seriesQuery: q, resources: { ${prefixed} }, metricsQuery: "${rate}" }`,
    );
    expect(ask(namer, 'pods', ['a', 'b'])).toBe(
      'sum(rate(s_total{kube_namespace="ns",kube_pod=~"a|b"}[1m])) by (kube_pod)',
    );
    expect(ask(namer, 'nodes', ['n'])).toBe('sum(rate(s_total{kube_node="n"}[1m])) by (kube_node)');
    expect(ask(namer, 'services', ['s'], 'verb=GET,code in (500,404),x,!y,z!=1,w in (v)')).toBe(
      'sum(rate(s_total{code=~"404|500",verb="GET",w=~"v",x!="",y="",z!="1",kube_namespace="ns",kube_service="s"}[1m])) by (kube_service)',
    );
    expect(ask(namer, 'pods', ['a'], 'n>1')).toEqual({
      error: 'operator not supported by prometheus',
    });
  });

  it('take values by their names, and what else Go has', () => {
    const query = (text: string) =>
      ask(
        namerOf(`{ seriesQuery: q, resources: { ${containers} }, metricsQuery: '${text}' }`),
        'pods',
        ['a', 'b'],
      );
    expect(query('x{p=~"^(<<index .LabelValuesByName "pod">>)$"}')).toBe('x{p=~"^(a|b)$"}');
    expect(query('<<.LabelValuesByName.namespace>>/<<index .GroupBySlice 0>>')).toBe('ns/pod');
    expect(
      query(
        '<<range $k, $v := .LabelValuesByName>><<if ne $k "namespace">><<$k>>:<<$v>><<end>><<end>>',
      ),
    ).toBe('pod:a|b');
    expect(query('<<.Nothing>>')).toEqual({
      error: expect.stringContaining("can't evaluate field Nothing"),
    });
    expect(query('')).toEqual({ error: 'empty query produced by metrics query template' });
  });

  it('are about no object, in the namespace of who asks unless the rule says otherwise', () => {
    const text = (resources: string) =>
      `externalRules: [{ seriesQuery: q, resources: ${resources}, metricsQuery: "sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)" }]`;
    const external = (resources: string) => {
      const [namer] = namersOf(text(resources), 'externalRules');
      const selector = selectorOf('queue=a');
      return namer?.query.ofSeries({ series: 'lag', namespace: 'ns', selector });
    };
    expect(external('{ namespaced: false }')).toBe('sum(lag{queue="a"}) by ()');
    expect(external(`{ ${containers} }`)).toBe('sum(lag{queue="a",namespace="ns"}) by ()');
    expect(external('{}')).toEqual({
      error:
        'unable to convert resource namespaces into label: no generic resource label form specified for this metric',
    });
  });
});

describe('refuses', () => {
  it('resources that the cluster does not have', () => {
    expect(() =>
      namerOf(
        '{ seriesQuery: q, resources: { overrides: { b: { group: cheese.io, resource: brand } } } }',
      ),
    ).toThrow(
      'unable to normalize group-resource {cheese.io brand}: no matches for cheese.io/, Resource=brand',
    );
  });

  it('two groups without a name', () => {
    expect(() => namerOf('{ seriesQuery: q, name: { matches: "(a)(b)" } }')).toThrow(
      `must specify an 'as' value for name matcher "(a)(b)" associated with series query "q"`,
    );
  });

  it('filters that say two things or none', () => {
    expect(() => namerOf('{ seriesQuery: q, seriesFilters: [{}] }')).toThrow(
      'unable to generate series name filter associated with series query "q": must have either an `is` or `isNot` expression in a filter',
    );
  });

  it('expressions and templates that Go would not take', () => {
    expect(() => namerOf('{ seriesQuery: q, name: { matches: "a(" } }')).toThrow(
      'unable to compile series filter "a(": error parsing regexp: missing closing ): `a(`',
    );
    expect(() => namerOf('{ seriesQuery: q, metricsQuery: "<<.Series" }')).toThrow(
      'unable to construct metrics query associated with series query "q": unable to parse metrics query template "<<.Series": template: metrics-query:1: unclosed action',
    );
    expect(() => namerOf('{ seriesQuery: q, resources: { template: "<<.Group>>" } }')).toThrow(
      'unable to generate label format from template "<<.Group>>": must include at least `{{.Resource}}` in the label template',
    );
  });

  it('fields that there are not, with their lines', () => {
    const text = `rules:
- seriesQuery: q
  nmae: { as: x }
  resources:
    overrides: { pod: { resorce: pod } }
externalRules: {}
`;
    expect(() => readAdapterConfiguration(text)).toThrow(
      `unable to parse metrics discovery config: yaml: unmarshal errors:
  line 3: field nmae not found in type config.DiscoveryRule
  line 5: field resorce not found in type config.GroupResource
  line 6: cannot unmarshal !!map into []config.DiscoveryRule`,
    );
  });
});

it('cuts values off at thousandths, as Go makes integers of them', () => {
  expect([0.0019, 12.5, -1.9999, Infinity].map(milliQuantity)).toEqual([
    '1m',
    '12500m',
    '-1999m',
    '-9223372036854775808m',
  ]);
});
