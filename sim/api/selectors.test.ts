import { describe, expect, it } from 'vitest';
import { parseFieldSelector, matchesFields } from './field-selectors.js';
import { parseSelector, selectorFromObject, selectorOf } from './selectors.js';

function matches(text: string, labels: Record<string, string>): boolean {
  const parsed = parseSelector(text);
  if (!parsed.isOk) throw new Error(parsed.error);
  return parsed.value.matches(labels);
}

describe('a label selector', () => {
  it('matches as Kubernetes does', () => {
    expect(matches('a=b', { a: 'b' })).toBe(true);
    expect(matches('a!=b', {})).toBe(true);
    expect(matches('a notin (b)', {})).toBe(true);
    expect(matches('a in (b,c),!d', { a: 'c' })).toBe(true);
    expect(matches('a', {})).toBe(false);
    expect(matches('n>5', { n: '6' })).toBe(true);
    expect(matches('n>5', { n: 'x' })).toBe(false);
    expect(matches('a in ()', { a: '' })).toBe(true);
    expect(matches('in in (in, notin)', { in: 'notin' })).toBe(true);
    expect(matches('', { a: 'b' })).toBe(true);
  });

  it.each([
    ['x=', 'x='],
    ['y in (c,a , b),x==1', 'x==1,y in (a,b,c)'],
    ['!z,a', 'a,!z'],
  ])('prints %s as %s', (text, printed) => {
    const parsed = parseSelector(text);
    expect(parsed.isOk && parsed.value.toString()).toBe(printed);
  });

  it.each([
    ['x a', "unable to parse requirement: found 'a', expected: in, notin, =, ==, !=, gt, lt"],
    ['x=a,', "found '', expected: identifier after ','"],
    ['x in', "unable to parse requirement: found '' expected: '('"],
    ['x===y', "unable to parse requirement: found '=', expected: identifier"],
    [
      'a>x',
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
  ])('refuses %s', (text, error) => {
    const parsed = parseSelector(text);
    expect(parsed).toEqual({ isOk: false, error });
  });

  it('comes from objects', () => {
    const selector = selectorOf({
      matchLabels: { b: '1' },
      matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }],
    });
    expect(selector.toString()).toBe('a in (x,y),b=1');
    expect(selectorOf(undefined).matches({})).toBe(false);
    expect(selectorOf({}).matches({})).toBe(true);
    expect(selectorFromObject({ matchExpressions: [{ key: 'a', operator: 'Odd' }] })).toEqual({
      isOk: false,
      error: '"Odd" is not a valid label selector operator',
    });
  });
});

describe('a field selector', () => {
  it('splits, unescapes and matches', () => {
    const parsed = parseFieldSelector('b!=x\\,y,a==1');
    expect(parsed).toEqual({
      isOk: true,
      value: [
        { field: 'a', operator: '=', value: '1' },
        { field: 'b', operator: '!=', value: 'x,y' },
      ],
    });
    const terms = parsed.isOk ? parsed.value : [];
    expect(matchesFields(terms, field => (field === 'a' ? '1' : ''))).toBe(true);
    expect(parseFieldSelector('=')).toEqual({ isOk: true, value: [] });
    expect(parseFieldSelector('a')).toEqual({
      isOk: false,
      error: "invalid selector: 'a'; can't understand 'a'",
    });
  });
});
