/**
 * Authorizes kubelets: what all nodes may do, and what only the node of an object may.
 * @upstream plugin/pkg/auth/authorizer/node/node_authorizer.go
 */
import type { PolicyRule } from '../../api/kinds/rbac.js';
import type { ServerAccess } from '../access.js';
import type { AuthorizationAttributes, AuthorizationDecision } from './authorizer.js';
import { nodeNameOf } from './node-identity.js';
import { isRelated, type RelatedKind } from './node-relations.js';
import { ruleAllows } from './policy-rule.js';

const allow: AuthorizationDecision = { decision: 'allow', reason: '' };
const noOpinion: AuthorizationDecision = { decision: 'no-opinion', reason: '' };

function no(reason: string): AuthorizationDecision {
  return { decision: 'no-opinion', reason };
}

/** One request of one node. */
interface NodeRequest {
  readonly access: ServerAccess;
  readonly nodeName: string;
  readonly attributes: AuthorizationAttributes;
}

type Rule = (request: NodeRequest) => AuthorizationDecision;

/** The decision about a kubelet's request; no opinion about other users. */
export function authorizeNode(
  access: ServerAccess,
  attributes: AuthorizationAttributes,
): AuthorizationDecision {
  const nodeName = nodeNameOf(attributes.user);
  if (nodeName === undefined) return noOpinion;
  if (nodeName === '') return no(`unknown node for user "${attributes.user.name}"`);
  if (attributes.isResourceRequest) {
    const { group, resource } = attributes;
    const rule = rules.get(group === '' ? resource : `${resource}.${group}`);
    if (rule !== undefined) return rule({ access, nodeName, attributes });
  }
  return allNodes.some(rule => ruleAllows(rule, attributes)) ? allow : noOpinion;
}

/** What all nodes may do alike. @upstream bootstrappolicy.NodeRules */
const allNodes: readonly PolicyRule[] = [
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'] },
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['localsubjectaccessreviews', 'subjectaccessreviews'],
  },
  { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['services'] },
  { verbs: ['create', 'patch', 'update'], apiGroups: ['', 'events.k8s.io'], resources: ['events'] },
  { verbs: ['get'], apiGroups: [''], resources: ['endpoints'] },
  {
    verbs: ['create', 'get', 'list', 'watch'],
    apiGroups: ['certificates.k8s.io'],
    resources: ['certificatesigningrequests'],
  },
  { verbs: ['get', 'list', 'watch'], apiGroups: ['storage.k8s.io'], resources: ['csidrivers'] },
  { verbs: ['get', 'list', 'watch'], apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'] },
];

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['secrets', request => readNamespaced(request, 'secret')],
  ['configmaps', request => readNamespaced(request, 'configMap')],
  ['persistentvolumeclaims', claims],
  ['persistentvolumes', request => getOne(request, 'volume')],
  ['resourceclaims.resource.k8s.io', request => getOne(request, 'resourceClaim')],
  ['volumeattachments.storage.k8s.io', request => getOne(request, 'volumeAttachment')],
  ['serviceaccounts', serviceAccounts],
  ['leases.coordination.k8s.io', leases],
  ['csinodes.storage.k8s.io', csiNodes],
  ['resourceslices.resource.k8s.io', slices],
  ['nodes', nodes],
  ['pods', pods],
]);

const ownVerbs = ['get', 'create', 'update', 'patch', 'delete'];
const readVerbs = ['get', 'list', 'watch'];

function related({ access, nodeName, attributes }: NodeRequest, kind: RelatedKind) {
  const { namespace, name } = attributes;
  if (name === '') return no('No Object name found');
  if (isRelated(access, nodeName, { kind, namespace, name })) return allow;
  return no(`no relationship found between node '${nodeName}' and this object`);
}

function getOne(request: NodeRequest, kind: RelatedKind): AuthorizationDecision {
  const { verb, subresource } = request.attributes;
  if (verb !== 'get') return no('can only get individual resources of this type');
  if (subresource !== '') return no('cannot get subresource');
  return related(request, kind);
}

