/** Tokens hold what they say, and nobody else's signature. */
import { createHash, createPublicKey, verify as cryptoVerify } from 'node:crypto';
import { expect, test } from 'vitest';
import { publicKeyPem, keyId } from './rsa.js';
import { sha256Hex } from './sha256.js';
import { isSigned, readToken, signedToken } from './token.js';

test('SHA-256 is that of the rest of the world', () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
    expect(sha256Hex(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

test('a token verifies with the public key, by others too', () => {
  const token = signedToken({ sub: 'a', aud: ['b'] });
  const [head, body, signature] = token.split('.') as [string, string, string];
  const isValid = cryptoVerify(
    'RSA-SHA256',
    Buffer.from(`${head}.${body}`),
    createPublicKey(publicKeyPem),
    Buffer.from(signature, 'base64url'),
  );
  expect(isValid).toBe(true);
  expect(readToken(token)).toEqual({
    header: { alg: 'RS256', kid: keyId },
    claims: { sub: 'a', aud: ['b'] },
  });
  expect(isSigned(token)).toBe(true);
  expect(isSigned(`${head}.${body.slice(0, -1)}A.${signature}`)).toBe(false);
});
