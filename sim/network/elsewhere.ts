/**
 * Names of hosts that are not of the cluster. Whoever waits for one of them is taken to find it: what is
 * outside is no part of what is tried.
 */
import type { Pod, Service } from '../api/kinds/core.js';
import { isAddress } from './addresses.js';
import type { ServiceBook } from './service-book.js';

/** What decides. */
export interface ElsewhereOptions {
  readonly book: ServiceBook;
  readonly domain: string;
  /**
   * The Services that somebody serves, as `namespace/name`, where that is known ahead: those of all other
   * names are taken to be somewhere. Undefined: a name of the cluster's own form is of the cluster.
   */
  readonly served: ReadonlySet<string> | undefined;
}

/** What names of the world end with, of those that have two parts. */
const ofTheWorld = /^(com|org|net|io|dev|ai|app|cloud|co|edu|gov|internal|lan|local|intra|corp)$/;

/** Tells names of the cluster from others. */
export class Elsewhere {
  constructor(private readonly options: ElsewhereOptions) {}

  has(pod: Pod | undefined, host: string): boolean {
    const name = host.toLowerCase().replace(/\.$/, '');
    if (name === 'localhost' || isAddress(name)) return false;
    const { namespace: own = 'default', name: podName } = pod?.metadata ?? {};
    if (name === podName) return false;
    const key = this.serviceOf(name, own);
    if (key === undefined) return true;
    const { book, served } = this.options;
    const service = book.service(key.namespace, key.name);
    if (service?.spec?.type === 'ExternalName') return this.leadsOut(pod, service);
    if (served === undefined || served.has(`${key.namespace}/${key.name}`)) return false;
    return service === undefined || book.endpointsOf(service).length === 0;
  }

  private leadsOut(pod: Pod | undefined, { spec }: Service): boolean {
    return spec?.externalName !== undefined && this.has(pod, spec.externalName);
  }

  /** The Service that is meant; undefined where the name cannot be of the cluster. */
  private serviceOf(
    host: string,
    own: string,
  ): { readonly namespace: string; readonly name: string } | undefined {
    const { domain, book } = this.options;
    const suffix = [`.svc.${domain}`, '.svc'].find(one => host.endsWith(one));
    const labels = (suffix === undefined ? host : host.slice(0, -suffix.length)).split('.');
    const [last = '', before, further] = [...labels].reverse();
    if (before === undefined) return { namespace: own, name: last };
    if (suffix !== undefined) return { namespace: last, name: before };
    // `web-0.web`, `web.shop`, `web-0.web.shop`: by what there is.
    if (further === undefined && book.service(own, last) !== undefined) {
      return { namespace: own, name: last };
    }
    return this.isNamespace(last, own) ? { namespace: last, name: before } : undefined;
  }

  private isNamespace(name: string, own: string): boolean {
    const { book, served } = this.options;
    if (name === own || book.servicesIn(name)[Symbol.iterator]().next().done !== true) return true;
    if (served === undefined) return !ofTheWorld.test(name);
    return [...served].some(key => key.startsWith(`${name}/`));
  }
}
