import { expect, it } from 'vitest';
import { ContainerLog } from './container-log.js';

it('keeps the newest lines, within bounds of lines and of bytes', () => {
  const log = new ContainerLog();
  for (let line = 0; line < 25_000; line++) log.write(line, `line ${line}`);
  const short = log.read({}).split('\n');
  expect(short.length).toBeLessThanOrEqual(10_001);
  expect(short.at(-2)).toBe('line 24999');
  const long = 'x'.repeat(2 ** 20);
  for (let line = 0; line < 50; line++) {
    log.write(line, `${line} ${long}`);
    expect(log.read({}).length).toBeLessThanOrEqual(12 * 2 ** 20);
  }
  expect(log.read({ tailLines: 1 })).toBe(`49 ${long}\n`);
});
