/** The shapes of cert-manager's kinds. @upstream cert-manager v1.21.1 pkg/apis/certmanager/v1 */
import type { AnyCondition } from '../../api/meta.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';
import type { Subject } from '../../api/pki/subject.js';

/** The API group. */
export const group = 'cert-manager.io';

/** Who is to issue. */
export interface IssuerReference {
  readonly name: string;
  readonly kind?: string;
  readonly group?: string;
}

/** A condition, of the generation that it was told of. */
export interface CertCondition extends AnyCondition {
  readonly observedGeneration?: number;
}

/** What is asked of a certificate's key. */
export interface KeySpec {
  readonly algorithm?: string;
  readonly encoding?: 'PKCS1' | 'PKCS8';
  readonly rotationPolicy?: string;
  readonly size?: number;
}

/** What is asked of a certificate. */
export interface CertificateSpec {
  readonly secretName: string;
  readonly issuerRef: IssuerReference;
  readonly commonName?: string;
  readonly subject?: Omit<Subject, 'commonName'>;
  readonly literalSubject?: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
  readonly emailAddresses?: readonly string[];
  readonly otherNames?: readonly unknown[];
  readonly duration?: string;
  readonly renewBefore?: string;
  readonly renewBeforePercentage?: number;
  readonly renewal?: { readonly policy?: string; readonly windows?: readonly unknown[] };
  readonly isCA?: boolean;
  readonly usages?: readonly string[];
  readonly encodeUsagesInRequest?: boolean;
  readonly privateKey?: KeySpec;
  readonly signatureAlgorithm?: string;
  readonly secretTemplate?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly keystores?: Readonly<Record<string, { readonly create?: boolean } | undefined>>;
  readonly additionalOutputFormats?: readonly { readonly type: string }[];
  readonly nameConstraints?: unknown;
  readonly revisionHistoryLimit?: number;
}

/** What is known of a certificate. */
export interface CertificateStatus {
  readonly conditions?: readonly CertCondition[];
  readonly revision?: number;
  readonly nextPrivateKeySecretName?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly renewalTime?: string;
  readonly lastFailureTime?: string;
  readonly failedIssuanceAttempts?: number;
}

/** A certificate that is wanted in a secret. */
export interface Certificate extends HasMetadata {
  readonly spec: CertificateSpec;
  readonly status?: CertificateStatus;
}

/** What is known of a request. */
export interface RequestStatus {
  readonly conditions?: readonly AnyCondition[];
  readonly certificate?: string;
  readonly ca?: string;
  readonly failureTime?: string;
}

/** A request for a certificate; bytes are in base64. */
export interface CertificateRequest extends HasMetadata {
  readonly spec: {
    readonly request: string;
    readonly issuerRef: IssuerReference;
    readonly duration?: string;
    readonly isCA?: boolean;
    readonly usages?: readonly string[];
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly status?: RequestStatus;
}

/** How an issuer issues: one of these. */
export interface IssuerSpec {
  readonly selfSigned?: { readonly crlDistributionPoints?: readonly string[] };
  readonly ca?: {
    readonly secretName: string;
    readonly crlDistributionPoints?: readonly string[];
    readonly ocspServers?: readonly string[];
    readonly issuingCertificateURLs?: readonly string[];
  };
  readonly acme?: Readonly<Record<string, unknown>>;
  readonly vault?: Readonly<Record<string, unknown>>;
  readonly venafi?: Readonly<Record<string, unknown>>;
}

/** Who issues, in a namespace or in the whole cluster. */
export interface Issuer extends HasMetadata {
  readonly spec: IssuerSpec;
  readonly status?: { readonly conditions?: readonly CertCondition[] };
}

const version = `${group}/v1`;

/** The kind Certificate. */
export const certificates = withEmptySpec(
  kindOf<Certificate>(version, 'Certificate', 'certificates'),
  { secretName: '', issuerRef: { name: '' } },
);
/** The kind CertificateRequest. */
export const certificateRequests = withEmptySpec(
  kindOf<CertificateRequest>(version, 'CertificateRequest', 'certificaterequests'),
  { request: '', issuerRef: { name: '' } },
);
/** The kind Issuer. */
export const issuers = kindOf<Issuer>(version, 'Issuer', 'issuers');
/** The kind ClusterIssuer. */
export const clusterIssuers = {
  ...kindOf<Issuer>(version, 'ClusterIssuer', 'clusterissuers'),
  isNamespaced: false,
};

/** The ways in which an issuer may issue, in the order in which the webhook looks at them. */
export const issuerTypes = ['acme', 'ca', 'selfSigned', 'vault', 'venafi'] as const;

/** A way in which an issuer issues. */
export type IssuerType = (typeof issuerTypes)[number];

/** How this one does. */
export function typeOfIssuer({ spec }: Issuer): IssuerType | undefined {
  return issuerTypes.find(type => spec[type] !== undefined);
}

/** Kind and group of a reference, with what is meant where they are left out. */
export function referenceOf({
  name,
  kind,
  group: given,
}: IssuerReference): Required<IssuerReference> {
  return { name, kind: kind || 'Issuer', group: given || group };
}

/** Whether two references mean the same issuer. */
export function isSameIssuer(one: IssuerReference, other: IssuerReference): boolean {
  const [left, right] = [referenceOf(one), referenceOf(other)];
  return left.name === right.name && left.kind === right.kind && left.group === right.group;
}
