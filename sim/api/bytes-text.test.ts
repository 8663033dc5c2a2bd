import { expect, it } from 'vitest';
import { bytesOfText, textOfBytes } from './bytes-text.js';

it('keeps text as text, and every byte that is none', () => {
  const text = new TextEncoder().encode('naïve 🚢\n');
  expect(textOfBytes(text)).toBe('naïve 🚢\n');
  expect(bytesOfText('naïve 🚢\n')).toEqual(text);
  const bytes = Uint8Array.from([0xde, 0xca, 0x41, 0xba, 0x00, 0xff]);
  expect(textOfBytes(bytes)).toHaveLength(6);
  expect(bytesOfText(textOfBytes(bytes))).toEqual(bytes);
});
