/** The status of a RayService in the course of a pass. @upstream kuberay v1.7.0 rayservice_controller.go */
import { deepEqual } from '../../api/equality.js';
import { findCondition, isConditionTrue, withCondition, withoutCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type { RayClusterStatus, RayService, RayServiceStatus, ServiceSide } from './types.js';

const noCluster: RayClusterStatus = {
  ...{ desiredCPU: '0', desiredMemory: '0', desiredGPU: '0', desiredTPU: '0' },
  head: {},
};
const noUpgrade = 'No upgrade in progress.';
const noRollback = 'No rollback in progress.';

/** A draft of the status. */
export class ServiceStatusDraft {
  status: RayServiceStatus;
  private readonly old: RayServiceStatus;
  private readonly now: string;

  constructor(
    private readonly service: RayService,
    nowMs: number,
  ) {
    this.old = service.status ?? {};
    this.status = this.old;
    this.now = rfc3339(nowMs);
  }

  get activeName(): string {
    return this.status.activeServiceStatus?.rayClusterName ?? '';
  }

  get pendingName(): string {
    return this.status.pendingServiceStatus?.rayClusterName ?? '';
  }

  set(fields: RayServiceStatus): void {
    this.status = { ...this.status, ...fields };
  }

  observe(): void {
    const { generation } = this.service.metadata;
    if (generation !== undefined) this.set({ observedGeneration: generation });
  }

  is(type: string): boolean {
    return isConditionTrue(this.status.conditions, type);
  }

  reasonOf(type: string): string | undefined {
    return findCondition(this.status.conditions, type)?.reason;
  }

  since(type: string): string | undefined {
    return findCondition(this.status.conditions, type)?.lastTransitionTime;
  }

  condition(type: string, status: string, reason: string, message: string): void {
    const { observedGeneration } = this.status;
    const whole = {
      ...{ lastTransitionTime: this.now, type, status, reason, message },
      ...(observedGeneration !== undefined && { observedGeneration }),
    };
    this.set({ conditions: withCondition(this.status.conditions, whole) });
  }

  suspending(): void {
    this.observe();
    const what =
      'Spec.Suspend is true; will delete all Kubernetes resources owned by this RayService.';
    this.condition('Suspending', 'True', 'SuspendRequested', what);
    this.condition('Ready', 'False', 'SuspendInProgress', 'RayService is suspending.');
    this.condition('UpgradeInProgress', 'False', 'SuspendInProgress', noUpgrade);
    this.condition('RollbackInProgress', 'False', 'SuspendInProgress', noRollback);
    this.set({
      ...{ activeServiceStatus: {}, pendingServiceStatus: {} },
      ...{ numServeEndpoints: 0, serviceStatus: '' },
    });
  }

  suspended(): void {
    const reason = 'SuspendComplete';
    const gone = 'All owned resources have been deleted.';
    this.condition('Suspending', 'False', reason, gone);
    this.condition('Suspended', 'True', reason, gone);
    this.condition('Ready', 'False', reason, 'RayService is suspended.');
    this.condition('UpgradeInProgress', 'False', reason, noUpgrade);
    this.condition('RollbackInProgress', 'False', reason, noRollback);
  }

  /** Its time to begin counts anew. */
  resumed(): void {
    this.observe();
    const what = 'Spec.Suspend is false; RayService has resumed.';
    this.condition('Suspended', 'False', 'RayServiceResumed', what);
    const message = 'RayService is initializing after resuming from suspend.';
    for (const type of ['Ready', 'UpgradeInProgress']) {
      this.set({ conditions: withoutCondition(this.status.conditions, type) });
      this.condition(type, 'False', 'Initializing', message);
    }
  }

  /** What the number of ready endpoints and the clusters' names say. */
  judge(numServeEndpoints: number): void {
    this.set({ numServeEndpoints });
    if ((this.status.conditions ?? []).length === 0) {
      const message = 'RayService is initializing';
      this.condition('Ready', 'False', 'Initializing', message);
      this.condition('UpgradeInProgress', 'False', 'Initializing', message);
    }
    if (numServeEndpoints > 0) {
      const message = 'Number of serve endpoints is greater than 0';
      this.condition('Ready', 'True', 'NonZeroServeEndpoints', message);
    } else if (this.is('Ready')) {
      const message = 'Number of serve endpoints dropped to 0';
      this.condition('Ready', 'False', 'ZeroServeEndpoints', message);
    }
  }

  judgeUpgrade(): void {
    const { activeName, pendingName } = this;
    const type = 'UpgradeInProgress';
    if (activeName !== '' && pendingName !== '') {
      const message = 'Both active and pending Ray clusters exist';
      this.condition(type, 'True', 'BothActivePendingClustersExist', message);
    } else if (activeName !== '') {
      const message = 'Active Ray cluster exists and no pending Ray cluster';
      this.condition(type, 'False', 'NoPendingCluster', message);
    } else if (!['Initializing', 'InitializingTimeout'].includes(this.reasonOf(type) ?? '')) {
      const message =
        'No active Ray cluster exists, and the RayService is not initializing. Please open a GitHub issue in the KubeRay repository.';
      this.condition(type, 'Unknown', 'NoActiveCluster', message);
    }
    this.set({ serviceStatus: this.is('Ready') ? 'Running' : '' });
  }

  /** What is to be written; undefined: nothing that matters has changed. */
  written(): RayServiceStatus | undefined {
    const { old, status } = this;
    const same =
      (old.serviceStatus ?? '') === (status.serviceStatus ?? '') &&
      (old.numServeEndpoints ?? 0) === (status.numServeEndpoints ?? 0) &&
      deepEqual(old.conditions ?? [], status.conditions ?? []) &&
      isSameSide(old.activeServiceStatus, status.activeServiceStatus) &&
      isSameSide(old.pendingServiceStatus, status.pendingServiceStatus);
    return same ? undefined : this.whole();
  }

  /** All of it, as Go writes it: without numbers and texts that are empty. */
  whole(): RayServiceStatus {
    const { serviceStatus = '', numServeEndpoints = 0, ...rest } = this.status;
    return {
      ...rest,
      ...(serviceStatus !== '' && { serviceStatus }),
      ...(numServeEndpoints > 0 && { numServeEndpoints }),
      activeServiceStatus: wholeSide(this.status.activeServiceStatus),
      pendingServiceStatus: wholeSide(this.status.pendingServiceStatus),
      lastUpdateTime: this.now,
    };
  }
}

function isSameSide(old: ServiceSide = {}, side: ServiceSide = {}): boolean {
  return (
    (old.rayClusterName ?? '') === (side.rayClusterName ?? '') &&
    deepEqual(old.applicationStatuses ?? {}, side.applicationStatuses ?? {})
  );
}

function wholeSide(side: ServiceSide = {}): ServiceSide {
  const { rayClusterName = '', rayClusterStatus = noCluster, applicationStatuses = {} } = side;
  return {
    ...(rayClusterName !== '' && { rayClusterName }),
    rayClusterStatus,
    ...(Object.keys(applicationStatuses).length > 0 && { applicationStatuses }),
  };
}
