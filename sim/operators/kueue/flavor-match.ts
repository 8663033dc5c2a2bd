/** Whether a flavour's nodes suit pods. @upstream kueue v0.19.2 flavorassigner.checkFlavorForPodSets */
import type { NodeSelectorTerm, PodSpec, Taint, Toleration } from '../../api/kinds/core.js';
import { isTolerated, matchesAffinity } from '../../api/node-fit.js';
import type { PodSet, ResourceFlavor } from './types.js';

/** Why the flavour does not suit the pods; undefined: it does. */
export function mismatch(
  name: string,
  flavor: ResourceFlavor | undefined,
  set: PodSet,
): string | undefined {
  if (flavor === undefined) return `flavor ${name} not found`;
  const pod = set.template.spec;
  const { nodeTaints = [], nodeLabels = {}, tolerations = [] } = flavor.spec ?? {};
  const all = [...(pod?.tolerations ?? []), ...tolerations];
  const taint = untolerated(nodeTaints, all);
  if (taint !== undefined) return `untolerated taint ${taintText(taint)} in flavor ${name}`;
  const spec = pod === undefined ? undefined : withKeysOf(nodeLabels, pod);
  const node = { metadata: { labels: nodeLabels } };
  if (spec === undefined || matchesAffinity(spec, node)) return undefined;
  return `flavor ${name} doesn't match node affinity`;
}

function untolerated(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): Taint | undefined {
  return taints.find(
    taint => taint.effect !== 'PreferNoSchedule' && !isTolerated(taint, tolerations),
  );
}

/** As Go prints it. */
function taintText({ key, value = '', effect }: Taint): string {
  if (effect === '') return value === '' ? `${key}` : `${key}=${value}:`;
  return value === '' ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}

/** The pod's wishes for nodes, those only that are about the flavour's labels. */
function withKeysOf(labels: Readonly<Record<string, string>>, spec: PodSpec): PodSpec {
  const isKnown = (key: string): boolean => Object.hasOwn(labels, key);
  const selector = Object.entries(spec.nodeSelector ?? {}).filter(([key]) => isKnown(key));
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required === undefined ? [] : termsAbout(isKnown, required.nodeSelectorTerms);
  return {
    containers: [],
    nodeSelector: Object.fromEntries(selector),
    ...(terms.length > 0 && {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
        },
      },
    }),
  };
}

/** A term that is about nothing here matches any flavour, and with it the whole affinity does. */
function termsAbout(
  isKnown: (key: string) => boolean,
  all: readonly NodeSelectorTerm[],
): readonly NodeSelectorTerm[] {
  const terms = all.map(({ matchExpressions = [] }) => ({
    matchExpressions: matchExpressions.filter(({ key }) => isKnown(key)),
  }));
  return terms.every(({ matchExpressions }) => matchExpressions.length > 0) ? terms : [];
}
