/** Replays the golden scenarios of the API in process, each on a control plane of its own. */
import { basename } from 'node:path';
import type { CaseResult, VectorFamily } from '../family.js';
import { readLines, vectorFiles } from '../files.js';
import { replayScenario } from './api/run.js';
import type { Scenario } from './api/scenario.js';

/** The recorded scenarios of kube-apiserver. */
export const api: VectorFamily = {
  name: 'api',
  *replay(folder, { id }) {
    for (const path of vectorFiles(folder, '.jsonl')) {
      const isTranscript = basename(path).startsWith('kubectl.');
      for (const scenario of readLines<Scenario>(path)) {
        if (id !== undefined && !id.test(scenario.id)) continue;
        if (isTranscript) yield skipped(scenario);
        else yield replayed(scenario);
      }
    }
  },
};

function skipped({ id }: Scenario): CaseResult {
  return { id, result: 'skipped', reason: 'a transcript of kubectl, which needs a socket' };
}

function replayed(scenario: Scenario): CaseResult {
  const { id } = scenario;
  try {
    const failure = replayScenario(scenario);
    return failure === undefined
      ? { id, result: 'passed' }
      : { id, result: 'failed', reason: failure };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { id, result: 'failed', reason };
  }
}
