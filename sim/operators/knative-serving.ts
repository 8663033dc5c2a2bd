/**
 * Knative Serving: Services as revisions that scale with their requests, down to none, behind the network
 * layer Kourier. Left out: DomainMappings, certificates and TLS, rolling out over time, routing by a tag
 * in a header, templates of domains, and that digests of images are looked up at their registries.
 * Requests are those that programs in pods send: they go through Kourier's gateway, the activator and the
 * side-cars, which are played (sim/workloads/knative). Where an image's program is not played nobody listens,
 * and the side-car answers 502; the traffic of voyages, which is reckoned beside the network, does not come here.
 * @upstream knative/serving v1.22.1, knative-extensions/net-kourier
 */
import { serviceAccount } from '../client/contract.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { knativeControllers } from './knative/controllers.js';
import { fillIn } from './knative/defaulter.js';
import { knativeDefinitions } from './knative/definitions.js';
import { knativeHints } from './knative/hints.js';
import {
  controllerRules,
  knativeInstallation,
  webhookPaths,
  webhookService,
} from './knative/installation.js';
import { systemNamespace } from './knative/keys.js';
import { judge } from './knative/validator.js';
import type { Operator } from './operator.js';
import { configurations, knativeServices, revisions, routes } from './knative/types.js';

const account = 'controller';
const identity = serviceAccount(systemNamespace, account);

/** So many requests a second: upstream gives each of a dozen controllers five, and scrapes besides. */
const rate = { perSecond: 200, burst: 400 };

/** The operator. */
export const knativeServing: Operator = {
  name: 'knative-serving',
  models: 'knative/serving v1.22.1 with net-kourier',
  isOnDemand: true,
  manifests: once(() => [
    ...knativeDefinitions(),
    ...installation({ namespace: systemNamespace, account, rules: controllerRules }),
    ...knativeInstallation(),
  ]),
  process: { name: 'knative-serving', identity, rate, controllers: knativeControllers(identity) },
  webhooks: {
    service: webhookService,
    kinds: [configurations, knativeServices, revisions, routes],
    byPath: { [webhookPaths.fillIn]: fillIn, [webhookPaths.judge]: judge },
  },
  hints: knativeHints,
};
