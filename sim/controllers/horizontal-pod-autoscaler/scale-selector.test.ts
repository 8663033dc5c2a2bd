import { expect, it } from 'vitest';
import { scaleSelector } from './scale-selector.js';

const unreadable =
  'received an object from a /scale endpoint which was not convertible to autoscaling Scale: failed to parse target selector';

it('prints the selector of a scale as a LabelSelector', () => {
  expect(scaleSelector('')).toEqual({ isOk: true, value: '' });
  expect(scaleSelector('b in (y,x),a==1')).toEqual({ isOk: true, value: 'a=1,b in (x,y)' });
});

it('tells of selectors that no LabelSelector can tell', () => {
  expect(scaleSelector('!!bad x')).toEqual({
    isOk: false,
    error: `${unreadable}: couldn't parse the selector string "!!bad x": unable to parse requirement: found '!', expected: identifier`,
  });
  expect(scaleSelector('a!=b')).toEqual({
    isOk: false,
    error: `${unreadable}: "!=" is not a valid label selector operator`,
  });
  expect(scaleSelector('a>3')).toEqual({
    isOk: false,
    error: `${unreadable}: "gt" isn't supported in label selectors`,
  });
});
