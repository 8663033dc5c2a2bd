/** What a watched API server writes to its audit log: what changes something, and who reads secrets. */
import type { KubeObject } from '../../../sim/api/object.js';

/** Verbs that change something. */
export const mutatingVerbs: readonly string[] = [
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
];

/** Resources whose changes say nothing of who may do what: they would be most of a log. */
export const unloggedResources: readonly string[] = ['events', 'leases'];

/**
 * As the policies of managed clusters have it: heartbeats and events are left out, reading is told where
 * secrets are read or where a service account reads.
 *
 * @source kubernetes/cluster/gce/gci/configure-helper.sh create-master-audit-policy
 */
export const auditPolicy: KubeObject = {
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
    { level: 'Metadata', verbs: mutatingVerbs },
    { level: 'Metadata', resources: [{ group: '', resources: ['secrets'] }] },
    { level: 'Metadata', userGroups: ['system:serviceaccounts'] },
  ],
};
