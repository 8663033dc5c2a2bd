/** SEA003: a kind that nobody here defines or acts on. */
import { didYouMean } from '../../input/errors.js';
import type { Entry } from '../entry.js';
import { isModelled } from '../stand-in-definitions.js';
import { grouped } from '../survey.js';
import type { Hit, Rule } from '../rule.js';
import type { Trial } from '../trial.js';
import { isRetired } from './removed-api.js';

/** The rule. */
export const notSimulated: Rule = {
  id: 'SEA003',
  name: 'not-simulated',
  severity: 'info',
  title: 'Objects of this kind are stored as they are: nothing acts on them here.',
  why: 'A simulated cluster knows the built-in kinds and the operators that are modelled. Of other kinds no voyage can tell whether they work.',
  fix: 'add the CustomResourceDefinition to the input to have its schema checked',
  source: 'seatrial: test/fidelity.md',
  *find({ entries, trial }) {
    const unserved = new Set(trial.unserved.filter(entry => !isRetired(entry)));
    const isUndefined = (entry: Entry): boolean =>
      unserved.has(entry) || trial.undefinedKinds.has(entry);
    const custom = entries.filter(
      entry => isUndefined(entry) || (!entry.isBuiltIn && !entry.isBroken && isCustom(entry.group)),
    );
    for (const group of grouped(
      custom,
      ({ apiVersion, kind }) => `${apiVersion} ${kind}`,
    ).values()) {
      const [entry] = group;
      if (entry === undefined || isModelled(entry)) continue;
      if (isKindsOwn(entry)) {
        yield ofKind(entry);
        continue;
      }
      const { kind, apiVersion } = entry;
      const count = group.length === 1 ? '1 object' : `${group.length} objects`;
      const what = unserved.has(entry)
        ? 'no CustomResourceDefinition defines it: not checked, not stored'
        : trial.undefinedKinds.has(entry)
          ? 'no CustomResourceDefinition defines it: stored as it is, and nothing but its metadata is checked'
          : 'stored and held to its schema, but no controller acts on it here';
      yield {
        entry,
        path: ['kind'],
        message: `${kind} (${apiVersion}), ${count}: ${what}`,
        ...fixOf(entry, trial),
        ...(!isUndefined(entry) && { fix: 'nothing, if its controller is known to work' }),
        subject: `${apiVersion} ${kind}`,
      };
    }
  },
};

/** kind's own file: it describes a cluster, and is no object of one. */
const isKindsOwn = ({ group, kind }: Entry): boolean =>
  group === 'kind.x-k8s.io' && kind === 'Cluster';

function ofKind(entry: Entry): Hit {
  const message =
    "Cluster of kind's own configuration: it is no object, and kubectl apply would refuse it";
  const fix = `keep it out of the manifests, and try them on it: --config ${entry.manifest.file}`;
  return { entry, path: ['kind'], message, fix, subject: 'kind' };
}

/** A version of the kind that is served, or the kind that may have been meant. */
function fixOf(entry: Entry, trial: Trial): { readonly fix?: string } {
  if (!trial.unserved.includes(entry)) return {};
  const served = trial.servedElsewhere(entry);
  if (served?.startsWith(`${entry.group}/`) === true) return { fix: `use ${served}` };
  const near = didYouMean(entry.kind, trial.builtInKinds);
  return near === undefined ? {} : { fix: `did you mean ${near}?` };
}

const isCustom = (group: string): boolean => group.includes('.') && !group.endsWith('.k8s.io');
