/** The family of PromQL: Prometheus' own tests, and recorded queries, rules and texts. */
import { basename } from 'node:path';
import type { CaseResult, VectorFamily } from '../family.js';
import { vectorFiles } from '../files.js';
import { replayAlertRules } from './promql/alert-rules.js';
import { replayExposition } from './promql/exposition.js';
import { replayQueries } from './promql/generated.js';
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
    if (name.startsWith('exposition')) yield* replayExposition(path);
    if (name.startsWith('generated-alert-rules')) yield* replayAlertRules(path);
  }
}
