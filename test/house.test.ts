/** Holds the tree to the map of the house; each rule catches its planted violation. */
import { describe, expect, it } from 'vitest';
import {
  exportsAreDocumented,
  importsGoDown,
  nothingAmbient,
  nothingAsync,
  nothingBornOld,
  pluginsAreListed,
  sizesHold,
  type Check,
} from './house/checks.js';
import { readSources, type Source, type Violation } from './house/source.js';

const sources = readSources(['sim', 'src', 'test', 'scripts']);

const rules: readonly {
  readonly name: string;
  readonly check: Check;
  readonly planted: readonly Source[];
}[] = [
  {
    name: 'imports go down the map',
    check: importsGoDown,
    planted: [
      { path: 'sim/scheduler/a.ts', text: `import { x } from '../store/x.js';` },
      { path: 'sim/engine/b.ts', text: `import { x } from '../../src/x.js';` },
      { path: 'sim/api/c.ts', text: `import { readFileSync } from 'node:fs';` },
      { path: 'sim/api/d.ts', text: `export { x } from 'left-pad';` },
      { path: 'src/gpu/e.ts', text: `import { x } from '../cli/x.js';` },
    ],
  },
  {
    name: 'nothing ambient',
    check: nothingAmbient,
    planted: [
      { path: 'sim/engine/a.ts', text: 'const now = Date.now();' },
      { path: 'sim/engine/b.ts', text: 'const chance = Math.random();' },
      { path: 'src/cli/c.ts', text: 'setTimeout(() => 1, 5);' },
      { path: 'src/cli/d.ts', text: 'const a = process.argv;' },
      { path: 'sim/engine/e.ts', text: 'const now = new Date();' },
    ],
  },
  {
    name: 'nothing async under sim/',
    check: nothingAsync,
    planted: [
      { path: 'sim/engine/a.ts', text: 'const f = async () => 1;' },
      { path: 'sim/engine/b.ts', text: 'const f = (p: Promise<void>) => p;' },
    ],
  },
  {
    name: 'nothing is born old under sim/',
    check: nothingBornOld,
    planted: [
      { path: 'sim/engine/a.ts', text: 'const f = (x: X) => ({ get y() { return x.y; } });' },
      { path: 'sim/engine/b.ts', text: 'function f() { return class { x = 1; }; }' },
      { path: 'sim/engine/c.ts', text: 'const f = () => ({ *reconcile() { yield 1; } });' },
      { path: 'sim/engine/d.ts', text: 'function f() { function* g() { yield 1; } return g(); }' },
      { path: 'sim/engine/e.ts', text: 'const f = (x: X) => { x.y = () => 1; };' },
    ],
  },
  {
    name: 'files, functions and lines stay small',
    check: sizesHold,
    planted: [
      { path: 'sim/engine/a.ts', text: 'const a = 1;\n'.repeat(401) },
      { path: 'sim/engine/b.ts', text: `function f() {\n${'  1;\n'.repeat(71)}}` },
      { path: 'sim/engine/c.ts', text: `const a = ${'1 + '.repeat(30)}1;` },
    ],
  },
  {
    name: 'every export has its sentence',
    check: exportsAreDocumented,
    planted: [{ path: 'sim/engine/a.ts', text: 'export const a = 1;' }],
  },
  {
    name: 'every plug-in has its line in the index',
    check: pluginsAreListed,
    planted: [
      { path: 'sim/workloads/index.ts', text: '' },
      { path: 'sim/workloads/a.ts', text: '' },
    ],
  },
];

const told = ({ path, line, what }: Violation): string => `${path}:${line} ${what}`;

describe.each(rules)('$name', ({ check, planted }) => {
  it('holds in the tree', () => {
    expect(check(sources).map(told)).toEqual([]);
  });

  it('catches each planted violation', () => {
    const files = planted.filter(({ text }) => text !== '' || planted.length > 1);
    for (const file of files.filter(({ path }) => !path.endsWith('index.ts'))) {
      const others = files.filter(({ path }) => path.endsWith('index.ts'));
      expect(check([...others, file]).map(({ path }) => path)).toContain(file.path);
    }
  });
});
