import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { passingLists } from './lists.js';

const binary = process.env['E2E_TEST'] ?? '';
const isThere = binary !== '' && existsSync(binary);
const why = isThere ? '' : ' (skipped: E2E_TEST names no e2e.test of Kubernetes 1.36)';

it('lists each test once, in order, in the file of its group', () => {
  for (const { sig, names } of passingLists()) {
    expect(names).toEqual([...new Set(names)].sort());
    for (const name of names) {
      expect(name.startsWith(`[${sig}] `), name).toBe(true);
      expect(name).toContain('[Conformance]');
    }
  }
});

describe.skipIf(!isThere)(`the conformance suite${why}`, () => {
  it('has every test that is listed', () => {
    const args = ['--list-conformance-tests'];
    const { stdout } = spawnSync(binary, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    // The list is YAML with folded lines: a name may go on in the next one.
    const text = stdout.replace(/\n +/g, ' ').replaceAll("''", "'");
    for (const { names } of passingLists()) {
      for (const name of names) expect(text).toContain(`codename: '${name}'`);
    }
  });
});
