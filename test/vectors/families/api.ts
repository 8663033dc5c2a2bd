/** Replays the golden scenarios of the API, each on a control plane of its own; kubectl's over a socket. */
import { basename } from 'node:path';
import type { CaseResult, VectorFamily } from '../family.js';
import { readLines, vectorFiles } from '../files.js';
import type { Transcript } from './api/kubectl/transcript.js';
import { replayTranscripts } from './api/kubectl/transcripts.js';
import { replayScenario } from './api/run.js';
import type { Scenario } from './api/scenario.js';

/** The recorded scenarios of kube-apiserver, and the transcripts of kubectl. */
export const api: VectorFamily = {
  name: 'api',
  async *replay(folder, { id }) {
    const isWanted = (scenario: { readonly id: string }) => id?.test(scenario.id) ?? true;
    for (const path of vectorFiles(folder, '.jsonl')) {
      if (basename(path).startsWith('kubectl.')) {
        yield* replayTranscripts(readLines<Transcript>(path).filter(isWanted));
      } else yield* readLines<Scenario>(path).filter(isWanted).map(replayed);
    }
  },
};

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
