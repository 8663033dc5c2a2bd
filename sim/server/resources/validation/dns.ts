/** Checks of a pod's names and DNS. @upstream pkg/apis/core/validation/validation.go validatePodDNSConfig */
import type { PodSpec } from '../../../api/kinds/core.js';
import { dns1123SubdomainWithUnderscoreErrors } from '../../../api/labels.js';
import { forbidden, invalid, notSupported, required, tooLong } from '../field-error.js';
import { checkLabel, checkSubdomain, tell, type Errors } from './checks.js';
import { checkLegacyIP } from './ip.js';

const policies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

/** Whose DNS a pod asks. */
export function checkDnsPolicy(policy: string | undefined, path: string, errors: Errors): void {
  if (!policy) errors.push(required(path));
  else if (!policies.includes(policy)) errors.push(notSupported(path, policy, policies));
}

const nameserversMax = 3;
const searchesMax = 32;
const searchCharactersMax = 2048;

/** A pod's own resolver configuration. */
export function checkDnsConfig(spec: PodSpec, path: string, errors: Errors): void {
  const config = spec.dnsConfig;
  const nameservers = config?.nameservers ?? [];
  if (spec.dnsPolicy === 'None') {
    if (config === undefined) {
      errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
      return;
    }
    if (nameservers.length === 0) {
      const text = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      errors.push(required(`${path}.nameservers`, text));
      return;
    }
  }
  if (config === undefined) return;
  if (nameservers.length > nameserversMax) {
    const text = `must not have more than ${nameserversMax} nameservers`;
    errors.push(invalid(`${path}.nameservers`, nameservers, text));
  }
  for (const [index, server] of nameservers.entries()) {
    checkLegacyIP(server, `${path}.nameservers[${index}]`, errors);
  }
  checkSearches(config.searches ?? [], `${path}.searches`, errors);
  for (const [index, option] of (config.options ?? []).entries()) {
    if (!option.name) errors.push(required(`${path}.options[${index}]`, 'must not be empty'));
  }
}

function checkSearches(searches: readonly string[], path: string, errors: Errors): void {
  if (searches.length > searchesMax) {
    const text = `must not have more than ${searchesMax} search paths`;
    errors.push(invalid(path, searches, text));
  }
  if (searches.join(' ').length > searchCharactersMax) {
    const text = `must not have more than ${searchCharactersMax} characters (including spaces) in the search list`;
    errors.push(invalid(path, searches, text));
  }
  for (const [index, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    tell(dns1123SubdomainWithUnderscoreErrors(name), name, `${path}[${index}]`, errors);
  }
}

/** What a pod is called instead of its name. */
export function checkHostnameOverride(spec: PodSpec, path: string, errors: Errors): void {
  const name = spec.hostnameOverride;
  if (name === undefined) return;
  const at = `${path}.hostnameOverride`;
  if (spec.setHostnameAsFQDN === true) {
    errors.push(forbidden(at, 'may not be specified when setHostnameAsFQDN is true'));
  }
  if (spec.hostNetwork === true) {
    errors.push(forbidden(at, 'may not be specified when hostNetwork is true'));
  }
  if (name.length > 64) errors.push(tooLong(at, 64));
  checkSubdomain(name, at, errors);
}

/** Names that a pod adds to its hosts file. */
export function checkHostAliases(spec: PodSpec, path: string, errors: Errors): void {
  for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
    checkLegacyIP(alias.ip ?? '', `${path}[${index}].ip`, errors);
    for (const [nameIndex, name] of (alias.hostnames ?? []).entries()) {
      checkSubdomain(name, `${path}[${index}].hostnames[${nameIndex}]`, errors);
    }
  }
}

/** hostname and subdomain. */
export function checkHostname(spec: PodSpec, path: string, errors: Errors): void {
  if (spec.hostname) checkLabel(spec.hostname, `${path}.hostname`, errors);
  if (spec.subdomain) checkLabel(spec.subdomain, `${path}.subdomain`, errors);
}
