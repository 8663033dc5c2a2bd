/**
 * Narrows what kubelets may write to their own node, its pods, leases and slices.
 * @upstream plugin/pkg/admission/noderestriction/admission.go
 */
import { goQuote } from '../../api/go-text.js';
import {
  certificateSigningRequests,
  type CertificateSigningRequest,
} from '../../api/kinds/certificates.js';
import { leases } from '../../api/kinds/coordination.js';
import {
  nodes,
  persistentVolumeClaims,
  pods,
  serviceAccounts,
  type PersistentVolumeClaim,
} from '../../api/kinds/core.js';
import { resourceSlices, type ResourceSlice } from '../../api/kinds/resource.js';
import { csiNodes } from '../../api/kinds/storage.js';
import { deepEqual } from '../../api/equality.js';
import { printedResource } from '../../api/status.js';
import { nodeNameOf } from '../authorization/node-identity.js';
import { subjectOf } from './shared/certificate-subject.js';
import { admitNode } from './node-restriction/node.js';
import { admitEviction, admitPod, admitPodStatus } from './node-restriction/pod.js';
import { admitToken } from './node-restriction/token.js';
import { forbid, objectOf, oldObjectOf } from './shared/outcome.js';
import type {
  AdmissionAttributes,
  AdmissionContext,
  AdmissionOutcome,
  AdmissionPlugin,
} from './plugin.js';

/** A request of a node. */
export type NodeRule = (
  nodeName: string,
  attributes: AdmissionAttributes,
  context: AdmissionContext,
) => AdmissionOutcome;

const rules: ReadonlyMap<string, NodeRule> = new Map<string, NodeRule>([
  [printedResource(pods), podRule],
  [printedResource(nodes), admitNode],
  [printedResource(persistentVolumeClaims), claimRule],
  [printedResource(serviceAccounts), admitToken],
  [printedResource(leases), leaseRule],
  [printedResource(csiNodes), csiNodeRule],
  [printedResource(resourceSlices), sliceRule],
  [printedResource(certificateSigningRequests), requestRule],
]);

/** The plug-in NodeRestriction. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: operation => operation !== 'CONNECT',
  mutate(attributes, context) {
    const nodeName = nodeNameOf(attributes.user);
    if (nodeName === undefined) return undefined;
    if (nodeName === '') {
      const text = `could not determine node from user ${goQuote(attributes.user.name)}`;
      return forbid(attributes, text);
    }
    const rule = rules.get(printedResource(attributes.resource));
    return rule?.(nodeName, attributes, context);
  },
};

function podRule(
  nodeName: string,
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): AdmissionOutcome {
  const { subresource } = attributes;
  if (subresource === '') return admitPod(nodeName, attributes, context);
  if (subresource === 'status') return admitPodStatus(nodeName, attributes, context);
  if (subresource === 'eviction') return admitEviction(nodeName, attributes, context);
  const which = goQuote(subresource);
  const text = `unexpected pod subresource ${which}, only 'status' and 'eviction' are allowed`;
  return forbid(attributes, text);
}

function claimRule(nodeName: string, attributes: AdmissionAttributes): AdmissionOutcome {
  if (attributes.subresource !== 'status') return forbid(attributes, 'may only update PVC status');
  const fixed = ({ metadata, spec, status }: PersistentVolumeClaim) => ({
    metadata: { ...metadata, resourceVersion: undefined, managedFields: undefined },
    spec,
    status: {
      ...status,
      capacity: undefined,
      conditions: undefined,
      allocatedResources: undefined,
      allocatedResourceStatuses: undefined,
    },
  });
  const old = fixed(oldObjectOf<PersistentVolumeClaim>(attributes));
  if (deepEqual(old, fixed(objectOf<PersistentVolumeClaim>(attributes)))) return undefined;
  const fields = 'is not allowed to update fields other than status.quantity and status.conditions';
  return forbid(attributes, `node ${goQuote(nodeName)} ${fields}: `);
}

/** The name of the object itself: on create it is not that of the request. */
function nameOf({ operation, name, object }: AdmissionAttributes): string {
  return operation === 'CREATE' ? (object?.metadata.name ?? '') : name;
}

function leaseRule(nodeName: string, attributes: AdmissionAttributes): AdmissionOutcome {
  if (attributes.namespace !== 'kube-node-lease') {
    return forbid(attributes, 'can only access leases in the "kube-node-lease" system namespace');
  }
  if (nameOf(attributes) === nodeName) return undefined;
  const text = 'can only access node lease with the same name as the requesting node';
  return forbid(attributes, text);
}

function csiNodeRule(nodeName: string, attributes: AdmissionAttributes): AdmissionOutcome {
  if (nameOf(attributes) === nodeName) return undefined;
  return forbid(attributes, 'can only access CSINode with the same name as the requesting node');
}

function sliceRule(nodeName: string, attributes: AdmissionAttributes): AdmissionOutcome {
  const { operation } = attributes;
  if (operation !== 'CREATE' && operation !== 'DELETE') return undefined;
  const isCreate = operation === 'CREATE';
  const slice = isCreate
    ? objectOf<ResourceSlice>(attributes)
    : oldObjectOf<ResourceSlice>(attributes);
  if (slice.spec.nodeName === nodeName) return undefined;
  const verb = isCreate ? 'create' : 'delete';
  const text = `can only ${verb} ResourceSlice with the same NodeName as the requesting node`;
  return forbid(attributes, text);
}

const nodeSigners = [
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/kube-apiserver-client-kubelet',
];

function requestRule(nodeName: string, attributes: AdmissionAttributes): AdmissionOutcome {
  if (attributes.operation !== 'CREATE') return undefined;
  const { signerName, request } = objectOf<CertificateSigningRequest>(attributes).spec;
  if (!nodeSigners.includes(signerName)) return undefined;
  const subject = subjectOf(request);
  if (subject === undefined) return forbid(attributes, 'unable to parse csr: no PEM found');
  const wanted = `system:node:${nodeName}`;
  if (subject.commonName === wanted) return undefined;
  return forbid(attributes, `can only create a node CSR with CN=${wanted}`);
}
