/** Replays the golden traces of kube-controller-manager's controllers. */
import type { CaseResult, VectorFamily } from '../family.js';
import { readLines, vectorFiles } from '../files.js';
import { replayScenario } from './controllers/replay.js';
import type { Scenario } from './controllers/scenario.js';

/** The recorded scenarios of controllers. */
export const controllersFamily: VectorFamily = {
  name: 'controllers',
  *replay(folder, { id }) {
    for (const path of vectorFiles(folder, '.jsonl')) {
      for (const scenario of readLines<Scenario>(path)) {
        if (id === undefined || id.test(scenario.id)) yield replayed(scenario);
      }
    }
  },
};

function replayed(scenario: Scenario): CaseResult {
  try {
    return replayScenario(scenario);
  } catch (error) {
    const [message, place = ''] = String(error instanceof Error ? error.stack : error).split('\n');
    const reason = `${message ?? ''}${place}`;
    return { id: scenario.id, result: 'failed', reason };
  }
}
