/**
 * Forwards requests to the ports of a pod: what runs in simulated containers speaks HTTP only.
 * @upstream kubelet/pkg/cri/streaming/portforward/httpstream.go
 */
import type { HttpReply, HttpRequest } from '../../api/http-message.js';
import type { Pod } from '../../api/kinds/core.js';
import type { AnswerStream, StreamSink } from '../../api/request.js';
import type { ApiServerOptions } from '../contract.js';

/** A request over one of the client's connections. */
export interface PortQuestion {
  readonly connection: number;
  readonly port: number;
  readonly request: HttpRequest;
  /** The client will send no other one. */
  readonly isLast: boolean;
}

/** What came of it. */
export interface PortAnswer {
  readonly connection: number;
  readonly reply: HttpReply;
  readonly isLast: boolean;
}

/** The stream of a client that forwards ports of the pod. It takes `PortQuestion`s and gives `PortAnswer`s. */
export function portStream(pod: Pod, http: ApiServerOptions['http']): AnswerStream {
  let sink: StreamSink | undefined;
  const host = pod.status?.podIP ?? '';
  return {
    start: given => {
      sink = given;
      return () => void (sink = undefined);
    },
    receive: item => {
      const { connection, port, request, isLast } = item as PortQuestion;
      const answer = (reply: HttpReply) => {
        const told = reply.isOk ? reply : { isOk: false as const, error: failureText(pod, port) };
        sink?.item({ connection, isLast, reply: told } satisfies PortAnswer);
      };
      if (http === undefined) answer({ isOk: false, error: 'connection refused' });
      else http({ host, port }, request, answer);
    },
  };
}

function failureText(pod: Pod, port: number): string {
  const sandbox = `pod ${pod.metadata.name ?? ''}, uid ${pod.metadata.uid ?? ''}`;
  const refused = `dial tcp4 127.0.0.1:${port}: connect: connection refused`;
  const inside = `failed to connect to localhost:${port} inside namespace, IPv4: ${refused}`;
  return `error forwarding port ${port} to ${sandbox}: failed to execute portforward in network namespace: ${inside}`;
}
