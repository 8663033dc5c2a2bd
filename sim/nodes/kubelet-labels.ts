/**
 * The labels that a kubelet may give its own node.
 * @upstream staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go
 */
const known = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

/** NodeRestriction keeps a kubelet from giving itself others; kubeadm sets them once it has joined. */
export function isKubeletLabel(key: string): boolean {
  const prefix = key.slice(0, Math.max(key.indexOf('/'), 0));
  if (!/(^|\.)(kubernetes|k8s)\.io$/.test(prefix)) return true;
  return /(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix) || known.has(key);
}
