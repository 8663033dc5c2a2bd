import { expect, it } from 'vitest';
import type { AuthorizationPolicySpec, Source } from '../kinds.js';
import { deniedMessage, validatePolicy, type SecurityPolicy } from './validate.js';

const metadata = { namespace: 'models', name: 'p' };
const policy = (spec: AuthorizationPolicySpec): SecurityPolicy => ({
  kind: 'AuthorizationPolicy',
  metadata,
  spec,
});
function errorsOf(asked: SecurityPolicy): readonly string[] {
  const validation = validatePolicy(asked);
  return validation.kind === 'invalid' ? validation.errors : [];
}
const from = (source: Source) => errorsOf(policy({ rules: [{ from: [{ source }] }] }));

it('asks of DENY and CUSTOM for rules, and of CUSTOM for a provider and nothing of identity', () => {
  expect(errorsOf(policy({ action: 'DENY' }))).toHaveLength(1);
  expect(errorsOf(policy({ action: 'CUSTOM', rules: [{}] }))).toEqual([
    '`provider.name` must not be empty',
  ]);
  const when = [{ key: 'source.principal', values: ['a'] }];
  const custom = { action: 'CUSTOM', provider: { name: 'opa' } };
  expect(errorsOf(policy({ ...custom, rules: [{ when }] }))).toEqual([
    'source.principal is currently not supported with CUSTOM action',
  ]);
});

it('tells values that are none in the words of Go', () => {
  expect(from({ ipBlocks: ['300.1.1.1/8', 'a/8', '::1/x', 'b'] })).toEqual([
    'bad CIDR range (300.1.1.1/8): netip.ParsePrefix("300.1.1.1/8"): ' +
      'ParseAddr("300.1.1.1"): IPv4 field has value >255',
    'bad CIDR range (a/8): netip.ParsePrefix("a/8"): ParseAddr("a"): unable to parse IP',
    'bad CIDR range (::1/x): netip.ParsePrefix("::1/x"): bad bits after slash: "x"',
    'bad IP address (b)',
  ]);
  expect(from({ serviceAccounts: ['a'], namespaces: ['b'] })).toEqual([
    'cannot set serviceAccounts with namespaces or principals, found at rule 0',
  ]);
  expect(from({ trustDomains: ['a*b'] })).toEqual([
    'wildcard is only allowed at the start or end, found in TrustDomains: "a*b"',
  ]);
  const ports = policy({ rules: [{ to: [{ operation: { ports: ['http'] } }] }] });
  expect(errorsOf(ports)).toEqual([
    'bad port (http): strconv.ParseUint: parsing "http": invalid syntax',
  ]);
});

it('refuses ports of policies for all, and tokens from nowhere', () => {
  const portLevelMtls = { '8080': { mode: 'DISABLE' } };
  expect(errorsOf({ kind: 'PeerAuthentication', metadata, spec: { portLevelMtls } })).toEqual([
    'mesh/namespace peer authentication cannot have port level mTLS',
  ]);
  const jwtRules = [{ jwksUri: 'ftp://keys' }];
  expect(errorsOf({ kind: 'RequestAuthentication', metadata, spec: { jwtRules } })).toEqual([
    'URI scheme "ftp" is not supported',
  ]);
});

it('leaves fields and words that the definition does not know to the API server', () => {
  const strange = { kind: 'PeerAuthentication', metadata, spec: { mtls: { mode: 'ALWAYS' } } };
  expect(validatePolicy(strange as SecurityPolicy)).toEqual({ kind: 'misshapen' });
});

it('lets only what allows or denies be tried', () => {
  const annotations = { 'istio.io/dry-run': 'yes' };
  const tried = { ...policy({}), metadata: { ...metadata, annotations } } as SecurityPolicy;
  expect(errorsOf(tried)).toEqual([
    'models/p has annotation istio.io/dry-run with invalid value (yes): ' +
      'strconv.ParseBool: parsing "yes": invalid syntax',
  ]);
});

it('warns of a DENY that denies all bytes', () => {
  const rules = [{ to: [{ operation: { methods: ['GET'] } }] }];
  const validation = validatePolicy(policy({ action: 'DENY', rules }));
  expect(validation.kind === 'valid' && validation.warnings).toHaveLength(1);
});

it('answers as the API server does', () => {
  const denied = 'admission webhook "rev.validation.istio.io" denied the request: ';
  expect(deniedMessage(['a'])).toBe(`${denied}configuration is invalid: a`);
  expect(deniedMessage(['a', 'b'])).toContain('2 errors occurred:\n\t* a\n\t* b');
});
