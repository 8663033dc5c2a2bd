/** `npm run vectors -- [--from DIR] [--id REGEX] [--json] [family...]`: how much of what was recorded the simulation answers alike. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { families } from './families/index.js';
import type { CaseResult, VectorFamily } from './family.js';

const usage = `usage: npm run vectors -- [--from DIR] [--id REGEX] [--json] [--verbose] [family ...]

  --from DIR   the folder that holds a folder for each family (default ../shared/vectors)
  --id REGEX   only cases whose id matches
  --json       print {family: {passed, failed, skipped, failing: [ids]}}
  --verbose    print why each case failed or was skipped

families: ${families.map(family => family.name).join(', ')}`;

interface Score {
  passed: number;
  failed: number;
  skipped: number;
  failing: string[];
}

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string', default: '../shared/vectors' },
      id: { type: 'string' },
      json: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const unknown = positionals.find(name => !families.some(family => family.name === name));
  if (unknown !== undefined || !existsSync(values.from)) {
    console.error(
      unknown === undefined ? `no folder ${values.from}` : `no family ${unknown}\n\n${usage}`,
    );
    return 2;
  }
  const wanted = families.filter(
    family => positionals.length === 0 || positionals.includes(family.name),
  );
  const scores: Record<string, Score> = {};
  for (const family of wanted) {
    const folder = join(values.from, family.name);
    const score = await replay(family, existsSync(folder) ? folder : values.from, values);
    scores[family.name] = score;
    if (!values.json) console.log(line(family.name, score));
  }
  if (values.json) console.log(JSON.stringify(scores, null, 2));
  return Object.values(scores).some(score => score.failed > 0) ? 1 : 0;
}

async function replay(
  family: VectorFamily,
  folder: string,
  options: { readonly id?: string | undefined; readonly verbose: boolean },
): Promise<Score> {
  const score: Score = { passed: 0, failed: 0, skipped: 0, failing: [] };
  const id = options.id === undefined ? {} : { id: new RegExp(options.id) };
  for await (const result of family.replay(folder, id)) {
    score[result.result]++;
    if (result.result === 'failed') score.failing.push(result.id);
    if (options.verbose) tell(family.name, result);
  }
  return score;
}

function tell(family: string, { id, result, reason }: CaseResult): void {
  if (result !== 'passed') console.error(`${result} ${family} ${id}: ${reason ?? ''}`);
}

function line(name: string, { passed, failed, skipped, failing }: Score): string {
  const count = (value: number) => String(value).padStart(6);
  const counts = `${count(passed)} passed ${count(failed)} failed ${count(skipped)} skipped`;
  return `${name.padEnd(16)} ${counts}  ${failing.join(' ')}`.trimEnd();
}
