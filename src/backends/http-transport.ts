/** The way to a real API server for our components: each speaks as itself. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { ApiAnswer } from '../../sim/api/request.js';
import type { Connect } from '../../sim/client/contract.js';
import { HttpClient, type ConnectionError } from './http-client.js';

/** What a failed connection is told as: the components then back off and try again. */
function unreachable({ message }: Error): ApiAnswer {
  return {
    status: 503,
    headers: { 'content-type': 'application/json' },
    body: { kind: 'Status', status: 'Failure', reason: 'ServiceUnavailable', message },
  };
}

/**
 * Connects to the current context of a kubeconfig. Each identity is impersonated (the caller needs
 * the right to; a cluster's admin has it), so that the server authorises our components as themselves.
 */
export function httpConnect(
  config: KubeConfig,
  /** Receives what a component threw when it heard an answer. */
  onError: (error: unknown) => void,
): Connect & { close(): void } {
  const client = new HttpClient(config);
  let isClosed = false;
  const guarded = (action: () => void): void => {
    if (isClosed) return;
    try {
      action();
    } catch (error) {
      onError(error);
    }
  };
  const connect: Connect = identity => ({
    send(request, done) {
      client.send(request, identity).then(
        answer => guarded(() => done(answer)),
        (error: unknown) => guarded(() => done(unreachable(error as ConnectionError))),
      );
    },
    watch: (request, sink) =>
      client.watch(
        request,
        {
          event: event => guarded(() => sink.event(event)),
          end: ({ refusal, error }) =>
            guarded(() => sink.end(error === undefined ? refusal : unreachable(error))),
        },
        identity,
      ),
  });
  return Object.assign(connect, {
    close() {
      isClosed = true;
      client.close();
    },
  });
}
