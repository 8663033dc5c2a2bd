/** The language of expressions, on the sorts of expressions that upstream tests it on. @upstream expr-lang/expr expr_test.go, builtin/builtin_test.go */
import { describe, expect, it } from 'vitest';
import { evaluate, namesIn } from './evaluate.js';
import type { Fields, Value } from './value.js';

const names: Fields = {
  ...{ One: 1, Two: 2, Text: 'string', Yes: true, No: false, Nothing: undefined },
  List: [1, 2, 3, 4, 5],
  Tweets: [
    { Text: 'a', Len: 12 },
    { Text: 'b', Len: 42 },
  ],
  Map: { 'a-b': 1, inner: { deep: [7, 8] } },
  add: ([one, other]) => Number(one) + Number(other),
  ns: { twice: ([one]: readonly Value[]) => Number(one) * 2 },
};

describe('expressions', () => {
  it.each<readonly [string, Value]>([
    ['1', 1],
    ['-.5', -0.5],
    ['0x1F + 0b11 + 0o7 + 1_000', 1041],
    ['"it\\"s" + \'\\u0061\' + `raw\\n`', 'it"saraw\\n'],
    ['1 + 2 * 3 ** 2 - 7 % 4', 16],
    ['2 ^ 3 ^ 2', 512],
    ['(One == 1 and not No) ? "y" : "n"', 'y'],
    ['Yes ?: 5', true],
    ['1 < One + 1 <= Two', true],
    ['One in List && !("x" in Map) && "a-b" in Map', true],
    ['9 not in List', true],
    ['Text startsWith "str" and Text endsWith "ing" and Text contains "rin"', true],
    ['Text matches "^s.r" and Text not matches "x$"', true],
    ['1..3', [1, 2, 3]],
    ['List[1:3]', [2, 3]],
    ['List[-2:]', [4, 5]],
    ['Text[:3]', 'str'],
    ['List[-1]', 5],
    ['Map["a-b"] + Map.inner.deep[1]', 9],
    ['Map.gone?.deeper.still', undefined],
    ['Map.gone ?? Nothing ?? "else"', 'else'],
    ['{a: 1, "b": [2], (Text): nil}.b[0]', 2],
    ['filter(Tweets, {.Len > 20})[0].Text', 'b'],
    ['map(List, # * 2) | filter(# > 4) | sum()', 24],
    ['map(1..3, {#index + #})', [1, 3, 5]],
    ['all(List, # > 0) && any(List, # == 5) && none(List, # > 5) && one(List, # == 1)', true],
    ['count(List, # > 3) + count([true, false])', 3],
    ['find(List, # > 2) + findLast(List, # < 5) + findIndex(List, # == 3)', 9],
    ['reduce(List, #acc + #, 10)', 25],
    ['groupBy(List, # % 2 == 0 ? "even" : "odd").even', [2, 4]],
    ['sortBy(Tweets, .Len, "desc")[0].Text', 'b'],
    ['let x = One + 1; x * 10', 20],
    ['if Yes { 1 } else if No { 2 } else { 3 }', 1],
    ['1; 2; 3', 3],
    ['1 /* one */ + 2 // three', 3],
    ['add(One, 2) + ns.twice(4)', 11],
    ['len("äö") + len(List) + len(Map)', 9],
    [
      'type(1) + type(1.5) + type("") + type([]) + type({}) + type(nil)',
      'intfloatstringarraymapnil',
    ],
    ['int("42") + float("0.5") + abs(-1) + ceil(1.2) + floor(1.8) + round(2.5)', 49.5],
    ['max(1, List, 3) + min([4, 2]) + mean(List) + median(List)', 13],
    ['upper("a") + lower("B") + trim(" c ") + trimPrefix("xd", "x") + repeat("e", 2)', 'Abcdee'],
    ['join(split("a,b,c", ","), "-")', 'a-b-c'],
    ['split("a,b,c", ",", 2)', ['a', 'b,c']],
    ['replace("aaa", "a", "b", 2)', 'bba'],
    ['indexOf("abc", "c") + lastIndexOf("cc", "c")', 3],
    ['fromJSON("{\\"a\\": [1]}").a[0]', 1],
    ['toJSON({b: 1})', '{\n  "b": 1\n}'],
    ['fromBase64(toBase64("hi"))', 'hi'],
    ['first(List) + last(List) + len(take(List, 2))', 8],
    ['sort(keys({b: 1, a: 2}))', ['a', 'b']],
    ['fromPairs(toPairs({a: 1})).a', 1],
    ['uniq(concat([1, 2], [2], flatten([[3]])))', [1, 2, 3]],
    ['reverse(sort([3, 1, 2]))', [3, 2, 1]],
    ['(date("2024-01-02") - date("2024-01-01")).Hours()', 24],
    ['date("2024-01-01T00:00:00Z") + duration("1h") > date("2024-01-01")', true],
    ['date("2024-03-05").Year()', 2024],
    ['get(Map, "gone") == nil', true],
  ])('%s', (text, value) => {
    expect(evaluate(text, names)).toEqual({ value });
  });

  it.each([
    ['1 +', 'unexpected token EOF'],
    ['(1', 'unexpected token EOF'],
    ['a b', 'unexpected token Name("b")'],
    ['1 @ 2', "unrecognized character: U+0040 '@'"],
    ['Nope > 1', 'unknown name Nope'],
    ['Yes ? Nope : 1', 'unknown name Nope'],
    ['Text > 1', 'invalid operation: > (mismatched types string and float64)'],
    ['Text && Yes', 'non-bool value used in a condition'],
    ['Nothing.field', 'cannot fetch field from <nil>'],
    ['List[9]', 'index out of range: 9 (array length is 5)'],
    ['int("x")', 'invalid operation: int(x)'],
    ['Text()', 'invalid operation: cannot call non-function of type string'],
    ['filter(List, # + 1)', 'predicate should return boolean (got float64)'],
    ['fromJSON("x")', "invalid character 'x' looking for beginning of value"],
    ['repeat("a", -1)', 'invalid argument for repeat (expected positive integer, got -1)'],
  ])('%s is an error', (text, error) => {
    expect(evaluate(text, names)).toEqual({ error });
  });

  it('hide functions of the language behind names', () => {
    expect(evaluate('split == 1', { split: 1 })).toEqual({ value: true });
    expect(evaluate('split("x")', { split: () => 'own' })).toEqual({ value: 'own' });
  });

  it('tell the names that they must have', () => {
    expect(namesIn('a.b.c == d["e-f"] && g ?? h.i')).toEqual([
      ...['a.b.c', 'a.b', 'a', 'd.e-f', 'd', 'g', 'h.i', 'h'],
    ]);
    expect(namesIn('a.b ?? a?.c.d')).toEqual(['a']);
    expect(namesIn('1 +')).toBeUndefined();
  });
});
