import { describe, expect, it } from 'vitest';
import { canonicalQuantity, parseQuantity, quantity, valueOf, milliValueOf } from './quantity.js';

describe('a quantity', () => {
  it.each([
    ['0', '0'],
    ['1000m', '1'],
    ['1.5', '1500m'],
    ['.5', '500m'],
    ['+5', '+5'],
    ['5.', '5.'],
    ['1E3', '1E3'],
    ['1e-3', '1e-3'],
    ['1024Ki', '1Mi'],
    ['1000Gi', '1000Gi'],
    ['1000000Gi', '1000000Gi'],
    ['0.5Gi', '512Mi'],
    ['1.5Gi', '1536Mi'],
    ['100n', '100n'],
    ['1000', '1k'],
    ['10000', '10k'],
    ['0.1n', '1n'],
    ['-1000m', '-1'],
    ['1.1Ki', '1126400m'],
    ['8Ei', '9223372036854775807'],
    ['1.00000000000000000001', '1000000001n'],
    ['12345678901234567890', '12345678901234567890'],
    ['0.5Ki', '512'],
    ['8Ki', '8Ki'],
    ['1e2', '100'],
    ['12e4', '120e3'],
    ['-', '0'],
  ])('%s is told as %s', (sent, canonical) => {
    expect(canonicalQuantity(sent)).toEqual({ isOk: true, value: canonical });
  });

  it('takes JSON numbers', () => {
    expect(canonicalQuantity(1.5)).toEqual({ isOk: true, value: '1500m' });
    expect(canonicalQuantity(1000)).toEqual({ isOk: true, value: '1k' });
  });

  it('refuses what is none', () => {
    for (const text of ['', 'x', '1 2', '1.2.3', '1Gix']) {
      expect(parseQuantity(text).isOk).toBe(false);
    }
    expect(parseQuantity('1Kii')).toEqual({
      isOk: false,
      error: "unable to parse quantity's suffix",
    });
  });

  it('rounds away from zero', () => {
    expect(valueOf('100m')).toBe(1);
    expect(valueOf('-100m')).toBe(-1);
    expect(milliValueOf('100n')).toBe(1);
    expect(milliValueOf('2')).toBe(2000);
    expect(valueOf('1.5Gi')).toBe(1536 * 1024 * 1024);
    expect(quantity('100n').roundedUp(-3).toString()).toBe('1m');
  });

  it('adds, subtracts and compares', () => {
    const sum = quantity('1Gi').add(quantity('512Mi'));
    expect(sum.toString()).toBe('1536Mi');
    expect(quantity('0').add(quantity('1Gi')).toString()).toBe('1Gi');
    expect(quantity('1').sub(quantity('100m')).toString()).toBe('900m');
    expect(quantity('1').compare(quantity('1000m'))).toBe(0);
    expect(quantity('9Ei').compare(quantity('1'))).toBeGreaterThan(0);
    expect(quantity('1Ki').multiply(3).toString()).toBe('3Ki');
  });
});
