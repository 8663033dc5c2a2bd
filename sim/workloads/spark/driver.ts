/**
 * A driver: it reads what spark-submit wrote for it, creates executors through the API with its pod's
 * service account, has them do its work, and deletes them at its end. How long that takes is drawn
 * from the seed, or stands in the annotation `seatrial.dev/seconds` of its pod; `seatrial.dev/exit-code`
 * is what the application ends with. The application's code is not run: what it reads, writes and
 * prints is left out, and so is how it calls itself. Dynamic allocation only adds executors: shuffle
 * tracking keeps them to the end. Executors of another driver's files (client mode) are not played.
 * @upstream apache/spark core and resource-managers/kubernetes (4.0)
 */
import type { Pod } from '../../api/kinds/core.js';
import { isOn, wholeNumber, type SparkConf } from '../../spark/conf.js';
import { containerMemory } from '../../spark/memory.js';
import { labelKeys, namePrefix, ports, sparkVersionOf, uniqueId } from '../../spark/names.js';
import type { ContainerContext, Program, Workload } from '../workload.js';
import { ExecutorAllocator, deletesExecutors } from './allocator.js';
import { DriverApi, type DriverAnswer } from './driver-api.js';
import { Executors } from './executors.js';
import { logLine } from './log.js';
import {
  allocationOf,
  confError,
  endingOf,
  failuresMax,
  propertiesIn,
  slotsOf,
  templateIn,
  type Allocation,
  type Ending,
} from './settings.js';
import { TaskScheduler } from './tasks.js';

/** The program of a driver's container. */
export const sparkDriver: Workload = {
  name: 'spark-driver',
  start: context => new DriverProgram(context),
};

const bootMs = { from: 2_500, to: 5_000 };
const registeredRatio = 0.8;
const registeredWaitMs = 30_000;
const backlogMs = 1_000;
const mebibyte = 2 ** 20;
const tooManyFailuresCode = 11;

class DriverProgram implements Program {
  private readonly conf: SparkConf;
  private readonly allocation: Allocation;
  private readonly ending: Ending;
  private readonly namespace: string;
  private readonly api: DriverApi;
  private readonly tasks: TaskScheduler;
  private readonly executors: Executors;
  private allocator: ExecutorAllocator | undefined;
  private failures = 0;
  private added = 1;
  private isEnding = false;

  constructor(private readonly context: ContainerContext) {
    const conf = propertiesIn(context);
    this.conf = conf ?? {};
    this.namespace = context.pod.metadata.namespace ?? '';
    this.allocation = allocationOf(this.conf);
    this.ending = endingOf(context);
    this.api = new DriverApi(context, this.namespace);
    const { seconds } = this.ending;
    const count = Math.max(Math.min(this.allocation.max, this.allocation.initial + 1), 1);
    const executors = this.allocation.isDynamic ? count : Math.max(this.allocation.initial, 1);
    const slots = executors * slotsOf(this.conf);
    this.tasks = new TaskScheduler({ seconds, slots }, context.random.fork('tasks'));
    this.executors = new Executors(context, this.tasks, this);
    const delayMs = context.random.between(bootMs.from, bootMs.to);
    context.clock.after(delayMs, 'spark driver starts', () => this.begin(conf !== undefined));
  }

  terminate(): void {
    logLine(this.context, 'INFO', 'SparkContext: Invoking stop() from shutdown hook');
    this.stop(143);
  }

  ended(): void {
    this.allocator?.stop();
    this.api.close();
  }

  isGone(executorId: number): boolean {
    return this.isEnding || (this.allocator?.isGone(executorId) ?? true);
  }

  registered(): void {
    if (this.executors.size >= this.allocation.initial * registeredRatio) this.executors.start();
  }

  stageDone(): void {
    const stage = this.tasks.stageNumber - 1;
    this.info(`DAGScheduler: ResultStage ${stage} finished`);
    if (this.tasks.isDone) this.finish();
  }

  silent(executorId: number, reason: string): void {
    const warning = `HeartbeatReceiver: Removing executor ${executorId} with no recent heartbeats`;
    logLine(this.context, 'WARN', warning);
    this.allocator?.kill(executorId);
    this.give(executorId, reason, false);
  }

  lost(executorId: number, reason: string, isByApp: boolean): void {
    if (isByApp && ++this.failures > failuresMax(this.conf, this.allocation)) {
      const max = failuresMax(this.conf, this.allocation);
      this.error(`ExecutorPodsAllocator: Max number of executor failures (${max}) reached`);
      return this.stop(tooManyFailuresCode);
    }
    this.give(executorId, reason, isByApp);
  }

  failed(error: string): void {
    this.cannotStart(error);
  }

  private give(executorId: number, reason: string, isByApp: boolean): void {
    if (this.isEnding) return;
    this.error(`TaskSchedulerImpl: Lost executor ${executorId}: ${reason}`);
    const abort = this.executors.lose(executorId, isByApp);
    if (abort === undefined) return;
    const text = `Job aborted due to stage failure: ${abort}, most recent failure: ${reason}`;
    this.context.log(`Exception in thread "main" org.apache.spark.SparkException: ${text}`);
    this.stop(1);
  }

