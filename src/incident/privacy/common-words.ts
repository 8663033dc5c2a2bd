/** Words that everybody uses: they identify nobody, and Kubernetes itself speaks them. */
import { controllerAccountNames } from '../../../sim/controllers/controller-accounts.js';
import { commonWords, reservedWords } from './common-word-list.js';

/** Domains whose labels, annotations, groups and images are public knowledge. */
const publicDomains =
  /(^|\.)(kubernetes\.io|k8s\.io|nvidia\.com|amd\.com|intel\.com|karpenter\.sh|karpenter\.k8s\.aws|helm\.sh|prometheus\.io|kubeflow\.org|knative\.dev|kserve\.io|seldon\.io|ray\.io|volcano\.sh|istio\.io|cilium\.io|projectcalico\.org|linkerd\.io|openshift\.io|seatrial\.dev|keda\.sh|cert-manager\.io|kyverno\.io|gateway\.networking\.k8s\.io|rancher\.io|csi\.aws\.com|amazonaws\.com|azure\.com|gke\.io|cluster\.local|svc)$/;

/** Registries whose images are public. */
export const publicRegistries: ReadonlySet<string> = new Set(['registry.k8s.io', 'nvcr.io']);

/** Whether a domain is public knowledge. */
export function isPublicDomain(domain: string): boolean {
  return publicDomains.test(domain.toLowerCase());
}

/** What of a word is not the name of a public domain: `fraud` of `fraud.svc`. */
export function privatePart(word: string): string {
  const found = publicDomains.exec(word.toLowerCase());
  return found === null ? word : word.slice(0, found.index);
}

/** Programs and controllers of every control plane, and what they keep for themselves. */
const kubernetes = [
  ...controllerAccountNames,
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-root-ca.crt',
  'kube-scheduler',
  'openshift-service-ca.crt',
  'extension-apiserver-authentication',
  'extension-apiserver-authentication-reader',
  'cluster-authentication-trust-controller',
];
const reserved = new Set([...reservedWords.split(/\s+/), ...kubernetes]);
const words = new Set([...reserved, ...commonWords.split(/\s+/)]);

/** Whether a word is Kubernetes's own: it stays even where it is somebody's name. */
export function isReserved(word: string): boolean {
  return word.length < 2 || /^[\d.:-]+$/.test(word) || reserved.has(word.toLowerCase());
}

/** Whether a word is everybody's. Numbers, too, and single letters. */
export function isCommon(word: string): boolean {
  if (word.length < 2 || /^[\d.:-]+$/.test(word)) return true;
  return words.has(word.toLowerCase());
}

/** The parts of a word: `fraud-scorerV2` is fraud, scorer and v2. */
export function partsOf(word: string): string[] {
  return word
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map(part => part.toLowerCase())
    .filter(part => part !== '');
}
