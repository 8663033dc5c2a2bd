/** A request between two workloads, and the mesh that it passes through. */
import type { Labels } from '../../api/selectors.js';

/** A pod, as the mesh sees it. */
export interface Workload {
  /** The name of its service. */
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly labels: Labels;
  readonly hasSidecar: boolean;
  /** Its proxy is no sidecar, and lets everybody in who speaks to it in clear. Default false. */
  readonly isGateway?: boolean;
  readonly ip: string;
  /** That of its certificate; undefined: the mesh's. */
  readonly trustDomain?: string | undefined;
}

/** The settings of the mesh that decide on security. */
export interface MeshSettings {
  readonly rootNamespace: string;
  readonly trustDomain: string;
  readonly trustDomainAliases: readonly string[];
  readonly enableAutoMtls: boolean;
  readonly pathNormalization: PathNormalization;
  /** What the external authorizer says; `missing`: the mesh knows no such provider. */
  readonly externalAuthorizer: 'allow' | 'deny' | 'missing';
}

/** How paths are brought to one form before policies and the application see them. */
export type PathNormalization = 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES';

/** The settings of a mesh whose administrator has set none. */
export const defaultMesh: MeshSettings = {
  rootNamespace: 'istio-system',
  trustDomain: 'cluster.local',
  trustDomainAliases: [],
  enableAutoMtls: true,
  pathNormalization: 'BASE',
  externalAuthorizer: 'missing',
};

/** What a client sends. */
export interface MeshRequest {
  readonly protocol: 'http' | 'tcp';
  /** The port of the pod. */
  readonly port: number;
  /** The port of the service; undefined: the same. */
  readonly servicePort?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  /** As in the Host header. */
  readonly host?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The client by X-Forwarded-For or the PROXY protocol; undefined: the connection's address. */
  readonly remoteIp?: string | undefined;
  readonly token?: Token | undefined;
}

/** A token: what it says, whether it stands, and where it is. */
export interface Token {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly state: 'valid' | 'expired' | 'bad-signature' | 'malformed';
  /** Undefined: in the header Authorization, after `Bearer `. */
  readonly location?: TokenLocation | undefined;
}

/** Where a token is. */
export interface TokenLocation {
  readonly kind: 'header' | 'param' | 'cookie';
  readonly name: string;
  /** What stands before the token in a header: `Bearer `. */
  readonly prefix?: string | undefined;
}
