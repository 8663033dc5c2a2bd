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
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { id: scenario.id, result: 'failed', reason };
  }
}
