/** The reviews of authentication: who a token is, and who I am. @upstream pkg/registry/authentication */
import {
  selfSubjectReviews,
  tokenReviews,
  type TokenReview,
  type UserInfo,
} from '../../api/kinds/authentication.js';
import type { KubeObject } from '../../api/object.js';
import { badRequest } from '../../api/status.js';
import { rfc3339 } from '../../api/time.js';
import type { User } from '../user.js';
import type { VirtualResource } from '../virtual-resource.js';
import { issuer } from './token-authenticator.js';

/** The resources that only know how to be created. */
export const virtualResources: readonly VirtualResource[] = [
  {
    kind: tokenReviews,
    create(object, { authentication }) {
      const { token = '', audiences = [] } = (object as unknown as TokenReview).spec ?? {};
      if (token === '') {
        return { refusal: badRequest('token is required for TokenReview in authentication') };
      }
      const asked = audiences.length === 0 ? [issuer] : audiences;
      const found = authentication.authenticateToken(token, asked);
      if (found.kind !== 'authenticated') {
        const error = found.kind === 'error' ? { error: found.message } : {};
        return { object: { ...object, status: { user: {}, ...error } } };
      }
      const user = userInfoOf(found.user);
      const status = { authenticated: true, user, audiences: found.audiences ?? [] };
      return { object: { ...object, status } };
    },
  },
  {
    kind: selfSubjectReviews,
    create({ apiVersion, kind }, { request, access }) {
      const metadata = { creationTimestamp: rfc3339(access.clock.now()) };
      const status = { userInfo: userInfoOf(request.user) };
      return { object: { kind, apiVersion, metadata, status } as KubeObject };
    },
  },
];

/** A user as the API tells it. */
export function userInfoOf({ name, uid, groups, extra }: User): UserInfo {
  return Object.assign(
    {},
    name === '' ? undefined : { username: name },
    uid ? { uid } : undefined,
    groups.length > 0 ? { groups } : undefined,
    extra && Object.keys(extra).length > 0 ? { extra } : undefined,
  );
}
