/** What API servers that seatrial watches write to their audit logs. */
import type { KubeObject } from '../../../sim/api/object.js';

/** Verbs that change something. */
export const mutatingVerbs: readonly string[] = [
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
];

/**
 * As the policies of managed clusters have it: heartbeats and events are left out, reading is told where
 * secrets are read or where a service account reads.
 *
 * @param level What is told of changes.
 * @source kubernetes/cluster/gce/gci/configure-helper.sh create-master-audit-policy
 */
export const auditPolicyAt = (level: 'Metadata' | 'RequestResponse'): KubeObject => ({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  metadata: {},
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'None',
      resources: [
        { group: '', resources: ['events'] },
        { group: 'events.k8s.io', resources: ['events'] },
        { group: 'coordination.k8s.io', resources: ['leases'] },
      ],
    },
    { level, verbs: mutatingVerbs },
    { level: 'Metadata', resources: [{ group: '', resources: ['secrets'] }] },
    { level: 'Metadata', userGroups: ['system:serviceaccounts'] },
  ],
});
