/** What expressions of Workflows may call, on what upstream's examples and tests call. @upstream util/expr/env, examples/expression-*.yaml */
import { describe, expect, it } from 'vitest';
import { evaluateAmong } from '../substitution.js';

const people = JSON.stringify({
  employees: [
    { name: 'Baris', age: 43 },
    { name: 'Mo', age: 42 },
    { name: 'Jai', age: 44 },
  ],
  a: { b: [1, 2, 3] },
});

describe('functions of expressions', () => {
  it.each([
    ['asInt("10") * 10', 100],
    ['asFloat("1.5")', 1.5],
    ['toJson(filter([1, 3], {# > 1}))', '[3]'],
    ['sprig.date("2006-01-02 15:04", "2024-03-05T06:07:08Z")', '2024-03-05 06:07'],
    ['sprig.trim(" a ") + sprig.upper("b") + sprig.replace("c", "d", "cc")', 'aBdd'],
    ['sprig.default("x", "") + sprig.ternary("y", "n", true)', 'xy'],
    ['sprig.join("-", sprig.splitList(",", "a,b"))', 'a-b'],
    ['sprig.add(1, "2", 3) + sprig.div(7, 2) + sprig.round(1.256, 2)', 10.26],
    ['sprig.b64dec(sprig.b64enc("hi"))', 'hi'],
    ['sprig.sha256sum("")', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['sprig.regexReplaceAll("a(x*)b", "-ab-axxb-", "${1}W")', '-W-xxW-'],
    ['sprig.dict("a", 1).a + len(sprig.pick({a: 1, b: 2}, "b"))', 2],
    [
      'sprig.trunc(3, "abcdef") + sprig.trunc(-2, "abcdef") + sprig.substr(1, 3, "abcd")',
      'abcefbc',
    ],
    ['sprig.snakecase("FirstName") + sprig.kebabcase("FirstName")', 'first_namefirst-name'],
  ])('%s', (text, value) => {
    expect(evaluateAmong(text, {})).toEqual({ value });
  });

  it.each<readonly [string, unknown]>([
    ['$.a.b[0]', 1],
    ["$['a']['b'][-1]", 3],
    ['$.employees[?(@.name=="Baris")].age', [43]],
    ['$.employees[?(@.age>42 && @.age<44)].age', [43]],
    ['$.employees[0:1]', [{ name: 'Baris', age: 43 }]],
    ['$.employees[*].name', ['Baris', 'Mo', 'Jai']],
    ['$..age', [43, 42, 44]],
    ['$.a.b[0,2]', 1],
  ])('jsonpath %s', (path, value) => {
    expect(evaluateAmong('jsonpath(text, path)', { text: people, path })).toEqual({ value });
  });

  it.each([
    ['jsonpath("{", "$.a")', /^invalid character/],
    ['jsonpath("{}", "$.a")', /key not found/],
    ['jsonpath("{}", "a")', /^unexpected token 'a' at index 0$/],
    ['sprig.randAlpha(3)', /cannot call non-function/],
  ])('%s is an error', (text, error) => {
    const told = evaluateAmong(text, {});
    expect('error' in told ? told.error : 'it has a value').toMatch(error);
  });
});
