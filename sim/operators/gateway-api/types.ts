/** The kinds of the Gateway API, as far as they are modelled. @upstream kubernetes-sigs/gateway-api apis/v1 */
import type { Condition } from '../../api/kinds/meta.js';
import { kindOf, type HasMetadata } from '../../api/object.js';

/** The API group. */
export const gatewayGroup = 'gateway.networking.k8s.io';

/** What GatewayClasses name to be served by this controller. */
export const controllerName = 'seatrial.dev/gateway-controller';

/** A class of gateways. */
export interface GatewayClass extends HasMetadata {
  readonly spec: { readonly controllerName: string };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** A listener of a gateway. */
export interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  readonly protocol: string;
  readonly allowedRoutes?: {
    readonly namespaces?: {
      readonly from?: string;
      readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    };
  };
}

/** A gateway. */
export interface Gateway extends HasMetadata {
  readonly spec: {
    readonly gatewayClassName: string;
    readonly listeners: readonly Listener[];
    readonly addresses?: readonly { readonly type?: string; readonly value?: string }[];
  };
  readonly status?: {
    readonly addresses?: Gateway['spec']['addresses'];
    readonly conditions?: readonly Condition[];
    readonly listeners?: readonly ListenerStatus[];
  };
}

/** What is told of a listener. */
export interface ListenerStatus {
  readonly name: string;
  readonly attachedRoutes: number;
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
  readonly conditions: readonly Condition[];
}

/** What a route is attached to. */
export interface ParentReference {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}

/** Where a rule sends requests. */
export interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly port?: number;
  readonly weight?: number;
}

/** A route. */
export interface HttpRoute extends HasMetadata {
  readonly spec: {
    readonly parentRefs?: readonly ParentReference[];
    readonly hostnames?: readonly string[];
    readonly rules?: readonly { readonly backendRefs?: readonly BackendRef[] }[];
  };
  readonly status?: { readonly parents: readonly RouteParentStatus[] };
}

/** What a controller says of a route and one of its parents. */
export interface RouteParentStatus {
  readonly parentRef: ParentReference;
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
}

/** Lets routes of one namespace refer to Services of another. */
export interface ReferenceGrant extends HasMetadata {
  readonly spec: {
    readonly from: readonly {
      readonly group: string;
      readonly kind: string;
      readonly namespace: string;
    }[];
    readonly to: readonly {
      readonly group: string;
      readonly kind: string;
      readonly name?: string;
    }[];
  };
}

const v1 = `${gatewayGroup}/v1`;

/** GatewayClasses. */
export const gatewayClasses = kindOf<GatewayClass>(v1, 'GatewayClass', 'gatewayclasses', 'Cluster');
/** Gateways. */
export const gateways = kindOf<Gateway>(v1, 'Gateway', 'gateways');
/** HTTPRoutes. */
export const httpRoutes = kindOf<HttpRoute>(v1, 'HTTPRoute', 'httproutes');
/** ReferenceGrants. */
export const referenceGrants = kindOf<ReferenceGrant>(
  `${gatewayGroup}/v1beta1`,
  'ReferenceGrant',
  'referencegrants',
);
