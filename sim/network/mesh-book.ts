/** What the control plane of a mesh has pushed to its sidecars: from caches, and so a little late. */
import { kindOf, type HasMetadata, type Kind } from '../api/object.js';
import { keyOf } from '../api/meta.js';
import type { Controller, ControllerDefinition } from '../client/contract.js';
import { neverQueued } from '../client/never-queued.js';
import { watch } from '../client/requests.js';
import { secrets, type Secret } from '../api/kinds/core.js';
import type { DestinationRule, Gateway, MeshObject, VirtualService } from './mesh/kinds.js';

const security = 'security.istio.io/v1';

const networking = 'networking.istio.io/v1';

/** The kinds by which sidecars judge. */
const judgingKinds: readonly Kind<HasMetadata>[] = [
  kindOf(security, 'PeerAuthentication', 'peerauthentications'),
  kindOf(security, 'RequestAuthentication', 'requestauthentications'),
  kindOf(security, 'AuthorizationPolicy', 'authorizationpolicies'),
  kindOf(networking, 'DestinationRule', 'destinationrules'),
];

/** The kinds by which they and gateways judge and route. */
export const meshKinds: readonly Kind<HasMetadata>[] = [
  ...judgingKinds,
  kindOf(networking, 'VirtualService', 'virtualservices'),
  kindOf(networking, 'Gateway', 'gateways'),
];

/** The objects in force. */
export class MeshBook {
  /** Another one as soon as anything changes that a verdict could depend on. */
  version = 0;
  private state: Map<string, MeshObject> | undefined;
  private all: readonly MeshObject[] | undefined;
  private routing: Routing | undefined;
  private readonly certificates = new Set<string>();

  /** What the control plane runs to fill it. Sidecars keep what they have while it is down. */
  readonly definition: ControllerDefinition = {
    name: 'xds',
    create: () => this.create(),
  };

  /** Whether there is a mesh at all. */
  get isActive(): boolean {
    return this.state !== undefined;
  }

  /** All objects, in the order in which they came. */
  get objects(): readonly MeshObject[] {
    return (this.all ??= [...(this.state?.values() ?? [])]);
  }

  /** What sends requests elsewhere. */
  get virtualServices(): readonly VirtualService[] {
    return (this.routing ??= routingOf(this.objects)).virtualServices;
  }

  /** What knows subsets of services. */
  get destinationRules(): readonly DestinationRule[] {
    return (this.routing ??= routingOf(this.objects)).destinationRules;
  }

  /** What gateways listen for. */
  get gateways(): readonly Gateway[] {
    return (this.routing ??= routingOf(this.objects)).gateways;
  }

  /** Whether there is a Secret with a certificate and its key. */
  hasCertificate(namespace: string, name: string): boolean {
    return this.certificates.has(`${namespace}/${name}`);
  }

  private create(): Controller {
    const next = new Map<string, MeshObject>();
    return {
      watches: [
        ...meshKinds.map(kind =>
          watch(kind, {
            on: ({ type, object }) => {
              const key = `${kind.kind} ${keyOf(object)}`;
              // The definitions of the kinds see to their shapes.
              if (type === 'deleted') next.delete(key);
              else next.set(key, { ...object, kind: kind.kind } as unknown as MeshObject);
              this.changed();
            },
          }),
        ),
        watch(secrets, { on: ({ type, object }) => this.onSecret(object, type === 'deleted') }),
      ],
      start: () => {
        this.state = next;
        this.changed();
      },
      reconcile: neverQueued,
    };
  }

  private onSecret(secret: Secret, isGone: boolean): void {
    const key = keyOf(secret);
    const isOne = !isGone && isCertificate(secret);
    if (isOne === this.certificates.has(key)) return;
    if (isOne) this.certificates.add(key);
    else this.certificates.delete(key);
    this.version++;
  }

  private changed(): void {
    this.version++;
    this.all = undefined;
    this.routing = undefined;
  }
}

/** @upstream pilot/pkg/credentials/kube/secrets.go (extractCertInfo): of cert-manager, or in the old way */
function isCertificate({ data = {} }: Secret): boolean {
  const has = (...keys: readonly string[]) => keys.every(key => (data[key] ?? '') !== '');
  return has('tls.crt', 'tls.key') || has('cert', 'key');
}

interface Routing {
  readonly gateways: readonly Gateway[];
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
}

function routingOf(objects: readonly MeshObject[]): Routing {
  return {
    gateways: objects.filter(({ kind }) => kind === 'Gateway') as Gateway[],
    virtualServices: objects.filter(({ kind }) => kind === 'VirtualService') as VirtualService[],
    destinationRules: objects.filter(({ kind }) => kind === 'DestinationRule') as DestinationRule[],
  };
}
