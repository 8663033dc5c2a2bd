import { expect, it } from 'vitest';
import { faultsOf } from './fault.js';

const abort = (percentage?: { readonly value?: number }) => ({
  abort: { httpStatus: 503, ...(percentage && { percentage }) },
});

it('befalls the part of the requests that is said, and none where nothing is', () => {
  expect(faultsOf({ fault: abort({ value: 12.5 }) })).toEqual({
    abort: { status: 503, share: 0.125 },
  });
  expect(faultsOf({ fault: abort() })).toEqual({});
  expect(faultsOf({ fault: abort({}) })).toEqual({});
  expect(faultsOf({ fault: { abort: { percentage: { value: 100 } } } })).toEqual({});
  expect(faultsOf({})).toEqual({});
});

it('holds back by the new and the old way to say how many', () => {
  const late = (more: object) => faultsOf({ fault: { delay: { fixedDelay: '1.5s', ...more } } });
  expect(late({ percentage: { value: 50 } })).toEqual({ delay: { ms: 1500, share: 0.5 } });
  expect(late({ percent: 10 })).toEqual({ delay: { ms: 1500, share: 0.1 } });
  expect(late({ percentage: {}, percent: 10 })).toEqual({});
  expect(faultsOf({ fault: { delay: { percent: 100 } } })).toEqual({});
});
