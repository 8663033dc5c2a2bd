/** The names that the mesh goes by. */

/** Where the control plane stands: the root namespace of its policies. */
export const namespace = 'istio-system';

/** The groups of its kinds. */
export const groups = ['security.istio.io', 'networking.istio.io'] as const;

/** The label, or the annotation, by which a pod asks for a sidecar, or not to have one. */
export const injectKey = 'sidecar.istio.io/inject';

/** The ConfigMap of each namespace with the mesh's root certificate, without which no proxy's pod starts. */
export const rootCertificate = 'istio-ca-root-cert';
