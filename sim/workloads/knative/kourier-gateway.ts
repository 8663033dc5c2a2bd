/**
 * Kourier's gateway, an Envoy: it sends requests by their host to the Services of revisions, by the shares
 * of their rule. Upstream's is told its routes; this one follows the Ingresses itself.
 * @upstream knative-extensions/net-kourier pkg/generator
 */
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import type { HasMetadata } from '../../api/object.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { ApiWatch } from '../api-watch.js';
import type { ContainerContext, Program, Workload } from '../workload.js';
import { replied, withHeaders } from './http-parts.js';

const externalPort = 8080;
const internalPort = 8081;
const unreachable = textPage(
  'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
  503,
);

interface Split {
  readonly serviceNamespace: string;
  readonly serviceName: string;
  readonly servicePort: number;
  readonly percent?: number;
  readonly appendHeaders?: Readonly<Record<string, string>>;
}

interface Ingress extends HasMetadata {
  readonly spec?: {
    readonly rules?: readonly {
      readonly hosts?: readonly string[];
      readonly visibility?: string;
      readonly http?: { readonly paths: readonly { readonly splits: readonly Split[] }[] };
    }[];
  };
}

type Respond = (response: HttpResponse) => void;

/** Plays the container `kourier-gateway`. */
export const kourierGateway: Workload = {
  name: 'kourier-gateway',
  start: context => new Gateway(context),
};

class Gateway implements Program {
  private readonly ingresses: ApiWatch<Ingress>;

  constructor(private readonly context: ContainerContext) {
    const path = '/apis/networking.internal.knative.dev/v1alpha1/ingresses';
    this.ingresses = new ApiWatch(context, { path }, () => undefined);
    const listen = (port: number, visibility: string): void =>
      serveHttp(context.network, port, (request, respond) =>
        this.take(request, respond, visibility),
      );
    listen(externalPort, 'ExternalIP');
    listen(internalPort, 'ClusterLocal');
  }

  terminate(): void {
    this.context.exit(0);
  }

  ended(): void {
    this.ingresses.end();
  }

  private take(request: HttpRequest, respond: Respond, visibility: string): void {
    const split = this.chosen(request.headers?.['host'] ?? '', visibility);
    if (split === undefined) return respond(textPage('', 404));
    const { serviceName, serviceNamespace, servicePort, appendHeaders = {} } = split;
    const added = Object.entries(appendHeaders).map(([name, value]) => [name.toLowerCase(), value]);
    const host = `${serviceName}.${serviceNamespace}.svc.cluster.local`;
    const sent = withHeaders(request, Object.fromEntries(added) as Record<string, string>);
    return this.context.network.send({ host, port: servicePort }, sent, reply =>
      respond(replied(reply, unreachable)),
    );
  }

  /** By the shares of the first rule for the host. */
  private chosen(hostAndPort: string, visibility: string): Split | undefined {
    const host = hostAndPort.toLowerCase().replace(/:\d+$/, '');
    const rules = this.ingresses.items().flatMap(({ spec }) => spec?.rules ?? []);
    const rule = rules.find(
      ({ hosts = [], visibility: own = 'ExternalIP' }) =>
        own === visibility && hosts.includes(host),
    );
    const splits = rule?.http?.paths[0]?.splits ?? [];
    const [only, ...others] = splits;
    if (others.length === 0) return only;
    let left = this.context.random.float() * 100;
    return splits.find(({ percent = 100 }) => (left -= percent) < 0) ?? splits.at(-1);
  }
}
