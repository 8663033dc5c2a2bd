/** `npm run ready`: everything that a machine can check, in the order of what fails fastest. */
import { spawnSync } from 'node:child_process';

const checks = [
  ['types', 'npm run --silent types'],
  ['types of the build', 'node node_modules/typescript7/bin/tsc -p tsconfig.build.json --noEmit'],
  ['lint', 'npm run --silent lint'],
  ['unused code', 'npx knip --no-progress'],
  ['house, unit, docs, public list', 'npm test --silent'],
  ['package', 'npx publint --strict'],
  ['package in use', 'node scripts/packed.mjs'],
];

for (const [name, command] of checks) {
  console.log(`\n== ${name}: ${command}`);
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\nnot ready: ${name}`);
    process.exit(status ?? 1);
  }
}
console.log('\nready');
