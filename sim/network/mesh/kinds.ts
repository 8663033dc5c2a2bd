/**
 * The kinds of Istio's security and routing, as their users write them; only what is evaluated is named.
 * @upstream istio.io/api security/v1beta1, networking/v1alpha3 (1.30)
 */
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { Labels } from '../../api/selectors.js';

/** Any object of the mesh, told apart by its kind. */
export type MeshObject =
  | PeerAuthentication
  | RequestAuthentication
  | AuthorizationPolicy
  | DestinationRule
  | VirtualService
  | Gateway;

interface Of<Kind extends string, Spec> {
  readonly apiVersion?: string;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
  readonly spec?: Spec;
}

/** Which clients a server lets in: with mutual TLS only, both, or in clear only. */
export type PeerAuthentication = Of<'PeerAuthentication', PeerAuthenticationSpec>;

/** Whose tokens a server checks. */
export type RequestAuthentication = Of<'RequestAuthentication', RequestAuthenticationSpec>;

/** Who may do what. */
export type AuthorizationPolicy = Of<'AuthorizationPolicy', AuthorizationPolicySpec>;

/** How clients speak to a service. */
export type DestinationRule = Of<'DestinationRule', DestinationRuleSpec>;

/** Where requests for a host go. */
export type VirtualService = Of<'VirtualService', VirtualServiceSpec>;

/** What gateways' proxies listen for. */
export type Gateway = Of<'Gateway', GatewaySpec>;

/** Pods by all of these labels. */
export interface WorkloadSelector {
  readonly matchLabels?: Labels;
}

/** What a policy may be attached to instead of pods: gateways and waypoints. */
export interface TargetReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** What the specs of policies share: whom they are about. */
export interface Attachment {
  readonly selector?: WorkloadSelector;
  readonly targetRef?: TargetReference;
  readonly targetRefs?: readonly TargetReference[];
}

/** STRICT, PERMISSIVE, DISABLE, or UNSET: the wider scope's. */
export interface MutualTls {
  readonly mode?: string;
}

/** The spec of a PeerAuthentication. */
export interface PeerAuthenticationSpec {
  readonly selector?: WorkloadSelector;
  readonly mtls?: MutualTls;
  readonly portLevelMtls?: Readonly<Record<string, MutualTls>>;
}

/** The spec of a RequestAuthentication. */
export interface RequestAuthenticationSpec extends Attachment {
  readonly jwtRules?: readonly JwtRule[];
}

/** An issuer, and where its tokens are found. */
export interface JwtRule {
  readonly issuer?: string;
  readonly audiences?: readonly string[];
  readonly jwksUri?: string;
  readonly jwks?: string;
  readonly fromHeaders?: readonly { readonly name?: string; readonly prefix?: string }[];
  readonly fromParams?: readonly string[];
  readonly fromCookies?: readonly string[];
  readonly spaceDelimitedClaims?: readonly string[];
  readonly outputClaimToHeaders?: readonly { readonly header?: string; readonly claim?: string }[];
}

/** What a policy does with what its rules match. */
export type Action = 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';

/** The spec of an AuthorizationPolicy. */
export interface AuthorizationPolicySpec extends Attachment {
  /** ALLOW where it is absent. */
  readonly action?: string;
  readonly provider?: { readonly name?: string };
  readonly rules?: readonly AuthorizationRule[];
}

/** A rule: one of its sources, one of its operations, all of its conditions. */
export interface AuthorizationRule {
  readonly from?: readonly { readonly source?: Source }[];
  readonly to?: readonly { readonly operation?: Operation }[];
  readonly when?: readonly Condition[];
}

type Values = readonly string[];

/** Where a request comes from: all fields must hold, of each one of its values. */
export interface Source {
  readonly principals?: Values;
  readonly notPrincipals?: Values;
  readonly requestPrincipals?: Values;
  readonly notRequestPrincipals?: Values;
  readonly namespaces?: Values;
  readonly notNamespaces?: Values;
  readonly serviceAccounts?: Values;
  readonly notServiceAccounts?: Values;
  readonly trustDomains?: Values;
  readonly notTrustDomains?: Values;
  readonly ipBlocks?: Values;
  readonly notIpBlocks?: Values;
  readonly remoteIpBlocks?: Values;
  readonly notRemoteIpBlocks?: Values;
}

/** What is asked for: all fields must hold, of each one of its values. */
export interface Operation {
  readonly hosts?: Values;
  readonly notHosts?: Values;
  readonly ports?: Values;
  readonly notPorts?: Values;
  readonly methods?: Values;
  readonly notMethods?: Values;
  readonly paths?: Values;
  readonly notPaths?: Values;
}

