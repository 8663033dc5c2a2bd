/** Holds pods to their node selector and node affinity. @upstream pkg/scheduler/framework/plugins/nodeaffinity */
import type { Node, NodeAffinity, Pod } from '../../api/kinds/core.js';
import { stateKey } from '../cycle-state.js';
import { skip, status, type PluginFactory, type PreFilterResult } from '../framework.js';
import {
  compileNodeSelector,
  compilePreferences,
  requiredNodeAffinity,
  type NodeScorer,
} from '../node-selector.js';
import { action } from '../queue/cluster-event.js';
import { normalizeByMax } from '../normalize-by-max.js';

const name = 'NodeAffinity';
const refusal = status(
  'UnschedulableAndUnresolvable',
  name,
  "node(s) didn't match Pod's node affinity/selector",
);
const enforcedRefusal = status(
  'UnschedulableAndUnresolvable',
  name,
  "node(s) didn't match scheduler-enforced node affinity",
);
const conflict = status('UnschedulableAndUnresolvable', name, 'pod affinity terms conflict');
const preference = stateKey<NodeScorer | undefined>('PreScoreNodeAffinity');

interface Args {
  readonly addedAffinity?: NodeAffinity;
}

/** The plug-in NodeAffinity. */
export const nodeAffinity: PluginFactory = args => {
  const { addedAffinity } = (args ?? {}) as Args;
  const required = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const enforced = required === undefined ? undefined : compileNodeSelector(required);
  const added = scorerOf(addedAffinity);
  return {
    name,
    preFilter(_state, { pod }) {
      const { nodeSelector } = pod.spec ?? {};
      const isFree = requiredTerms(pod) === undefined && nodeSelector === undefined;
      if (isFree && enforced === undefined) return { status: skip };
      return namedNodes(pod);
    },
    filter(_state, pod, { node }) {
      if (enforced !== undefined && !enforced(node)) return enforcedRefusal;
      const matches = pod.nodeAffinity;
      return matches === undefined || matches(node) ? undefined : refusal;
    },
    preScore(state, { pod }) {
      const own = scorerOf(pod.spec?.affinity?.nodeAffinity);
      if (own === undefined && added === undefined) return skip;
      if (typeof own === 'object') return status('Error', name, own.error);
      state.write(preference, own);
      return undefined;
    },
    score(state, _pod, { node }) {
      const own = state.read(preference);
      const extra = typeof added === 'function' ? added(node) : 0;
      return extra + (own === undefined ? 0 : own(node));
    },
    normalizeScore: (_state, scores) => normalizeByMax(scores, { isReversed: false }),
    events: [
      {
        event: { resource: 'Node', actions: action.add | action.updateNodeLabel },
        hint(pod, change) {
          const node = change.object as Node;
          if (enforced !== undefined && !enforced(node)) return 'QueueSkip';
          const matches = requiredNodeAffinity(pod) ?? (() => true);
          if (!matches(node)) return 'QueueSkip';
          const old = change.old as Node | undefined;
          return old === undefined || !matches(old) ? 'Queue' : 'QueueSkip';
        },
      },
    ],
  };
};

function scorerOf(
  affinity: NodeAffinity | undefined,
): ReturnType<typeof compilePreferences> | undefined {
  const preferences = affinity?.preferredDuringSchedulingIgnoredDuringExecution;
  return preferences === undefined ? undefined : compilePreferences(preferences);
}

function requiredTerms(pod: Pod) {
  return pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    ?.nodeSelectorTerms;
}

/** The nodes that the terms name, when each of them names some. */
function namedNodes(pod: Pod): PreFilterResult {
  const terms = requiredTerms(pod);
  if (terms === undefined || terms.length === 0) return {};
  const named = new Set<string>();
  for (const { matchFields = [] } of terms) {
    let ofTerm: Set<string> | undefined;
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      ofTerm = new Set(ofTerm === undefined ? values : values.filter(value => ofTerm?.has(value)));
    }
    if (ofTerm === undefined) return {};
    for (const node of ofTerm) named.add(node);
  }
  return named.size === 0 ? { status: conflict } : { nodeNames: named };
}
