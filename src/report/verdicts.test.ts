import { expect, it } from 'vitest';
import { GpuLedger } from '../gpu/ledger.js';
import { laws } from '../laws/index.js';
import type { Verdict } from '../laws/judge.js';
import { Past, podSpec, running, startMs } from '../../test/laws/history.js';
import { judge } from '../laws/judge.js';
import { githubActionsReporter } from './github-actions.js';
import { jsonReporter } from './json.js';
import { junitReporter } from './junit.js';
import type { Report } from './reporter.js';
import { verdictLines } from './verdicts.js';

/** Two pods hold one GPU. */
function broken(): readonly Verdict[] {
  const status = running({ 'GPU-1': 'Healthy' });
  const { entries: history } = new Past()
    .as('system:node:n1')
    .at('5s')
    .write('Pod', 'a/one', { spec: podSpec({}, 'n1'), status })
    .at('9s')
    .write('Pod', 'a/two', { spec: podSpec({}, 'n1'), status });
  return judge(laws, { history, endMs: startMs + 10_000 });
}

const report: Report = {
  seed: 1,
  backend: 'sim',
  version: '0',
  runs: [
    {
      scenario: 's',
      file: 's.yaml',
      steps: [],
      startMs,
      durationMs: 10_000,
      isInterrupted: false,
      gpus: new GpuLedger({}).accounts(startMs),
      verdicts: broken(),
      wallMs: 1,
      hints: [],
    },
  ],
};

it('shows the laws that judged, counts the others, and tells the story of a breach', () => {
  const others = laws.length - 2;
  expect(verdictLines({ verdicts: broken(), startMs })).toEqual([
    'laws',
    'law                        verdict  judged',
    '-------------------------  -------  -----------',
    'gpu-held-once              BROKEN   2, 1 broken',
    'device-healthy-when-given  held     2',
    `* ${others} more laws had nothing to judge`,
    '',
    'BROKEN gpu-held-once: no GPU is held by two containers at the same time',
    '  (https://kep.k8s.io/4680)',
    '  0:00:09.0  GPU-1 is held by Pod a/two while Pod a/one still holds it',
    '      0:00:05.0  system:node:n1 creates Pod a/one: its container main holds GPU-1  revision 1',
    '      0:00:09.0  system:node:n1 creates Pod a/two: its container main holds GPU-1  revision 2',
  ]);
});

it('is carried by JUnit, JSON and GitHub annotations', () => {
  const junit = junitReporter(report);
  expect(junit).toContain('tests="2" failures="1" skipped="0"');
  expect(junit).toContain(
    'name="gpu-held-once" file="s.yaml" time="0.000"><failure message="GPU-1 is held',
  );
  expect(junit).toContain(`name="vacuous laws" value="${laws.length - 2}"`);
  const { runs } = JSON.parse(jsonReporter(report)) as Report;
  expect(runs[0]?.verdicts[0]).toMatchObject({
    law: 'gpu-held-once',
    kind: 'broken',
    breaches: [{ objects: ['Pod a/one', 'Pod a/two'] }],
  });
  expect(githubActionsReporter(report)).toContain(
    '::error file=s.yaml,line=1,title=law gpu-held-once::',
  );
});
