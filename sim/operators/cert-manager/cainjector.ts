/** The process that hands out authorities. @upstream cert-manager v1.21.1 cmd/cainjector, deploy/charts/cert-manager/templates/cainjector-rbac.yaml */
import type { PolicyRule } from '../../api/kinds/rbac.js';
import type { KubeObject } from '../../api/object.js';
import { serviceAccount, type ProcessDefinition } from '../../client/contract.js';
import { installation } from '../crd/installation.js';
import { injector } from './cainjector/injector.js';
import {
  apiServiceTarget,
  definitionTarget,
  mutatingTarget,
  validatingTarget,
} from './cainjector/targets.js';
import { group } from './types.js';

const namespace = 'cert-manager';
const name = 'cert-manager-cainjector';
const read = ['get', 'list', 'watch'];
const write = [...read, 'update', 'patch'];

const rules: readonly PolicyRule[] = [
  { apiGroups: [group], resources: ['certificates'], verbs: read },
  { apiGroups: [''], resources: ['secrets'], verbs: read },
  { apiGroups: [''], resources: ['events'], verbs: ['get', 'create', 'update', 'patch'] },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
    verbs: write,
  },
  { apiGroups: ['apiregistration.k8s.io'], resources: ['apiservices'], verbs: write },
  { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: write },
];

/** Its account and rights, in cert-manager's namespace. */
export function cainjectorManifests(): readonly KubeObject[] {
  return installation({ namespace, account: name, rules }).slice(1);
}

/** The process; controller-runtime's client has no throttle of its own. */
export const cainjector: ProcessDefinition = {
  ...{ name, identity: serviceAccount(namespace, name) },
  rate: { perSecond: 2000, burst: 2000 },
  controllers: [
    injector(mutatingTarget),
    injector(validatingTarget),
    injector(apiServiceTarget),
    injector(definitionTarget),
  ],
};