/** A condition on an attribute. */
export interface Condition {
  readonly key?: string;
  readonly values?: Values;
  readonly notValues?: Values;
}

/** The spec of a DestinationRule. */
export interface DestinationRuleSpec {
  readonly host?: string;
  readonly exportTo?: readonly string[];
  readonly workloadSelector?: WorkloadSelector;
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly Subset[];
}

/** Those of a service's pods that have the labels. */
export interface Subset {
  readonly name?: string;
  readonly labels?: Labels;
  readonly trafficPolicy?: TrafficPolicy;
}

/** How clients speak to a service, or to one of its ports. */
export interface TrafficPolicy extends PortTrafficPolicy {
  readonly portLevelSettings?: readonly (PortTrafficPolicy & {
    readonly port?: { readonly number?: number };
  })[];
}

/** What is said of one port, or of all. */
export interface PortTrafficPolicy {
  readonly tls?: { readonly mode?: string };
  readonly connectionPool?: { readonly tcp?: { readonly connectTimeout?: string } };
  readonly outlierDetection?: OutlierDetection;
  readonly loadBalancer?: { readonly consistentHash?: object };
}

/** When a pod that fails gets no requests for a while. */
export interface OutlierDetection {
  readonly consecutive5xxErrors?: number;
  readonly consecutiveGatewayErrors?: number;
  readonly consecutiveLocalOriginFailures?: number;
  readonly splitExternalLocalOriginErrors?: boolean;
  readonly interval?: string;
  readonly baseEjectionTime?: string;
  readonly maxEjectionPercent?: number;
  readonly minHealthPercent?: number;
}

/** The spec of a VirtualService. */
export interface VirtualServiceSpec {
  readonly hosts?: readonly string[];
  /** Absent: sidecars alone, as `mesh`. */
  readonly gateways?: readonly string[];
  readonly exportTo?: readonly string[];
  readonly http?: readonly HttpRoute[];
}

/** The spec of a Gateway. */
export interface GatewaySpec {
  /** Of the pods; absent: all gateways. */
  readonly selector?: Labels;
  readonly servers?: readonly GatewayServer[];
}

/** A port, and for which hosts: `host`, `namespace/host` for the VirtualServices of one namespace. */
export interface GatewayServer {
  readonly name?: string;
  readonly port?: { readonly number?: number; readonly protocol?: string; readonly name?: string };
  readonly bind?: string;
  readonly hosts?: readonly string[];
  readonly tls?: {
    readonly mode?: string;
    readonly httpsRedirect?: boolean;
    readonly credentialName?: string;
    readonly serverCertificate?: string;
  };
}

/** What is done with the requests that one of the matches is about; without any, with all. */
export interface HttpRoute {
  readonly name?: string;
  readonly match?: readonly HttpMatch[];
  readonly route?: readonly WeightedDestination[];
  readonly rewrite?: { readonly uri?: string; readonly authority?: string };
  readonly redirect?: {
    readonly uri?: string;
    readonly authority?: string;
    readonly scheme?: string;
    readonly redirectCode?: number;
  };
  /** For all attempts together. */
  readonly timeout?: string;
  readonly retries?: HttpRetries;
  readonly directResponse?: {
    readonly status?: number;
    readonly body?: { readonly string?: string };
  };
  readonly fault?: {
    readonly delay?: {
      readonly fixedDelay?: string;
      readonly percentage?: Percentage;
      /** The old way to say it: a whole number. */
      readonly percent?: number;
    };
    readonly abort?: { readonly httpStatus?: number; readonly percentage?: Percentage };
  };
}

/** How often, and after what, a request is sent once more. */
export interface HttpRetries {
  readonly attempts?: number;
  readonly perTryTimeout?: string;
  readonly retryOn?: string;
  readonly retryIgnorePreviousHosts?: boolean;
  readonly backoff?: string;
}

/** A part of a hundred. */
export interface Percentage {
  readonly value?: number;
}

/** A text: exactly, by its beginning, or by a pattern for all of it; without any, that there is one. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

/** What a request must have: all of it. */
export interface HttpMatch {
  readonly uri?: StringMatch;
  readonly scheme?: StringMatch;
  readonly method?: StringMatch;
  readonly authority?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: Readonly<Record<string, StringMatch>>;
  readonly ignoreUriCase?: boolean;
  readonly port?: number;
  readonly gateways?: readonly string[];
  readonly sourceLabels?: Labels;
  readonly sourceNamespace?: string;
}

/** Where a share of the requests goes. */
export interface WeightedDestination {
  readonly destination?: {
    readonly host?: string;
    readonly subset?: string;
    readonly port?: { readonly number?: number };
  };
  readonly weight?: number;
}
