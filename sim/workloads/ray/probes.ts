/** How Ray's programs answer to probes: KubeRay asks by wget, or for a page of the agent. */
import type { ProbeRequest, ProbeResult } from '../workload.js';

/** The answer of programs that serve these ports once they are up. */
export function healthProbe(
  request: ProbeRequest,
  isUp: boolean,
  ports: readonly number[],
  isProxyUp = false,
): ProbeResult {
  if (request.kind === 'exec') {
    const text = request.command.join(' ');
    if (/-\/healthz/.test(text) && !isProxyUp) return { isSuccess: false };
    const isAboutHealth = /_healthz|\/api\/healthz/.test(text);
    return { isSuccess: isUp || !isAboutHealth };
  }
  if (request.kind === 'grpc') return { isSuccess: isUp };
  const isServed = isUp && ports.includes(request.port);
  return isServed ? { isSuccess: true } : { isSuccess: false, isRefused: true };
}
