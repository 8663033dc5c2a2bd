/** The family of the mesh: Istio's verdicts on requests, the paths that it sees, and what its webhook says. */
import { basename } from 'node:path';
import type { CaseResult, VectorFamily } from '../family.js';
import { readLines, vectorFiles } from '../files.js';
import { replayPath, type PathCase } from './mesh/path.js';
import { replayRequest, type RequestCase } from './mesh/request.js';
import { replayValidation, type ValidationCase } from './mesh/validation.js';

/** Replays all files of the folder. */
export const mesh: VectorFamily = {
  name: 'mesh',
  *replay(folder, { id }) {
    for (const path of vectorFiles(folder, '.jsonl')) {
      for (const one of readLines<PathCase | RequestCase | ValidationCase>(path)) {
        if (id?.test(one.id) === false) continue;
        yield result(one.id, replayCase(basename(path), one));
      }
    }
  },
};

function replayCase(
  file: string,
  one: PathCase | RequestCase | ValidationCase,
): string | undefined {
  if (file.startsWith('path-normalization')) return replayPath(one as PathCase);
  if (file.startsWith('validation')) return replayValidation(one as ValidationCase);
  return replayRequest(one as RequestCase);
}

function result(id: string, difference: string | undefined): CaseResult {
  if (difference === undefined) return { id, result: 'passed' };
  return { id, result: 'failed', reason: difference };
}
