import { describe, expect, it } from 'vitest';
import type { CelScope } from './check.js';
import { compileCel } from './compile.js';
import { deviceProgram } from './device-scope.js';
import { fromCel, toCel } from './json.js';
import { typeFrom, typeText } from './types.js';

const object = {
  metadata: { name: 'a', labels: { 'x/y': 'z' } },
  spec: { replicas: 3, list: [3, 1, 2] },
};
const scope: CelScope = {
  variables: new Map([
    ['object', typeFrom('dyn')],
    ['oldObject', typeFrom('dyn')],
    ['self', typeFrom('Self')],
  ]),
  fields: name =>
    name === 'Self'
      ? new Map([
          ['count', typeFrom('int')],
          ['names', typeFrom('list(string)')],
        ])
      : undefined,
};
const variables = {
  object: toCel(object),
  oldObject: null,
  self: toCel({ count: 2, names: ['a', 'b'] }),
};

function run(text: string, { costMax = 1_000_000, in: within = scope } = {}): unknown {
  const program = compileCel(text, within);
  if ('error' in program) return program.error;
  const outcome = program.run(variables, costMax);
  return 'error' in outcome ? `error: ${outcome.error}` : fromCel(outcome.value);
}

describe('compileCel', () => {
  it.each([
    ['object.spec.replicas + 1 == 4', true],
    ['object.spec.replicas > 2.5', true],
    ['object.metadata.missing', 'error: no such key: missing'],
    ['has(object.spec.list) && object.spec.list.sum() == 6', true],
    ['object.spec.list.isSorted()', false],
    ['oldObject == null', true],
    ['object.metadata.?labels.orValue({})["x/y"]', 'z'],
    ['object.?status.phase.orValue("none")', 'none'],
    ['object.metadata.labels[?"x/y"].hasValue()', true],
    ['quantity("1Gi").isGreaterThan(quantity("500Mi"))', true],
    ['"a1b22".findAll("[0-9]+")', ['1', '22']],
    ['url("https://a.example:8080/b?c=d").getHost()', 'a.example:8080'],
    ['cidr("10.0.0.0/8").containsIP("10.1.2.3")', true],
    ['1 / 0', 'error: division by zero'],
    ['9223372036854775807 + self.count', 'error: integer overflow'],
    ['"%s-%d %e".format(["a", 5, 3.14])', 'a-5 3.140000×10⁰⁰'],
    ['self.names.all(i, v, i < 2 && v != "c")', true],
    ['{"a": 1}.transformMap(k, v, v + 1)', { a: 2 }],
    ['[3, 1, 2].sortBy(e, -e)', [3, 2, 1]],
    ['optional.of(5).optMap(y, y + 1).value()', 6],
    ['1 / 0 == 1 || true', true],
    ['[1, 0].exists(x, 1 / x == 1)', true],
    ['[0, 1].all(x, 1 / x == 1)', 'error: division by zero'],
    ['semver("1.2.3-rc.1").isLessThan(semver("1.2.3"))', true],
    ['timestamp("2024-02-29T12:00:00Z").getDayOfYear()', 59],
    ['(timestamp("2024-01-01T01:00:00Z") - duration("90m")).getFullYear("UTC")', 2023],
    ['format.named("dns1123Label").value().validate("A").hasValue()', true],
    ['type(object.spec.replicas) == int', true],
    ['string(timestamp("2011-08-18T19:03:37.01+01:00"))', '2011-08-18T19:03:37.01+01:00'],
    ['type(self) != google.protobuf.Duration', true],
    ['type(ip("1.2.3.4")) == net.IP', true],
    ['quantity("9999999999999999999999999999999999999G").isInteger()', false],
  ])('%s', (text, expected) => {
    expect(run(text)).toEqual(expected);
  });

  it.each([
    ['foo == 1', "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')"],
    ['self.size', "ERROR: <input>:1:5: undefined field 'size'"],
    ['self.count.x', "ERROR: <input>:1:11: type 'int' does not support field selection"],
    ['1 > "a"', "found no matching overload for '_>_' applied to '(int, string)'"],
    ['self.names.startsWith("a")', "applied to 'list(string).(string)'"],
    ['self.count && true', "ERROR: <input>:1:5: expected type 'bool' but found 'int'"],
    ['[1, "a"]', "ERROR: <input>:1:5: expected type 'int' but found 'string'"],
    ['self.count.all(x, true)', "expression of type 'int' cannot be range of a comprehension"],
    ['"a".matches("[")', 'ERROR: <input>:1:13: invalid matches argument'],
    ['self.', "ERROR: <input>:1:6: Syntax error: no viable alternative at input '.'"],
    ['self = 1', "ERROR: <input>:1:6: Syntax error: token recognition error at: '= '"],
    ['(1', "ERROR: <input>:1:3: Syntax error: missing ')' at '<EOF>'"],
    ['1 2', "ERROR: <input>:1:3: Syntax error: extraneous input '2' expecting <EOF>"],
    ['[1].all(x.y, true)', 'ERROR: <input>:1:10: argument must be a simple name'],
    ['"a".find(")")', 'program instantiation failed: error parsing regexp: unexpected ): `)`'],
    ['timestamp(-62135596801) == timestamp(0)', 'ERROR: <input>:1:11: invalid timestamp argument'],
    ['has(1)', 'ERROR: <input>:1:5: invalid argument to has() macro'],
  ])('%s does not compile', (text, message) => {
    expect(run(text)).toEqual(expect.stringContaining(message));
  });

  it('points at the place in the line, by characters', () => {
    expect(run("'ä' == 'ö' &&\n  self.size")).toBe(
      "ERROR: <input>:2:7: undefined field 'size'\n |   self.size\n | ......^",
    );
  });

  it('infers types', () => {
    const type = (text: string) => {
      const program = compileCel(text, scope);
      return 'error' in program ? program.error : typeText(program.type);
    };
    expect(type('[]')).toBe('list(dyn)');
    expect(type('self.names.map(x, x.size())')).toBe('list(int)');
    expect(type('self.?count')).toBe('optional_type(int)');
    expect(type('true ? self.count : object.a')).toBe('dyn');
    expect(type('{"a": self.names}["a"][0]')).toBe('string');
  });

  it('refuses what is nested too deeply or too long', () => {
    const text = 'ERROR: <input>:-1:0: expression recursion limit exceeded: 250';
    expect(run('('.repeat(300) + '1' + ')'.repeat(300))).toBe(text);
    expect(run(`1${'+1'.repeat(5000)} > 0`)).toBe(text);
    expect(run(`true${' && true'.repeat(500)}`)).toBe(true);
    expect(run('1'.repeat(100_001))).toContain('expression code point size exceeds limit');
  });

  it('stops at the limit of the cost, which no operator absorbs', () => {
    const text = 'lists.range(1000).all(x, lists.range(1000).all(y, x + y >= 0)) || true';
    expect(run(text)).toBe('error: operation cancelled: actual cost limit exceeded');
    expect(run('1 + 1', { costMax: 1 })).toBe(2);
  });

  it('estimates costs from the sizes of the data', () => {
    const program = compileCel('self.names.all(n, self.names.exists(m, m == n))', scope);
    if ('error' in program) throw new Error(program.error);
    const sized = (max: number) =>
      program.estimate(path => (path.length > 1 ? { min: 0, max } : undefined)).max;
    expect(sized(10)).toBeGreaterThan(10 * 10);
    expect(sized(1000) / sized(10)).toBeGreaterThan(1000);
  });

  // Istio's definition of ServiceEntry has this rule, and Kubernetes takes it.
  it('counts items of a list that a condition chooses as large as the whole', () => {
    const text = '(has(self.names) ? self.names : []).exists(n, n.contains("/"))';
    const program = compileCel(text, scope);
    if ('error' in program) throw new Error(program.error);
    const { max } = program.estimate(path => ({ min: 0, max: path.length > 1 ? 256 : 0 }));
    expect(max).toBeLessThan(256 * 10);
  });
});

describe('cel.bind', () => {
  it('names a value where the scope has it, as selectors of devices do', () => {
    const bound = 'cel.bind(a, object.spec.replicas, a + a == 6)';
    expect(run(bound, { in: { ...scope, hasBindings: true } })).toBe(true);
    expect(run('cel.bind(a.b, 1, true)', { in: { ...scope, hasBindings: true } })).toContain(
      'cel.bind() variable names must be simple identifiers',
    );
    expect(run(bound)).toContain("undeclared reference to 'cel'");
    expect(deviceProgram('cel.bind(d, device.driver, d == "x")')).not.toHaveProperty('error');
  });
});
