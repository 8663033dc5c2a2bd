/**
 * What is said of a PeerAuthentication and of a RequestAuthentication.
 * @upstream pkg/config/validation/validation.go
 */
import { goQuote } from '../../../api/go-text.js';
import type { JwtRule, PeerAuthenticationSpec, RequestAuthenticationSpec } from '../kinds.js';
import { attachmentErrors, selectorErrors } from './attachment.js';

/** The errors of a PeerAuthentication, in order. */
export function peerErrors({ selector, portLevelMtls }: PeerAuthenticationSpec): readonly string[] {
  const ports = Object.keys(portLevelMtls ?? {});
  const isWide = Object.keys(selector?.matchLabels ?? {}).length === 0;
  return [
    ...(isWide && ports.length > 0
      ? ['mesh/namespace peer authentication cannot have port level mTLS']
      : []),
    ...ports
      .filter(port => Number(port) <= 0 || Number(port) > 65_535)
      .map(() => 'port must be in range 1..65535'),
    ...selectorErrors(selector),
  ];
}

/** The errors of a RequestAuthentication, in order. */
export function requestErrors(spec: RequestAuthenticationSpec): readonly string[] {
  return [...attachmentErrors(spec), ...(spec.jwtRules ?? []).flatMap(jwtErrors)];
}

function jwtErrors(rule: JwtRule): readonly string[] {
  const { audiences = [], issuer = '', jwksUri = '', outputClaimToHeaders = [] } = rule;
  const { fromHeaders = [], fromParams = [], fromCookies = [] } = rule;
  const empty = (texts: readonly (string | undefined)[], error: string): readonly string[] =>
    texts.filter(text => (text ?? '') === '').map(() => error);
  return [
    ...empty(audiences, 'audience must be non-empty string'),
    ...(issuer === '' && jwksUri === '' ? ['issuer or jwksUri must be non-empty string'] : []),
    ...(jwksUri === '' ? [] : schemeErrors(jwksUri)),
    ...empty(
      fromHeaders.map(({ name }) => name),
      'location header name must be non-empty string',
    ),
    ...empty(fromParams, 'location query must be non-empty string'),
    ...empty(fromCookies, 'cookie name must be non-empty string'),
    ...outputClaimToHeaders
      .filter(({ header = '', claim = '' }) => header === '' || claim === '')
      .map(() => 'outputClaimToHeaders header and claim value must be non-empty string'),
  ];
}

function schemeErrors(uri: string): readonly string[] {
  const scheme = /^([a-z][a-z\d+.-]*):/iu.exec(uri)?.[1]?.toLowerCase() ?? '';
  const isGood = scheme === 'http' || scheme === 'https';
  return isGood ? [] : [`URI scheme ${goQuote(scheme)} is not supported`];
}
