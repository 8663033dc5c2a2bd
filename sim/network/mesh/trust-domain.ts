/**
 * Principals and trust domains of rules, for all names that the mesh's trust domain goes by.
 * @upstream pilot/pkg/security/trustdomain/bundle.go
 */
import type { MeshSettings } from './request.js';

/** The names of the mesh's trust domain: its own first. */
export function trustDomains(mesh: MeshSettings): readonly string[] {
  return [mesh.trustDomain, ...mesh.trustDomainAliases];
}

/** A principal of the mesh stands for the same account by each name of the trust domain. */
export function principalsByAlias(principal: string, known: readonly string[]): readonly string[] {
  const [domain = '', ...rest] = principal.split('/');
  if (rest.length !== 4 || domain === '*') return [principal];
  // `cluster.local` is what policies call the mesh's trust domain, whatever its name.
  if (domain !== 'cluster.local' && !known.some(one => isAlike(domain, one))) return [principal];
  const renamed = known.map(one => (isSuffix(one, domain) ? principal : [one, ...rest].join('/')));
  return [...new Set(renamed)];
}

/** A trust domain of the mesh stands for all its names. */
export function domainsByAlias(domain: string, known: readonly string[]): readonly string[] {
  return known.includes(domain) ? known : [domain];
}

/** Either may be the pattern. */
function isAlike(one: string, other: string): boolean {
  return (
    one === other ||
    other === '*' ||
    isPrefix(one, other) ||
    isPrefix(other, one) ||
    isSuffix(one, other) ||
    isSuffix(other, one)
  );
}

function isPrefix(text: string, pattern: string): boolean {
  return pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1));
}

function isSuffix(text: string, pattern: string): boolean {
  return pattern.startsWith('*') && text.endsWith(pattern.slice(1));
}
