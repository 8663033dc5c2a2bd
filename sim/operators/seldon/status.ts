/** The status of a SeldonDeployment while it is worked out. @upstream seldon-core v1.17.1 operator/apis/machinelearning.seldon.io/v1/seldon_deployment_status.go */
import type { DeploymentStatus } from '../../api/kinds/apps.js';
import { findCondition } from '../../api/meta.js';
import { ConditionSet } from '../knative/condition-set.js';
import type { Children } from './children.js';
import type { Components } from './components.js';
import type { SeldonDeployment, SeldonDeploymentStatus } from './types.js';

const types = {
  ambassador: 'AmbassadorMappingsReady',
  deployments: 'DeploymentsReady',
  hpas: 'HpasReady',
  keda: 'KedaReady',
  pdbs: 'PdbsReady',
  services: 'ServicesReady',
  istio: 'istioVirtualServicesReady',
} as const;

const stuck = 'Deployment is no longer progressing and not available.';

/** The status. */
export class StatusDraft {
  private readonly conditions: ConditionSet;
  private fields: SeldonDeploymentStatus;
  /** A Deployment was seen that is not available: it is the one to tell of. */
  private isShort = false;

  constructor(owner: SeldonDeployment, nowMs: number) {
    const { conditions = [], ...fields } = owner.status ?? {};
    this.fields = fields;
    this.conditions = new ConditionSet(conditions, Object.values(types), nowMs);
    this.conditions.initialize();
  }

  get deployments(): readonly string[] {
    return Object.keys(this.fields.deploymentStatus ?? {});
  }

  get services(): readonly string[] {
    return Object.keys(this.fields.serviceStatus ?? {});
  }

  /** A Service that is there. */
  service(name: string, { serviceDetails }: Components): void {
    const details = serviceDetails[name];
    if (details === undefined) return;
    this.put({ serviceStatus: { ...this.fields.serviceStatus, [name]: details } });
  }

  /** A Deployment that is there. */
  deployment(name: string, status: DeploymentStatus): void {
    const { replicas = 0, availableReplicas = 0 } = status;
    const told = {
      ...(availableReplicas !== 0 && { availableReplicas }),
      ...(replicas !== 0 && { replicas }),
    };
    this.put({ deploymentStatus: { ...this.fields.deploymentStatus, [name]: told } });
    const available = findCondition(status.conditions, 'Available');
    const { reason = '', message = '' } = available ?? {};
    if (available === undefined || this.isShort) return;
    this.isShort = available.status !== 'True';
    if (this.isShort) this.conditions.setFalse(types.deployments, reason, message);
    else this.conditions.setTrue(types.deployments, { reason, message });
  }

  forgetDeployment(name: string): void {
    const { [name]: _, ...deploymentStatus } = this.fields.deploymentStatus ?? {};
    this.put({ deploymentStatus });
  }

  forgetService(name: string): void {
    const { [name]: _, ...serviceStatus } = this.fields.serviceStatus ?? {};
    this.put({ serviceStatus });
  }

  /** Something could not be made. */
  fail(description: string): void {
    this.put({ state: 'Failed', description });
  }

  /** What follows from the children. */
  conclude(components: Components, children: Children): void {
    this.say(
      types.services,
      children.areServed,
      'All services created',
      'Not all services created',
    );
    const { autoscalers, scaledObjects, budgets, deployments, url } = components;
    this.ofMany(types.hpas, { count: autoscalers.length, isReady: children.areScaled, of: 'HPAs' });
    this.ofMany(types.keda, {
      ...{ count: scaledObjects.length, isReady: children.areKedaScaled, of: 'KEDA resources' },
    });
    this.ofMany(types.pdbs, { count: budgets.length, isReady: children.areGuarded, of: 'PDBs' });
    this.conditions.setTrue(types.istio, { reason: 'No VirtualServices defined' });
    this.conditions.setTrue(types.ambassador, { reason: 'No Ambassador Mappings defined' });
    const [first] = deployments;
    const replicas = this.fields.deploymentStatus?.[first?.metadata.name ?? '']?.replicas;
    const isMade = children.areServed && children.areScaled && children.areKedaScaled;
    const isReady = isMade && children.areGuarded && children.areDeployed;
    const { description: _, ...rest } = this.fields;
    this.fields = {
      ...rest,
      state: children.areProgressing ? (isReady ? 'Available' : 'Creating') : 'Failed',
      ...(!children.areProgressing && { description: stuck }),
      ...(replicas !== undefined && { replicas }),
      ...(url !== undefined && { address: { url } }),
    };
  }

  private ofMany(
    type: string,
    told: { readonly count: number; readonly isReady: boolean; readonly of: string },
  ): void {
    const { count, isReady, of } = told;
    if (count === 0) this.conditions.setTrue(type, { reason: `No ${of} defined` });
    else this.say(type, isReady, `All ${of} created`, `Not all ${of} created`);
  }

  private say(type: string, isTrue: boolean, yes: string, no: string): void {
    if (isTrue) this.conditions.setTrue(type, { reason: yes });
    else this.conditions.setFalse(type, no, '');
  }

  private put(fields: Partial<SeldonDeploymentStatus>): void {
    this.fields = { ...this.fields, ...fields };
  }

  /** As it is to be written. */
  made(): SeldonDeploymentStatus {
    return { ...this.fields, conditions: this.conditions.groomed() };
  }
}
