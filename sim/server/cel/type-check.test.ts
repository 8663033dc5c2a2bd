import { describe, expect, it } from 'vitest';
import { checkCel } from './type-check.js';

const scope = new Map([
  ['object', 'dyn'],
  ['request', 'unknown'],
  ['variables', 'unknown'],
]);
const fields = new Map([['size', 'int']]);
const check = (text: string) => checkCel(text, scope, fields);

describe('checkCel', () => {
  it.each([
    ['object.spec.replicas > 1 && [1].all(x, x > 0)', 'bool'],
    ['object.spec.paused', 'dyn'],
    ['[1, 2].filter(x, x > 1).map(x, x + 1)', 'list(int)'],
    ['object.a.map(c, JSONPatch{op: "remove"})', 'list(JSONPatch)'],
    ['variables.size', 'int'],
    ['math.greatest(1, 2) == 2', 'bool'],
    ['request.operation', 'unknown'],
  ])('%s is %s', (text, type) => {
    expect(check(text)).toEqual({ type });
  });

  it.each([
    ['foo == 1', "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')"],
    ['variables.more', "ERROR: <input>:1:10: undefined field 'more'"],
    [
      '1 > "a"',
      "ERROR: <input>:1:3: found no matching overload for '_>_' applied to '(int, string)'",
    ],
    ['object.a &&', 'ERROR: <input>:1:10: Syntax error'],
  ])('%s does not compile', (text, message) => {
    expect(check(text)).toEqual({ error: expect.stringContaining(message) as string });
  });
});