  private begin(hasProperties: boolean): void {
    const { context, conf } = this;
    if (!hasProperties) {
      context.log('Error: the properties file /opt/spark/conf/spark.properties is not there');
      return context.exit(1);
    }
    const memory = containerMemory(conf, 'driver');
    const memoryBytes = (memory.isOk ? memory.value : 0) * mebibyte * 0.5;
    context.use({ cpuMillis: 300, memoryBytes });
    const version = sparkVersionOf(context.container.image ?? '');
    this.info(`SparkContext: Running Spark version ${version}`);
    this.info(`SparkContext: Submitted application: ${conf['spark.app.name'] ?? ''}`);
    const error = confError(conf);
    if (error !== undefined) return this.cannotStart(error);
    const name = conf['spark.kubernetes.driver.pod.name'] ?? context.pod.metadata.name ?? '';
    this.api.ask({ method: 'GET', path: this.api.path('pods', name) }, answer =>
      answer.isOk ? this.prepare(answer.body as Pod) : this.cannotStart(answer.error),
    );
  }

  /** The config map of the executors, which holds what they must know. */
  private prepare(driver: Pod): void {
    const { context, conf, namespace } = this;
    const nowMs = context.clock.now();
    const configMapName = `spark-exec-${uniqueId(context.random, nowMs)}-conf-map`;
    const prefix =
      conf['spark.kubernetes.executor.podNamePrefix'] ??
      namePrefix(conf['spark.app.name'] ?? '', uniqueId(context.random, nowMs));
    const parts = { conf, namespace, prefix, configMapName, driver, template: templateIn(context) };
    this.allocator = new ExecutorAllocator(context, this.api, parts, this);
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: configMapName,
        namespace,
        labels: { [labelKeys.appId]: this.appId(), [labelKeys.role]: 'executor' },
        ownerReferences: [ownerOf(driver)],
      },
      immutable: true,
      data: {
        'spark.kubernetes.namespace': namespace,
        'spark.properties': `spark.kubernetes.namespace=${namespace}\n`,
      },
    };
    this.api.ask({ method: 'POST', path: this.api.path('configmaps'), body }, answer =>
      answer.isOk ? this.work() : this.cannotStart(answer.error),
    );
  }

  private work(): void {
    const { context, conf, allocation, allocator } = this;
    this.executors.listen(wholeNumber(conf, 'spark.driver.port', ports.driver));
    if (isOn(conf, 'spark.ui.enabled', true)) {
      const port = wholeNumber(conf, 'spark.ui.port', ports.ui);
      context.network.listen(port, message => message.reply({ status: 200, body: '' }));
    }
    if (allocator === undefined) return;
    this.api.watchPods(this.executorLabels(), allocator);
    allocator.want(allocation.initial);
    context.clock.after(registeredWaitMs, 'spark driver waits no longer', () => {
      this.executors.start();
    });
    if (allocation.isDynamic) this.growLater();
  }

  /** For as long as tasks wait, more executors are asked for: one, two, four. */
  private growLater(): void {
    this.context.clock.after(backlogMs, 'spark driver looks at its backlog', () => {
      const { allocator, allocation, tasks } = this;
      if (allocator === undefined || this.isEnding || tasks.waiting === 0) return;
      const needed = Math.ceil(tasks.open / slotsOf(this.conf));
      const most = Math.min(allocation.max, needed);
      if (allocator.wanted >= most) return;
      allocator.want(Math.min(allocator.wanted + this.added, most));
      this.added *= 2;
      this.growLater();
    });
  }

  private finish(): void {
    const { code } = this.ending;
    if (code === 0) return this.stop(0);
    this.context.log('Exception in thread "main" org.apache.spark.SparkException: the job failed');
    this.stop(code);
  }

  /** Executors end, then what was made for them goes. */
  private stop(code: number): void {
    if (this.isEnding) return;
    this.isEnding = true;
    const { api, conf } = this;
    this.allocator?.stop();
    if (this.allocator === undefined) return this.context.exit(code);
    this.info(`SparkContext: SparkContext is stopping with exitCode ${code}.`);
    this.info('KubernetesClusterSchedulerBackend: Shutting down all executors');
    this.executors.stop();
    const ofApp = `${labelKeys.appId}=${this.appId()}`;
    const keepsService = conf['spark.kubernetes.driver.service.deleteOnTermination'] === 'false';
    const all: readonly (readonly [string, string])[] = [
      ...(keepsService ? [] : ([['services', ofApp]] as const)),
      ...(deletesExecutors(conf)
        ? ([
            ['pods', this.executorLabels()],
            ['configmaps', this.executorLabels()],
          ] as const)
        : []),
    ];
    this.removeAll(api, all, () => {
      this.info('SparkContext: Successfully stopped SparkContext');
      this.context.exit(code);
    });
  }

  private removeAll(
    api: DriverApi,
    [first, ...rest]: readonly (readonly [string, string])[],
    done: () => void,
  ): void {
    if (first === undefined) return done();
    api.removeAll(first[0], first[1], (answer: DriverAnswer) => {
      if (!answer.isOk) this.error(`Utils: Uncaught exception in thread main ${answer.error}`);
      this.removeAll(api, rest, done);
    });
  }

  private cannotStart(error: string): void {
    this.error('SparkContext: Error initializing SparkContext.');
    this.context.log('org.apache.spark.SparkException: External scheduler cannot be instantiated');
    this.context.log(`Caused by: ${error}`);
    this.isEnding = true;
    this.context.exit(1);
  }

  private executorLabels(): string {
    return `${labelKeys.appId}=${this.appId()},${labelKeys.role}=executor`;
  }

  private appId(): string {
    return this.conf['spark.app.id'] ?? '';
  }

  private info(text: string): void {
    logLine(this.context, 'INFO', text);
  }

  private error(text: string): void {
    logLine(this.context, 'ERROR', text);
  }
}

function ownerOf({ metadata }: Pod) {
  const { name = '', uid = '' } = metadata;
  return { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true };
}
