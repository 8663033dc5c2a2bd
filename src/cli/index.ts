/** The commands of the command line, in the order in which help lists them. */
import { benchCommand } from './bench.js';
import { campaignCommand } from './campaign.js';
import { checkCommand } from './check.js';
import { clusterCommand } from './cluster.js';
import type { CliCommand } from './command.js';
import { compareCommand } from './compare.js';
import { diffCommand } from './diff.js';
import { downCommand } from './down.js';
import { explainCommand } from './explain.js';
import { faultCommand } from './fault.js';
import { getCommand } from './get.js';
import { importCommand } from './import.js';
import { keepCommand } from './keep.js';
import { mergeCommand } from './merge.js';
import { planCommand } from './plan.js';
import { rbacCommand } from './rbac.js';
import { replayCommand } from './replay.js';
import { reportCommand } from './report.js';
import { runCommand } from './run.js';
import { runsCommand } from './runs.js';
import { timeCommand } from './time.js';
import { upCommand } from './up.js';
import { whatIfCommand } from './whatif.js';
import { versionCommand } from './version.js';

/** All commands. */
export const commands: readonly CliCommand[] = [
  runCommand,
  rbacCommand,
  compareCommand,
  checkCommand,
  mergeCommand,
  campaignCommand,
  replayCommand,
  keepCommand,
  importCommand,
  runsCommand,
  reportCommand,
  diffCommand,
  explainCommand,
  planCommand,
  benchCommand,
  upCommand,
  timeCommand,
  whatIfCommand,
  faultCommand,
  getCommand,
  downCommand,
  clusterCommand,
  versionCommand,
];
