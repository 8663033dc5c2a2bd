/** The names of cert-manager's labels and annotations. @upstream cert-manager v1.21.1 pkg/apis/certmanager/v1/types.go */

const prefix = 'cert-manager.io';

/** The keys. */
export const keys = {
  altNames: `${prefix}/alt-names`,
  ipSans: `${prefix}/ip-sans`,
  uriSans: `${prefix}/uri-sans`,
  emailSans: `${prefix}/email-sans`,
  commonName: `${prefix}/common-name`,
  certificateName: `${prefix}/certificate-name`,
  issuerName: `${prefix}/issuer-name`,
  issuerKind: `${prefix}/issuer-kind`,
  issuerGroup: `${prefix}/issuer-group`,
  revision: `${prefix}/certificate-revision`,
  privateKeySecret: `${prefix}/private-key-secret-name`,
  isNextKey: `${prefix}/next-private-key`,
  partOf: 'controller.cert-manager.io/fao',
  subject: {
    organizations: `${prefix}/subject-organizations`,
    organizationalUnits: `${prefix}/subject-organizationalunits`,
    countries: `${prefix}/subject-countries`,
    provinces: `${prefix}/subject-provinces`,
    localities: `${prefix}/subject-localities`,
    postalCodes: `${prefix}/subject-postalcodes`,
    streetAddresses: `${prefix}/subject-streetaddresses`,
  },
  serialNumber: `${prefix}/subject-serialnumber`,
  temporary: 'cert-manager.io/issue-temporary-certificate',
} as const;
