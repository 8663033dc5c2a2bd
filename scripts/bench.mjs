/**
 * `npm run bench [-- REGEX] [--json]`: builds the program and measures it as it is shipped, bundled. A
 * loader that compiles TypeScript as it goes wraps every function, which costs a third more.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { shipped } from './shipped.mjs';

// Threads are started from files of the build.
const built = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);

rmSync('dist/bench', { recursive: true, force: true });
await build({
  entryPoints: ['test/bench/main.ts', 'test/bench/memory.ts'],
  outdir: 'dist/bench',
  ...shipped,
});
const { status } = spawnSync(process.execPath, ['dist/bench/main.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
