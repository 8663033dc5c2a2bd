/** SEA001: a file of the folder is not YAML. */
import { dirname } from 'node:path';
import { placeEntry } from '../place-entry.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const unreadableFile: Rule = {
  id: 'SEA001',
  name: 'unreadable-file',
  severity: 'error',
  title: 'A file of the folder cannot be read as YAML or JSON.',
  why: 'kubectl apply -f FOLDER stops at it with an error, and what stands in it is not checked.',
  fix: 'mend the file; if it is a template, render it first (helm template, kustomize) and pipe it to -f -',
  source: 'kubectl apply; yaml.org/spec/1.2.2',
  *find({ unread }) {
    for (const { place, reason, kind } of unread) {
      if (kind === 'no-object') continue;
      const fix = `render it and pipe it: helm template ${dirname(place.file)} | seatrial check -f -`;
      const found = { entry: placeEntry(place), path: [], message: reason };
      yield { ...found, ...(kind === 'chart' && { fix }) };
    }
  },
};
