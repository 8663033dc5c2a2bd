/** The Secrets that Certificates make, also those of annotated Ingresses: manifests name them, and do not hold them. */
import { ingresses } from '../../sim/api/kinds/networking.js';
import { asksForCertificates } from '../../sim/operators/cert-manager/shim/wanted.js';
import type {
  Certificate,
  Issuer,
  IssuerReference,
} from '../../sim/operators/cert-manager/types.js';
import type { Entry } from './entry.js';
import { listOf } from './pod-template.js';
import type { Survey } from './survey.js';

const group = 'cert-manager.io';
/** Where cert-manager looks for the secrets of ClusterIssuers. */
const clusterNamespace = 'cert-manager';

/** A Secret by its place. */
interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** All of them. */
export function certificateSecrets(survey: Survey): readonly Place[] {
  const own = certificatesOf(survey).map(({ namespace, object }) => ({
    namespace,
    name: object.spec.secretName,
  }));
  return [...own, ...ingressSecrets(survey)];
}

function ingressSecrets(survey: Survey): readonly Place[] {
  return survey
    .of(ingresses)
    .filter(({ object }) => asksForCertificates(object))
    .flatMap(({ namespace, object: { spec } }) =>
      listOf(spec?.tls).flatMap(({ secretName: name = '' }) =>
        name === '' ? [] : [{ namespace, name }],
      ),
    );
}

/** Those that are made in a simulated cluster: by an issuer that is simulated, and has what it signs with. */
export function issuedSecrets(survey: Survey): readonly Place[] {
  const all = certificatesOf(survey);
  const isIssued = (
    { namespace, object }: Typed<Certificate>,
    asked: ReadonlySet<string>,
  ): boolean => {
    const issuer = issuerOf(survey, object.spec.issuerRef, namespace);
    if (issuer?.spec.selfSigned !== undefined) return true;
    const { secretName: name } = issuer?.spec.ca ?? {};
    if (issuer === undefined || name === undefined || asked.has(name)) return false;
    const place = object.spec.issuerRef.kind === 'ClusterIssuer' ? clusterNamespace : namespace;
    const isAt = (one: Place): boolean => one.namespace === place && one.name === name;
    return (
      survey.ofKind('', 'Secret').some(isAt) ||
      all.some(
        one =>
          isAt({ namespace: one.namespace, name: one.object.spec.secretName }) &&
          isIssued(one, new Set([...asked, name])),
      )
    );
  };
  return all
    .filter(one => isIssued(one, new Set()))
    .map(({ namespace, object }) => ({ namespace, name: object.spec.secretName }));
}

interface Typed<T> {
  readonly namespace: string;
  readonly object: T;
}

/** The wire meets us here: what has not these fields is no Certificate, and the server says so. */
function certificatesOf(survey: Survey): readonly Typed<Certificate>[] {
  return survey.ofKind(group, 'Certificate').flatMap(({ namespace, object }) => {
    const certificate = object as unknown as Certificate;
    const spec = certificate.spec as Partial<Certificate['spec']> | undefined;
    const isWhole = typeof spec?.secretName === 'string' && typeof spec.issuerRef === 'object';
    return isWhole ? [{ namespace, object: certificate }] : [];
  });
}

function issuerOf(
  survey: Survey,
  { name, kind = 'Issuer' }: IssuerReference,
  namespace: string,
): Issuer | undefined {
  const isIt = (entry: Entry): boolean =>
    entry.name === name && (kind === 'ClusterIssuer' || entry.namespace === namespace);
  const issuer = survey.ofKind(group, kind).find(isIt)?.object as unknown as Issuer | undefined;
  return (issuer?.spec as Issuer['spec'] | undefined) === undefined ? undefined : issuer;
}
