/** One request to the program behind an APIService. */
import { noEndpoints, type HttpReply, type HttpRequest } from '../../api/http-message.js';
import { services, type Service } from '../../api/kinds/core.js';
import type { Core } from '../core.js';
import { wait, type Steps } from '../steps.js';
import type { RemoteApi } from './remote-apis.js';

/** Where an APIService points. */
export interface RemotePlace {
  readonly host: string;
  readonly port: number;
}

/**
 * The address of the service: its cluster IP, or the name that an ExternalName service stands for.
 * @upstream apiserver/pkg/util/proxy/proxy.go ResolveCluster
 */
export function placeOf({ access }: Core, { apiService }: RemoteApi): RemotePlace | undefined {
  const { namespace = '', name = '', port = 443 } = apiService.spec?.service ?? {};
  const service = access.get(services, namespace, name) as Service | undefined;
  const { type, clusterIP = '', externalName = '' } = service?.spec ?? {};
  if (type === 'ExternalName') return { host: externalName, port };
  return clusterIP === '' || clusterIP === 'None' ? undefined : { host: clusterIP, port };
}

const unknownAuthority =
  'tls: failed to verify certificate: x509: certificate signed by unknown authority';

/** Sends the request; what does not come within the time, or from whom nobody vouches for, is an error. */
export function* callRemote(
  core: Core,
  { apiService }: RemoteApi,
  sent: { readonly to: RemotePlace; readonly request: HttpRequest; readonly timeoutMs: number },
): Steps<HttpReply> {
  const { http } = core.options;
  const { to, request, timeoutMs } = sent;
  if (http === undefined) return { isOk: false, error: 'connect: connection refused' };
  const reply = yield* wait<HttpReply>(done => {
    let isDone = false;
    const end = (result: HttpReply): void => {
      if (isDone) return;
      isDone = true;
      timer.cancel();
      done(result);
    };
    const timer = core.clock.after(timeoutMs, `aggregated API ${to.host} timed out`, () =>
      end({ isOk: false, error: 'context deadline exceeded' }),
    );
    http(to, request, end);
  });
  const { name = '' } = apiService.spec?.service ?? {};
  if (!reply.isOk && reply.error === noEndpoints(name)) return reply;
  const { caBundle, insecureSkipTLSVerify } = apiService.spec ?? {};
  const isTrusted = caBundle !== undefined || insecureSkipTLSVerify === true;
  return reply.isOk && !isTrusted ? { isOk: false, error: unknownAuthority } : reply;
}
