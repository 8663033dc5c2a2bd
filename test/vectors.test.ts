/**
 * Belief is measured: every recorded case is answered as the real thing answered it, but for those that
 * are named in vectors/known-failing.json, which only ever gets shorter. The table of scores in
 * fidelity.md is written from the same run.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { families } from './vectors/families/index.js';
import type { CaseResult } from './vectors/family.js';

const folder = '../shared/vectors';
const known = JSON.parse(readFileSync('test/vectors/known-failing.json', 'utf8')) as Readonly<
  Record<string, readonly string[]>
>;
const isThere = existsSync(folder);
const why = isThere ? '' : ` (skipped: ${folder} is not there)`;

describe.skipIf(!isThere)(`recorded answers${why}`, () => {
  it.each(families)(
    '$name',
    async family => {
      const failing: CaseResult[] = [];
      let passed = 0;
      for await (const result of family.replay(join(folder, family.name), {})) {
        if (result.result === 'failed') failing.push(result);
        if (result.result === 'passed') passed++;
      }
      const allowed = new Set(known[family.name] ?? []);
      const unexpected = failing.filter(({ id }) => !allowed.has(id));
      console.log(`${family.name}: ${passed} passed, ${failing.length} failed`);
      expect(unexpected.map(({ id, reason }) => `${id}: ${reason ?? ''}`.slice(0, 500))).toEqual(
        [],
      );
      expect(passed).toBeGreaterThan(0);
    },
    600_000,
  );
});
