/** The family of network policies: who may talk to whom, cell by cell, and what the API server says of policies. */
import { basename } from 'node:path';
import type { CaseResult, VectorFamily } from '../family.js';
import { readLines, vectorFiles } from '../files.js';
import { replayMatrix, type MatrixCase } from './network-policy/matrix.js';
import { replayValidation, type ValidationCase } from './network-policy/validation.js';

/** Replays all files of the folder. */
export const networkPolicy: VectorFamily = {
  name: 'network-policy',
  *replay(folder, { id }) {
    for (const path of vectorFiles(folder, '.jsonl')) {
      const replay = basename(path).startsWith('validation') ? validation : replayMatrix;
      for (const one of readLines<MatrixCase & ValidationCase>(path)) {
        if (id?.test(one.id) === false) continue;
        yield result(one.id, replay(one));
      }
    }
  },
};

const validation = (one: ValidationCase): string | undefined => replayValidation(one);

function result(id: string, difference: string | undefined): CaseResult {
  if (difference === undefined) return { id, result: 'passed' };
  return { id, result: 'failed', reason: difference };
}
