/** What must hold of trigger authentications. @upstream kedacore/keda v2.20.2 triggerauthentication_webhook.go validateSpec */
import type { TriggerAuthentication } from './types.js';

type Spec = TriggerAuthentication['spec'];
type Identity = NonNullable<Spec['podIdentity']>;

/** What is wrong with one. */
export function authenticationProblem({ podIdentity, oauth2 }: Spec): string | undefined {
  switch (podIdentity?.provider) {
    case undefined:
      break;
    case 'azure-workload': {
      const problem = azureProblem(podIdentity);
      if (problem !== undefined) return problem;
      break;
    }
    case 'aws': {
      const problem = awsProblem(podIdentity);
      if (problem !== undefined) return problem;
      break;
    }
    default:
      return undefined;
  }
  return oauth2 === undefined ? undefined : oauthProblem(oauth2);
}

function azureProblem(identity: Identity): string | undefined {
  const { identityId, identityTenantId, identityAuthorityHost: host = '' } = identity;
  if (identityId === '') {
    return 'identityId of PodIdentity should not be empty. If it\'s set, identityId has to be different than ""';
  }
  if (host !== '') {
    return (identityTenantId ?? '') === ''
      ? 'identityTenantID of PodIdentity should not be nil or empty when identityAuthorityHost of PodIdentity is set'
      : undefined;
  }
  if (identityTenantId !== '') return undefined;
  return 'identityTenantId of PodIdentity should not be empty. If it\'s set, identityTenantId has to be different than ""';
}

function awsProblem({ roleArn = '', identityOwner, externalID = '' }: Identity) {
  if (roleArn !== '' && identityOwner === 'workload') {
    return "roleArn of PodIdentity can't be set if KEDA isn't identityOwner";
  }
  if (externalID !== '' && roleArn === '') {
    return 'externalID of PodIdentity requires roleArn to be set';
  }
  return undefined;
}

function oauthProblem({ type = '', clientId, tokenUrl }: NonNullable<Spec['oauth2']>) {
  if (type !== 'clientCredentials') {
    return `oauth2.type must be 'clientCredentials', got '${type}'`;
  }
  if ((clientId ?? '') === '') return 'oauth2.clientId is required when oauth2 is configured';
  if ((tokenUrl ?? '') === '') return 'oauth2.tokenUrl is required when oauth2 is configured';
  if (/^https?:\/\/[^/?#]+/.test(tokenUrl ?? '')) return undefined;
  return 'oauth2.tokenUrl must be a valid http or https URL';
}
