import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { storedGzip, unpackedGzip } from './stored-gzip.js';

it('is gzip to others, and comes back as it was', () => {
  for (const text of ['', 'global: {}\n', 'ä'.repeat(70_000)]) {
    const packed = storedGzip(Buffer.from(text));
    expect(gunzipSync(packed).toString()).toBe(text);
    const unpacked = unpackedGzip(packed);
    expect('bytes' in unpacked && Buffer.from(unpacked.bytes).toString()).toBe(text);
  }
});

it('says what it cannot unpack', () => {
  const packed = storedGzip(Buffer.from('text'));
  expect(unpackedGzip(Buffer.from('text'))).toEqual({ error: 'gzip: invalid header' });
  expect(unpackedGzip(packed.subarray(0, 18))).toEqual({ error: 'unexpected EOF' });
  packed[16] = 0;
  expect(unpackedGzip(packed)).toEqual({ error: 'gzip: invalid checksum' });
  expect(unpackedGzip(gzipSync('text'))).toEqual({
    error: 'gzip: compressed blocks are not simulated',
  });
});
