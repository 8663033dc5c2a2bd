/** Authentication of the API server: client certificates and tokens of service accounts. */
import { jsonWebKey, publicKeyPem } from '../../api/jwt/rsa.js';
import { sha256Hex } from '../../api/jwt/sha256.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiRequest, Connection } from '../../api/request.js';
import type { Random } from '../../engine/random.js';
import type { ServerAccess } from '../access.js';
import type { User } from '../user.js';
import type {
  Authentication,
  AuthenticationService,
  CreateAuthentication,
} from './authenticator.js';
import { issuer, TokenAuthenticator } from './token-authenticator.js';
import { issueToken } from './token-issuer.js';

export { userInfoOf, virtualResources } from './reviews.js';
export { tokenRequestDefaults } from './token-issuer.js';

type Certificate = NonNullable<Connection['certificate']>;

const none: Authentication = { kind: 'none' };

/** Makes the authentication of a server. */
export const createAuthentication: CreateAuthentication = access =>
  new CertificateAndTokenAuthentication(access);

class CertificateAndTokenAuthentication implements AuthenticationService {
  readonly tokenIssuer = publicKeyPem;
  private readonly tokens: TokenAuthenticator;
  private readonly random: Random;
  private readonly certificates = new WeakMap<Certificate, Authentication>();

  constructor(private readonly access: ServerAccess) {
    this.tokens = new TokenAuthenticator(access);
    this.random = access.random.fork('tokens');
  }

  authenticate(request: ApiRequest, connection: Connection): Authentication {
    const { certificate } = connection;
    if (certificate !== undefined) return this.ofCertificate(certificate);
    const header = request.headers?.['authorization'];
    if (header === undefined) return none;
    const [scheme = '', token = ''] = header.trim().split(' ', 3);
    if (scheme.toLowerCase() !== 'bearer' || token === '') return none;
    return this.tokens.authenticate(token, [issuer]);
  }

  authenticateToken(token: string, audiences: readonly string[]): Authentication {
    return this.tokens.authenticate(token, audiences);
  }

  issueToken(
    account: KubeObject,
    tokenRequest: KubeObject,
    options: Parameters<AuthenticationService['issueToken']>[2],
  ) {
    const { access, random } = this;
    const { annotate } = options;
    return issueToken(account, tokenRequest, { access, random, ...(annotate && { annotate }) });
  }

  openIdConfiguration(): unknown {
    return {
      issuer,
      jwks_uri: `${issuer}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  }

  jwks(): unknown {
    return { keys: [jsonWebKey] };
  }

  /** The same certificate gives the same user object: decisions of authorization hang on it. */
  private ofCertificate(certificate: Certificate): Authentication {
    let known = this.certificates.get(certificate);
    if (known === undefined) {
      known = authenticationOf(certificate);
      this.certificates.set(certificate, known);
    }
    return known;
  }
}

/** There are no bytes of a certificate to hash in process, so what it says stands in for them. */
function authenticationOf({ user, groups }: Certificate): Authentication {
  const isKnown = groups.includes('system:authenticated');
  const all = isKnown ? groups : [...groups, 'system:authenticated'];
  return { kind: 'authenticated', user: new CertificateUser(user, groups, all) };
}

/** A user of a certificate. All have one shape, as literals with a getter each would not. */
class CertificateUser implements User {
  private hashed: User['extra'];

  constructor(
    readonly name: string,
    private readonly certified: readonly string[],
    readonly groups: readonly string[],
  ) {}

  /** Only audit and reviews read it, and each kubelet is a user: it is hashed when it is asked for. */
  get extra(): User['extra'] {
    return (this.hashed ??= credentialOf({ user: this.name, groups: this.certified }));
  }
}

function credentialOf({ user, groups }: Certificate): NonNullable<User['extra']> {
  const hash = sha256Hex(new TextEncoder().encode(JSON.stringify([user, groups])));
  return { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${hash}`] };
}
