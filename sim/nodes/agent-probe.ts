/**
 * Probes and hooks that the agent in the sidecar of a mesh asks for the kubelet: what comes of them is what
 * comes of the program's own, in the agent's words.
 * @upstream istio/istio pilot/cmd/pilot-agent/status/server.go handleAppProbe (1.30)
 */
import { isRecord } from '../api/equality.js';
import type { Pod } from '../api/kinds/core.js';
import { isAgentPath, probersVariable } from '../api/probe-agent.js';
import { newestOf } from './container-records.js';
import type { KubeletContext } from './context.js';
import type { Action, ActionResult } from './handlers.js';

const sidecar = 'istio-proxy';

/** What the agent asks in the kubelet's place. */
export interface AgentProbe {
  /** Undefined: the agent was not told of such a question. */
  readonly action: Action | undefined;
  readonly isUp: boolean;
}

/** What the agent makes of the action; undefined where no agent is asked. */
export function agentProbe(
  { machine }: Pick<KubeletContext, 'machine'>,
  { httpGet }: Action,
  pod: Pod | undefined,
): AgentProbe | undefined {
  const { path = '' } = httpGet ?? {};
  if (pod === undefined || !isAgentPath(path)) return undefined;
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const agent = [...initContainers, ...containers].find(({ name }) => name === sidecar);
  if (agent === undefined) return undefined;
  const told = agent.env?.find(({ name }) => name === probersVariable)?.value;
  const probers: unknown = told === undefined ? {} : JSON.parse(told);
  const prober = isRecord(probers) ? probers[path] : undefined;
  const record = newestOf(machine.runtime.status(pod.metadata.uid ?? ''), sidecar);
  return {
    action: isRecord(prober) ? ownAction(prober as Action) : undefined,
    isUp: record?.state === 'running',
  };
}

/** The agent goes to the pod, whatever host is named. */
function ownAction({ httpGet, tcpSocket, grpc }: Action): Action {
  if (httpGet !== undefined) {
    const { host: _, ...there } = httpGet;
    return { httpGet: there };
  }
  if (tcpSocket !== undefined) return { tcpSocket: { port: tcpSocket.port } };
  return grpc === undefined ? {} : { grpc };
}

const ofProgram = 'HTTP probe failed with statuscode: ';

/** What comes of a question that the agent does not know. */
export const unknownToAgent: ActionResult = statusFailure(400);

/** The agent tells statuses on; for all else that went wrong it has one of its own. */
export function asAgentTells(result: ActionResult): ActionResult {
  if (result.kind !== 'failure' || result.output.startsWith(ofProgram)) return result;
  return statusFailure(500);
}

function statusFailure(status: number): ActionResult {
  return { kind: 'failure', output: `${ofProgram}${status}` };
}
