/** What a kubelet may write to its own Node object: no taints, no owners, only labels that are its own. */
import { deepEqual } from '../../../api/equality.js';
import { compareText, goQuote } from '../../../api/go-text.js';
import type { Node } from '../../../api/kinds/core.js';
import { forbid, objectOf, oldObjectOf } from '../shared/outcome.js';
import type { AdmissionAttributes, AdmissionOutcome } from '../plugin.js';

type Labels = Readonly<Record<string, string>>;

/** A node's write to a Node. */
export function admitNode(nodeName: string, attributes: AdmissionAttributes): AdmissionOutcome {
  const { operation, object, name } = attributes;
  const requested = name === '' ? (object?.metadata.name ?? '') : name;
  const who = `node ${goQuote(nodeName)}`;
  if (requested !== nodeName) {
    return forbid(attributes, `${who} is not allowed to modify node ${goQuote(requested)}`);
  }
  if (operation === 'CREATE') {
    const labels = forbiddenLabels(objectOf<Node>(attributes).metadata.labels ?? {}, {});
    if (labels.length === 0) return undefined;
    const text = `${who} is not allowed to set the following labels: ${labels.join(', ')}`;
    return forbid(attributes, text);
  }
  return operation === 'UPDATE' ? admitUpdate(who, attributes) : undefined;
}

function admitUpdate(who: string, attributes: AdmissionAttributes): AdmissionOutcome {
  const node = objectOf<Node>(attributes);
  const old = oldObjectOf<Node>(attributes);
  const source = node.spec?.configSource;
  if (source !== undefined && !deepEqual(source, old.spec?.configSource)) {
    const text = 'is not allowed to update configSource to a new non-nil configSource';
    return forbid(attributes, `${who} ${text}`);
  }
  if (!deepEqual(node.spec?.taints ?? [], old.spec?.taints ?? [])) {
    return forbid(attributes, `${who} is not allowed to modify taints`);
  }
  const owners = node.metadata.ownerReferences ?? [];
  if (!deepEqual(owners, old.metadata.ownerReferences ?? [])) {
    return forbid(attributes, `${who} is not allowed to modify ownerReferences`);
  }
  const labels = forbiddenLabels(node.metadata.labels ?? {}, old.metadata.labels ?? {});
  if (labels.length === 0) return undefined;
  return forbid(attributes, `is not allowed to modify labels: ${labels.join(', ')}`);
}

/** The labels that differ and that kubelets may not touch. */
function forbiddenLabels(labels: Labels, old: Labels): readonly string[] {
  if (labels === old) return [];
  const keys = new Set([...Object.keys(labels), ...Object.keys(old)]);
  return [...keys].filter(key => labels[key] !== old[key] && isForbidden(key)).sort(compareText);
}

function isForbidden(key: string): boolean {
  const slash = key.indexOf('/');
  const domain = slash < 0 ? '' : key.slice(0, slash);
  if (isIn(domain, 'node-restriction.kubernetes.io')) return true;
  if (!isIn(domain, 'kubernetes.io') && !isIn(domain, 'k8s.io')) return false;
  const isOwn = isIn(domain, 'kubelet.kubernetes.io') || isIn(domain, 'node.kubernetes.io');
  return !isOwn && !kubeletLabels.has(key);
}

function isIn(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}

/** @upstream staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go */
const kubeletLabels = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);
