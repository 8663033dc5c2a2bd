/** The namespaces that every cluster has, whatever the manifests say. */
export const systemNamespaces = [
  'default',
  'kube-system',
  'kube-public',
  'kube-node-lease',
] as const;
