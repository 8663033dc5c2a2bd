import { expect, it } from 'vitest';
import { domainsByAlias, principalsByAlias } from './trust-domain.js';

const known = ['new', 'old'];

it('principals of the mesh go by all its names, those of others by their own', () => {
  expect(principalsByAlias('old/ns/a/sa/b', known)).toEqual(['new/ns/a/sa/b', 'old/ns/a/sa/b']);
  expect(principalsByAlias('cluster.local/ns/a/sa/b', known)).toHaveLength(2);
  expect(principalsByAlias('edge/ns/a/sa/b', known)).toEqual(['edge/ns/a/sa/b']);
});

it('patterns that name no trust domain stay as they are, and those that fit a name cover it', () => {
  for (const principal of ['*', '*/ns/a/sa/b', 'a/b', 'old/ns/a/*']) {
    expect(principalsByAlias(principal, known)).toEqual([principal]);
  }
  expect(principalsByAlias('*ld/ns/a/sa/b', known)).toEqual(['new/ns/a/sa/b', '*ld/ns/a/sa/b']);
});

it('trust domains go by all names if they are one of them', () => {
  expect(domainsByAlias('old', known)).toEqual(known);
  expect(domainsByAlias('*', known)).toEqual(['*']);
});
