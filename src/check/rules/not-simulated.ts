/** SEA003: a kind that nobody here defines or acts on. */
import { operators } from '../../../sim/operators/index.js';
import { grouped } from '../survey.js';
import type { Rule } from '../rule.js';
import { isRetired } from './removed-api.js';

/** The rule. */
export const notSimulated: Rule = {
  id: 'SEA003',
  name: 'not-simulated',
  severity: 'info',
  title:
    'Objects of this kind are stored as they are, or not even that: nothing acts on them here.',
  why: 'A simulated cluster knows the built-in kinds and the operators that are modelled. Of other kinds no voyage can tell whether they work.',
  fix: 'add the CustomResourceDefinition to the input to have its schema checked',
  source: 'seatrial: test/fidelity.md',
  *find({ entries, trial }) {
    const unserved = new Set(trial.unserved.filter(entry => !isRetired(entry)));
    const custom = entries.filter(
      entry =>
        unserved.has(entry) || (!entry.isBuiltIn && !entry.isBroken && isCustom(entry.group)),
    );
    for (const group of grouped(
      custom,
      ({ apiVersion, kind }) => `${apiVersion} ${kind}`,
    ).values()) {
      const [entry] = group;
      if (entry === undefined || modelled.has(entry.group)) continue;
      const { kind, apiVersion } = entry;
      const count = group.length === 1 ? '1 object' : `${group.length} objects`;
      const isUnserved = unserved.has(entry);
      const what = isUnserved
        ? `no CustomResourceDefinition defines it: not checked, not stored`
        : 'stored and held to its schema, but no controller acts on it here';
      yield {
        entry,
        path: ['kind'],
        message: `${kind} (${apiVersion}), ${count}: ${what}`,
        ...(!isUnserved && { fix: 'nothing, if its controller is known to work' }),
        subject: `${apiVersion} ${kind}`,
      };
    }
  },
};

const isCustom = (group: string): boolean => group.includes('.') && !group.endsWith('.k8s.io');

/** The groups whose objects a modelled operator acts on. */
const modelled = new Set(
  Object.values(operators)
    .flatMap(operator => operator.manifests())
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(({ spec }) => (spec as { readonly group: string }).group),
);
