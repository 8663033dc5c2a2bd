/** SEA008: a key stands twice in one map. */
import { placeEntry } from '../place-entry.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const repeatedKey: Rule = {
  id: 'SEA008',
  name: 'repeated-key',
  severity: 'warning',
  title: 'A key stands twice in one map of a manifest.',
  why: 'kubectl takes the last one without a word, so that what the first one says is lost. kustomize, Argo CD and linters refuse the file.',
  fix: 'keep one of the two',
  source: 'https://yaml.org/spec/1.2.2/#3213-node-comparison',
  *find({ entries }) {
    const documents = new Set(entries.map(({ manifest }) => manifest.document));
    for (const { file, repeats = [] } of documents) {
      for (const line of repeats) {
        const message = 'the key stands in this map already: kubectl takes the last one';
        yield { entry: placeEntry({ file, line }), path: [], message };
      }
    }
  },
};
