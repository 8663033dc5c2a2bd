/** Request logs on modelled servers: small cases by hand, and what must hold of all. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectiveOf, serverOf } from './read-flags.js';
import { dealtRequests, readRequestLog, type RequestLog } from './request-log.js';
import { defaultServer } from './server-model.js';
import { fewest, holds, quantile, serve } from './size.js';

const server = { ...defaultServer, prefillPerSecond: 1000, stepMs: 10, perAnswerMs: 1 };

function log(...rows: readonly (readonly [number, number, number])[]): RequestLog {
  return {
    arrivalSeconds: Float64Array.from(rows, ([at]) => at),
    contextTokens: Int32Array.from(rows, ([, context]) => context),
    generatedTokens: Int32Array.from(rows, ([, , generated]) => generated),
  };
}

describe('a replica', () => {
  it('reads the prompt, then makes a token a step', () => {
    const { first, between } = serve(log([0, 500, 11]), server, 1);
    expect(first[0]).toBeCloseTo(0.5, 9);
    expect(between[0]).toBeCloseTo(0.011, 9);
  });

  it('lets the second prompt wait for the first, and shares its steps', () => {
    const { first, between } = serve(log([0, 500, 101], [0, 500, 101]), server, 1);
    expect([...first].map(value => Number(value.toFixed(6)))).toEqual([0.5, 1]);
    // The first answer stands still while the second prompt is read.
    expect(Math.min(...between)).toBeCloseTo(0.012, 9);
    expect(Math.max(...between)).toBeCloseTo(0.012 + 0.5 / 100, 9);
  });

  it('keeps two apart on two replicas', () => {
    const { first } = serve(log([0, 500, 101], [0, 500, 101]), server, 2);
    expect([...first]).toEqual([0.5, 0.5]);
  });
});

describe('the number of replicas', () => {
  it('is the smallest that holds, and nothing helps a lone request that is too slow', () => {
    const many = log(...Array.from({ length: 40 }, (_, at) => [at * 0.1, 500, 20] as const));
    const objective = { firstTokenP99: 1 };
    const found = fewest(many, server, objective);
    const { replicas = 0 } = found ?? {};
    expect(replicas).toBeGreaterThan(1);
    expect(holds(serve(many, server, replicas), objective)).toBe(true);
    expect(holds(serve(many, server, replicas - 1), objective)).toBe(false);
    expect(fewest(many, server, { firstTokenP99: 0.4 })).toBeUndefined();
  });

  it('serves every request, whatever comes', () => {
    const row = fc.tuple(
      fc.nat(50),
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 1, max: 50 }),
    );
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        (rows, replicas) => {
          const sorted = rows.toSorted(([a], [b]) => a - b);
          const { first, between, busyShare } = serve(
            log(...sorted),
            { ...server, cacheTokens: 2000, batchMax: 3 },
            replicas,
          );
          expect(first).toHaveLength(rows.length);
          const least = Math.min(...sorted.map(([, context]) => context)) / server.prefillPerSecond;
          expect(quantile(first, 0)).toBeGreaterThanOrEqual(least - 1e-9);
          expect(between).toHaveLength(rows.filter(([, , generated]) => generated > 1).length);
          expect([...between].every(value => value >= 0.011 - 1e-9)).toBe(true);
          expect(busyShare).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('input', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-llm-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('reads times to a tenth of a microsecond', () => {
    const read = readRequestLog(
      file(
        'log.csv',
        'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n',
      ),
    );
    expect(read.arrivalSeconds[1]).toBeCloseTo(4.314579, 6);
    expect(
      dealtRequests(read, { seed: 1, scale: 2, isResampled: false }).arrivalSeconds[1],
    ).toBeCloseTo(2.1572895, 6);
  });

  it('points at what is no time', () => {
    const bad = file('bad.csv', 'TIMESTAMP,ContextTokens,GeneratedTokens\nnoon,1,1\n');
    expect(() => readRequestLog(bad)).toThrow(/bad\.csv:2: TIMESTAMP: "noon" is not a time/);
  });

  it('reads servers and objectives, and refuses what it does not know', () => {
    expect(serverOf('prefill=4000,gpus=2')).toEqual({
      ...defaultServer,
      prefillPerSecond: 4000,
      gpus: 2,
    });
    expect(objectiveOf('ttft-p99=2s,tpot-p95=100ms')).toEqual({
      firstTokenP99: 2,
      betweenTokensP95: 0.1,
    });
    expect(() => serverOf('prefil=1')).toThrow(/--server: "prefil=1"/);
    expect(() => objectiveOf('ttft=1s')).toThrow(/--objective: "ttft=1s"/);
  });
});
