/** SEA401: a quota counts what the containers do not say, so their pods are refused. */
import { podRefusals } from '../pod-refusals.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const quotaWithoutRequests: Rule = {
  id: 'SEA401',
  name: 'quota-without-requests',
  severity: 'error',
  title: 'A ResourceQuota counts requests or limits that containers do not set.',
  why: 'Each of their pods is refused: "failed quota: must specify ...". The workload itself is created without a word.',
  fix: 'set the requests and limits that the message names, or give defaults by a LimitRange',
  source: 'https://kubernetes.io/docs/concepts/policy/resource-quotas/#requests-vs-limits',
  find: survey => podRefusals(survey, /failed quota: .*must specify/),
};
