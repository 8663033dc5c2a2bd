/** The webhook that fills in LeaderWorkerSets. @upstream lws v0.10.0 pkg/webhooks/leaderworkerset_webhook.go Default */
import type { KubeObject } from '../../api/object.js';
import { goPodTemplate } from '../admission/go-pod-template.js';
import type { Webhook } from '../admission/webhook.js';
import type { LeaderWorkerSet, LeaderWorkerSetSpec } from './types.js';

/** Fills in a new or changed set. */
export const defaultLeaderWorkerSet: Webhook = function* ({ object }) {
  if (object === undefined) return { isAllowed: true };
  const set = object as unknown as LeaderWorkerSet;
  // Both are Go structs: what is left out is an empty one.
  const { leaderWorkerTemplate } = set.spec as Partial<LeaderWorkerSetSpec>;
  const { leaderTemplate, workerTemplate = {} } = leaderWorkerTemplate ?? {};
  const template = {
    ...leaderWorkerTemplate,
    ...(leaderTemplate !== undefined && { leaderTemplate: goPodTemplate(leaderTemplate) }),
    workerTemplate: goPodTemplate(workerTemplate),
  };
  const spec = defaultedSpec({ ...set.spec, leaderWorkerTemplate: template });
  const completed = { ...set, spec };
  return { isAllowed: true, object: completed as unknown as KubeObject };
};

function defaultedSpec(spec: LeaderWorkerSetSpec): LeaderWorkerSetSpec {
  const { leaderWorkerTemplate: template, rolloutStrategy = {}, networkConfig } = spec;
  const { restartPolicy = '' } = template;
  return {
    ...spec,
    leaderWorkerTemplate: { ...template, restartPolicy: policies[restartPolicy] ?? restartPolicy },
    rolloutStrategy: {
      ...rolloutStrategy,
      type: rolloutStrategy.type || 'RollingUpdate',
      rollingUpdateConfiguration: rolloutStrategy.rollingUpdateConfiguration ?? {
        maxUnavailable: 1,
        maxSurge: 0,
        partition: 0,
      },
    },
    networkConfig: {
      ...networkConfig,
      subdomainPolicy: networkConfig?.subdomainPolicy ?? 'Shared',
    },
  };
}

/** What stands for a policy: none, and the former name of one. */
const policies: Readonly<Record<string, string>> = {
  '': 'RecreateGroupOnPodRestart',
  Default: 'None',
};
