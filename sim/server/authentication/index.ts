/** Authentication of the API server: certificates; tokens are to come. */
import { badRequest } from '../../api/status.js';
import type { CreateAuthentication } from './authenticator.js';
import type { VirtualResource } from '../virtual-resource.js';

/** Makes the authentication of a server. */
export const createAuthentication: CreateAuthentication = () => ({
  authenticate: (_request, { certificate }) =>
    certificate === undefined
      ? { kind: 'none' }
      : {
          kind: 'authenticated',
          user: {
            name: certificate.user,
            groups: [...certificate.groups, 'system:authenticated'],
          },
        },
  authenticateToken: () => ({ kind: 'error', message: 'invalid bearer token' }),
  issueToken: () => ({ refusal: badRequest('tokens are not issued') }),
  tokenIssuer: '',
  openIdConfiguration: () => ({}),
  jwks: () => ({ keys: [] }),
});

/** TokenReview and SelfSubjectReview. */
export const virtualResources: readonly VirtualResource[] = [];
