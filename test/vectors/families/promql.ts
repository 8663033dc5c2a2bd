/** The family of PromQL: Prometheus' own tests, and recorded queries, rules and texts. */
import { basename, dirname } from 'node:path';
import type { CaseResult, VectorFamily } from '../family.js';
import { readText, vectorFiles } from '../files.js';
import { replayAlertRules } from './promql/alert-rules.js';
import { replayDashboards } from './promql/dashboards.js';
import { replayExposition } from './promql/exposition.js';
import { replayQueries } from './promql/generated.js';
import { replayPromtool, replayRules } from './promql/promtool.js';
import { replayUpstream } from './promql/upstream.js';

/** Replays all files of the folder. */
export const promql: VectorFamily = {
  name: 'promql',
  *replay(folder, { id }) {
    for (const result of replayAll(folder)) if (id?.test(result.id) !== false) yield result;
  },
};

function* replayAll(folder: string): Iterable<CaseResult> {
  for (const path of vectorFiles(folder, '.test')) yield* replayUpstream(path);
  for (const path of vectorFiles(folder, '.jsonl')) {
    const name = basename(path);
    if (name.startsWith('generated-queries')) yield* replayQueries(path);
    if (name.startsWith('dashboard')) yield* replayDashboards(path);
    if (name.startsWith('exposition')) yield* replayExposition(path);
    if (name.startsWith('generated-alert-rules')) yield* replayAlertRules(path);
  }
  for (const path of [...vectorFiles(folder, '.yaml'), ...vectorFiles(folder, '.yml')]) {
    const parent = basename(dirname(path));
    if (parent === 'kube-prometheus' || parent === 'kubernetes-mixin') yield replayRules(path);
    else if (parent === 'tests' || isTestFile(path)) yield replayPromtool(path);
  }
}

/** promtool's folder has rules beside its tests. */
function isTestFile(path: string): boolean {
  return readText(path).includes('tests:') || /"tests":/.test(readText(path));
}
