/** `npm run fidelity`: replays all vectors and writes what came of it: known-failing.json, fidelity.md and the README's table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parts } from '../test/fidelity/parts.js';
import { families } from '../test/vectors/families/index.js';
import type { CaseResult } from '../test/vectors/family.js';

const folder = process.argv[2] ?? '../shared/vectors';

interface Score {
  readonly passed: number;
  readonly failed: readonly CaseResult[];
  readonly skipped: readonly CaseResult[];
}

const scores = new Map<string, Score>();
for (const family of families) {
  const results: CaseResult[] = [];
  for await (const result of family.replay(join(folder, family.name), {})) results.push(result);
  const of = (wanted: CaseResult['result']) => results.filter(({ result }) => result === wanted);
  const score = { passed: of('passed').length, failed: of('failed'), skipped: of('skipped') };
  scores.set(family.name, score);
  console.error(`${family.name}: ${score.passed} passed, ${score.failed.length} failed`);
}

const known = Object.fromEntries(
  [...scores].map(([name, { failed }]) => [name, failed.map(({ id }) => id).sort()]),
);
writeFileSync('test/vectors/known-failing.json', `${JSON.stringify(known, null, 2)}\n`);
writeFileSync('test/fidelity.md', fidelityText());
const readme = readFileSync('README.md', 'utf8');
const begin = '<!-- scores: written by npm run fidelity -->';
const end = '<!-- end of scores -->';
const [before = '', rest = ''] = readme.split(begin);
const after = rest.split(end)[1] ?? '';
writeFileSync('README.md', `${before}${begin}\n\n${table()}\n${end}${after}`);

function scoreText(names: readonly string[]): string {
  if (names.length === 0) return 'not measured yet';
  return names
    .map(name => {
      const { passed = 0, failed = [], skipped = [] } = scores.get(name) ?? {};
      const left = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
      return `${passed} of ${passed + failed.length}${left}`;
    })
    .join('; ');
}

function table(): string {
  const rows = parts.map(
    ({ name, families: names, faithful, approximated, absent }) =>
      `| ${name} | ${scoreText(names)} | ${faithful} | ${approximated} | ${absent} |`,
  );
  return `| part | score | faithful | approximated | not simulated |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function fidelityText(): string {
  const lists = [...scores].map(([name, { passed, failed, skipped }]) => {
    const item = ({ id, reason = '' }: CaseResult): string =>
      `- \`${id}\`: ${(reason.split('\n')[0] ?? '').replaceAll('|', '\\|').slice(0, 160)}`;
    const failing = failed.length === 0 ? 'None fails.' : failed.map(item).join('\n');
    const left = skipped.length === 0 ? '' : `\n\nSkipped, with the reason:\n\n${grouped(skipped)}`;
    return `## ${name}: ${passed} passed, ${failed.length} failed, ${skipped.length} skipped\n\n${failing}${left}\n`;
  });
  return `# Fidelity\n\nWritten by \`npm run fidelity\` from answers recorded from Kubernetes 1.36.2; a third of every set is held out and not in these numbers.\n\n${table()}\n${lists.join('\n')}`;
}

/** Skipped cases by their reason. */
function grouped(skipped: readonly CaseResult[]): string {
  const reasons = new Map<string, string[]>();
  for (const { id, reason = '' } of skipped) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), `\`${id}\``]);
  }
  return [...reasons].map(([reason, ids]) => `- ${reason}: ${ids.join(', ')}`).join('\n');
}
