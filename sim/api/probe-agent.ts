/**
 * The questions of probes and hooks that the agent in a sidecar of a mesh asks for the kubelet: what the
 * injector makes of them, and the variable that says what they were.
 * @upstream istio/istio pilot/cmd/pilot-agent/status/server.go FormatProberURL, KubeAppProberEnvName (1.30)
 */

/** Which of a container's questions it is. */
export type AgentQuestion = 'readyz' | 'livez' | 'startupz' | 'prestopz' | 'poststartz';

/** Where the agent looks for what it is to ask. */
export const probersVariable = 'ISTIO_KUBE_APP_PROBERS';

/** The path at the agent. */
export function agentPath(container: string, question: AgentQuestion): string {
  const isHook = question === 'prestopz' || question === 'poststartz';
  return `/app-${isHook ? 'lifecycle' : 'health'}/${container}/${question}`;
}

/** Whether a path is one of these. */
export function isAgentPath(path: string): boolean {
  return path.startsWith('/app-health/') || path.startsWith('/app-lifecycle/');
}
