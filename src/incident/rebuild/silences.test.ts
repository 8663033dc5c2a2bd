import { describe, expect, it } from 'vitest';
import { Silences } from './silences.js';

function silences(seconds: readonly number[]): (readonly number[])[] {
  const all = new Silences();
  for (const second of seconds) all.note(second * 1000);
  return all.found().map(({ fromMs, toMs }) => [fromMs / 1000, toMs / 1000]);
}

describe('the silences of a log', () => {
  const busy = Array.from({ length: 60 }, (_, index) => index * 10);

  it('are told where it is else busy', () => {
    expect(silences([...busy, ...busy.map(second => second + 3600)])).toEqual([[600, 3600]]);
  });

  it('are none where it always is quiet, nor where the quiet is short', () => {
    expect(silences([0, 900, 2000, 2900])).toEqual([]);
    expect(silences([...busy, ...busy.map(second => second + 1000)])).toEqual([]);
  });
});
