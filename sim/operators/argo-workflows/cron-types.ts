/** The kind CronWorkflow. @upstream pkg/apis/workflow/v1alpha1/cron_workflow_types.go */
import { kindOf, type HasMetadata } from '../../api/object.js';
import { groupVersion } from './keys.js';
import type { Metadata, WorkflowCondition, WorkflowSpec } from './types.js';

/** When Workflows are made, and of what. */
export interface CronWorkflowSpec {
  readonly workflowSpec: WorkflowSpec;
  readonly workflowMetadata?: Metadata & { readonly finalizers?: readonly string[] };
  readonly schedule?: string;
  readonly schedules?: readonly string[];
  readonly timezone?: string;
  readonly suspend?: boolean;
  readonly concurrencyPolicy?: string;
  readonly startingDeadlineSeconds?: number;
  readonly successfulJobsHistoryLimit?: number;
  readonly failedJobsHistoryLimit?: number;
  readonly stopStrategy?: { readonly expression?: string };
  readonly when?: string;
}

/** A Workflow that was made and runs. */
export interface ActiveWorkflow {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** What came of it. */
export interface CronWorkflowStatus {
  readonly active?: readonly ActiveWorkflow[];
  readonly lastScheduledTime?: string | null;
  readonly conditions?: readonly WorkflowCondition[];
  readonly succeeded?: number;
  readonly failed?: number;
  readonly phase?: string;
}

/** A CronWorkflow. */
export interface CronWorkflow extends HasMetadata {
  readonly spec: CronWorkflowSpec;
  readonly status?: CronWorkflowStatus;
}

/** The kind. */
export const cronWorkflows = kindOf<CronWorkflow>(groupVersion, 'CronWorkflow', 'cronworkflows');