function readNamespaced(request: NodeRequest, kind: RelatedKind): AuthorizationDecision {
  const { verb, subresource, namespace } = request.attributes;
  if (!readVerbs.includes(verb)) return no('can only read resources of this type');
  if (subresource !== '') return no('cannot read subresource');
  if (namespace === '') return no('can only read namespaced object of this type');
  return related(request, kind);
}

function claims(request: NodeRequest): AuthorizationDecision {
  const { verb, subresource } = request.attributes;
  if (subresource !== 'status') return getOne(request, 'claim');
  if (verb !== 'update' && verb !== 'patch') return no('can only get/update/patch this type');
  return related(request, 'claim');
}

function serviceAccounts(request: NodeRequest): AuthorizationDecision {
  const { verb, subresource, name } = request.attributes;
  if (verb === 'get' && subresource === '') return readNamespaced(request, 'serviceAccount');
  if (verb !== 'create' || name === '') {
    return no('can only create tokens for individual service accounts');
  }
  if (subresource !== 'token') return no('can only create token subresource of serviceaccount');
  return related(request, 'serviceAccount');
}

function leases({ nodeName, attributes }: NodeRequest): AuthorizationDecision {
  const { verb, namespace, name } = attributes;
  if (!ownVerbs.includes(verb)) {
    return no('can only get, create, update, patch, or delete a node lease');
  }
  if (namespace !== 'kube-node-lease') {
    return no('can only access leases in the "kube-node-lease" system namespace');
  }
  if (verb === 'create' || name === nodeName) return allow;
  return no('can only access node lease with the same name as the requesting node');
}

function csiNodes({ nodeName, attributes }: NodeRequest): AuthorizationDecision {
  const { verb, subresource, name } = attributes;
  if (!ownVerbs.includes(verb)) {
    return no('can only get, create, update, patch, or delete a CSINode');
  }
  if (subresource !== '') return no('cannot authorize CSINode subresources');
  if (verb === 'create' || name === nodeName) return allow;
  return no('can only access CSINode with the same name as the requesting node');
}

function slices(request: NodeRequest): AuthorizationDecision {
  const { verb, subresource } = request.attributes;
  if (subresource !== '') return no('cannot authorize ResourceSlice subresources');
  if (verb === 'create') return allow;
  if (['get', 'update', 'patch', 'delete'].includes(verb)) return related(request, 'resourceSlice');
  if (!['watch', 'list', 'deletecollection'].includes(verb)) {
    const verbs = 'get, watch, list, create, update, patch, delete, deletecollection';
    return no(`only the following verbs are allowed for a ResourceSlice: ${verbs}`);
  }
  if (selects(request, 'spec.nodeName')) return allow;
  return no('can only list/watch/deletecollection resourceslices with nodeName field selector');
}

/** Writes are narrowed to the node's own object by the admission plug-in NodeRestriction. */
function nodes({ nodeName, attributes }: NodeRequest): AuthorizationDecision {
  const { verb, subresource, name } = attributes;
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allow : noOpinion;
  if (subresource !== '') return noOpinion;
  if (['create', 'update', 'patch'].includes(verb)) return allow;
  if (!readVerbs.includes(verb)) return noOpinion;
  if (name === nodeName) return allow;
  if (name === '') return no(`node '${nodeName}' cannot read all nodes, only its own Node object`);
  return no(`node '${nodeName}' cannot read '${name}', only its own Node object`);
}

function pods(request: NodeRequest): AuthorizationDecision {
  const { verb, subresource, name } = request.attributes;
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allow : noOpinion;
  if (subresource === 'eviction') return verb === 'create' ? allow : noOpinion;
  if (subresource !== '') return noOpinion;
  if (verb === 'get') return getOne(request, 'pod');
  if (verb === 'create' || verb === 'delete') return allow;
  if (verb !== 'list' && verb !== 'watch') return noOpinion;
  if (selects(request, 'spec.nodeName')) return allow;
  if (name !== '') return related(request, 'pod');
  return no('can only list/watch pods with spec.nodeName field selector');
}

/** Whether the field selector asks for this node's objects only. */
function selects({ nodeName, attributes }: NodeRequest, field: string): boolean {
  const terms = (attributes.fieldSelector ?? '').split(',');
  return terms.includes(`${field}=${nodeName}`) || terms.includes(`${field}==${nodeName}`);
}
