import { expect, it, vi } from 'vitest';
import { onNpxGone, onStall } from './host.js';

it('tells when the process would end before its time, until that is forgotten', () => {
  let stalls = 0;
  const before = process.listeners('beforeExit');
  const forget = onStall(() => void stalls++);
  const added = process.listeners('beforeExit').filter(each => !before.includes(each));
  for (const listener of added) listener(0);
  expect([added.length, stalls]).toEqual([1, 1]);
  forget();
  expect(process.listeners('beforeExit')).toEqual(before);
});

it('hears that the shell of npx has gone, and of no other parent', () => {
  vi.useFakeTimers();
  try {
    let parent = 10;
    let gone = 0;
    const listen = () =>
      onNpxGone(
        () => void gone++,
        () => parent,
      );
    vi.stubEnv('npm_lifecycle_event', 'start');
    listen();
    vi.stubEnv('npm_lifecycle_event', 'npx');
    listen();
    vi.advanceTimersByTime(5_000);
    expect(gone).toBe(0);
    parent = 1;
    vi.advanceTimersByTime(5_000);
    expect(gone).toBe(1);
  } finally {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  }
});
