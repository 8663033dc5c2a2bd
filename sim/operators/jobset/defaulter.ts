/** The webhook that fills in JobSets. @upstream jobset pkg/webhooks/jobset_webhook.go */
import type { KubeObject } from '../../api/object.js';
import { goPodTemplate } from '../admission/go-pod-template.js';
import type { Webhook } from '../admission/webhook.js';
import type { FailurePolicy, JobSet, JobSetSpec, ReplicatedJob } from './types.js';

/** Fills in a new JobSet. */
export const defaultJobSet: Webhook = function* ({ object }) {
  if (object === undefined) return { isAllowed: true };
  const jobSet = object as unknown as JobSet;
  // The schema does not ask for a spec: without one it is Go's empty struct.
  const given = jobSet.spec as JobSetSpec | undefined;
  const completed = { ...jobSet, spec: defaultedSpec(given ?? { replicatedJobs: [] }) };
  return { isAllowed: true, object: completed as unknown as KubeObject };
};

function defaultedSpec(spec: JobSetSpec): JobSetSpec {
  const { network, failurePolicy } = spec;
  return {
    ...spec,
    successPolicy: spec.successPolicy ?? { operator: 'All' },
    startupPolicy: spec.startupPolicy ?? { startupPolicyOrder: 'AnyOrder' },
    replicatedJobs: (spec.replicatedJobs ?? []).map(defaultedJob),
    network: {
      ...network,
      enableDNSHostnames: network?.enableDNSHostnames ?? true,
      publishNotReadyAddresses: network?.publishNotReadyAddresses ?? true,
    },
    ...(failurePolicy !== undefined && { failurePolicy: named(failurePolicy) }),
  };
}

function defaultedJob(replicated: ReplicatedJob): ReplicatedJob {
  const { template } = replicated;
  const pod = template.spec?.template;
  const podSpec = pod?.spec ?? { containers: [] };
  return {
    ...replicated,
    template: {
      ...template,
      metadata: template.metadata ?? {},
      spec: {
        ...template.spec,
        completionMode: template.spec?.completionMode ?? 'Indexed',
        template: goPodTemplate({
          ...pod,
          spec: { ...podSpec, restartPolicy: podSpec.restartPolicy || 'OnFailure' },
        }),
      },
    },
  };
}

function named(policy: FailurePolicy): FailurePolicy {
  if (policy.rules === undefined) return policy;
  const rules = policy.rules.map((rule, index) => ({
    ...rule,
    name: rule.name || `failurePolicyRule${index}`,
  }));
  return { ...policy, rules };
}
