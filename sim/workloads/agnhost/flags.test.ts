import { expect, it } from 'vitest';
import { flagsOf, numberFlag } from './flags.js';

it('reads flags as cobra does, negative numbers too', () => {
  const flags = flagsOf(['--http-port', '9090', '--udp-port', '-1', '--quiet', '-n=2', '--last']);
  expect(flags).toEqual({
    ...{ 'http-port': '9090', 'udp-port': '-1' },
    ...{ quiet: 'true', n: '2', last: 'true' },
  });
  expect(numberFlag(flags, 'udp-port', 8081)).toBe(-1);
  expect(numberFlag(flags, 'sctp-port', -1)).toBe(-1);
});
