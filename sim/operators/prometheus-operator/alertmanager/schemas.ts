/** The schemas of Alertmanager and AlertmanagerConfig. @upstream prometheus-operator v0.93 example/prometheus-operator-crd */
import { schemaOf, type Schema } from '../../crd/schema-of.js';
import { int32, object, oneOf, text } from '../../crd/schema-parts.js';
import {
  anything,
  condition,
  each,
  flag,
  keyed,
  length,
  list,
  podFields,
  replicaCounts,
  secretKey,
  selector,
  setOf,
  storageSchema,
  whole,
} from '../schemas.js';

const named: Schema = { ...text, minLength: 1 };
const goLength: Schema = {
  ...text,
  pattern: '^(0|(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$',
};
const words = (lines: string): readonly string[] => lines.split(/[\s,]+/);

const flags = words(
  'automountServiceAccountToken,enableServiceLinks,forceEnableClusterMode',
).concat(words('hostNetwork,hostUsers,listenLocal,paused'));
const plainTexts = words(
  'baseImage,clusterAdvertiseAddress,clusterLabel,configSecret,externalUrl',
).concat(words('image,priorityClassName,routePrefix,serviceAccountName,sha,tag,version'));

/** The spec of Alertmanagers. */
export function alertmanagerSchema(): Schema {
  return object({
    ...podFields(),
    ...each(flags, flag),
    ...each(plainTexts, text),
    ...each(['alertmanagerConfigNamespaceSelector', 'alertmanagerConfigSelector'], selector),
    ...each(['clusterGossipInterval', 'clusterPeerTimeout', 'clusterPushpullInterval'], goLength),
    ...each(['persistentVolumeClaimRetentionPolicy', 'updateStrategy', 'web'], anything),
    additionalArgs: list(object({ name: named, value: text }, ['name'])),
    additionalPeers: list(text),
    alertmanagerConfigMatcherStrategy: object({
      type: {
        ...oneOf('OnNamespace', 'OnNamespaceExceptForAlertmanagerNamespace', 'None'),
        default: 'OnNamespace',
      },
    }),
    alertmanagerConfiguration: object({
      global: anything,
      name: named,
      templates: list(
        object({ configMap: schemaOf('core/v1.ConfigMapKeySelector'), secret: secretKey }),
      ),
    }),
    clusterTLS: { ...anything, required: ['client', 'server'] },
    configMaps: list(text),
    enableFeatures: list(text),
    limits: object({ maxPerSilenceBytes: text, maxSilences: { ...int32, minimum: 0 } }),
    logFormat: oneOf('', 'logfmt', 'json'),
    logLevel: oneOf('', 'debug', 'info', 'warn', 'error'),
    portName: { ...text, default: 'web' },
    retention: { ...goLength, default: '120h' },
    secrets: list(text),
    serviceName: named,
    storage: storageSchema(),
    terminationGracePeriodSeconds: { ...whole, minimum: 0 },
  });
}

/** The status of Alertmanagers. */
export function alertmanagerStatusSchema(): Schema {
  return object({
    ...each(replicaCounts, int32),
    conditions: keyed(condition(text), 'type'),
    paused: flag,
    selector: text,
  });
}

/** The spec of AlertmanagerConfigs. */
export function alertmanagerConfigSchema(): Schema {
  const matchers = atomic(
    object({ matchType: oneOf('!=', '=', '=~', '!~'), name: named, regex: flag, value: text }, [
      'name',
    ]),
  );
  const wait: Schema = { ...length, minLength: 1 };
  return object({
    inhibitRules: atomic(
      object({ equal: atomic(text), sourceMatch: matchers, targetMatch: matchers }),
    ),
    muteTimeIntervals: atomic(
      object({ name: text, timeIntervals: atomic(timeIntervalSchema()) }, ['name']),
    ),
    receivers: keyed(receiverSchema(), 'name'),
    route: object({
      activeTimeIntervals: setOf(text),
      continue: flag,
      groupBy: setOf(text),
      groupInterval: wait,
      groupWait: wait,
      matchers,
      muteTimeIntervals: setOf(text),
      receiver: text,
      repeatInterval: wait,
      routes: atomic({ 'x-kubernetes-preserve-unknown-fields': true }),
    }),
  });
}

const atomic = (items: Schema): Schema => ({ ...list(items), 'x-kubernetes-list-type': 'atomic' });

function timeIntervalSchema(): Schema {
  const day: Schema = { type: 'integer', minimum: -31, maximum: 31 };
  const time: Schema = { ...text, pattern: '^((([01][0-9])|(2[0-3])):[0-5][0-9])$|(^24:00$)' };
  const month =
    '(?i)january|february|march|april|may|june|july|august|september|october|november|december|1[0-2]|[1-9]';
  const weekday = 'sun|mon|tues|wednes|thurs|fri|satur';
  return object({
    daysOfMonth: atomic(object({ end: day, start: day })),
    months: atomic({ ...text, pattern: `^(${month})(?:((:(${month}))$)|$)` }),
    times: atomic(object({ endTime: time, startTime: time })),
    weekdays: atomic({
      ...text,
      pattern: `^((?i)${weekday})day(?:((:(${weekday})day)$)|$)`,
    }),
    years: atomic({ ...text, pattern: '^2\\d{3}(?::2\\d{3}|$)' }),
  });
}

/** The fields of each kind of receiver: `+` a text that is not empty, `$` a key of a Secret, `?` a flag, `@` a URL. */
const ways: Readonly<Record<string, { readonly fields: string; readonly required?: string }>> = {
  discordConfigs: {
    fields: '$apiURL @avatarURL +content message title +username',
    required: 'apiURL',
  },
  emailConfigs: {
    fields:
      '+authIdentity $authPassword $authSecret +authUsername ?forceImplicitTLS +from %headers +hello html ?requireTLS +smarthost +text *threading *tlsConfig +to',
  },
  msteamsConfigs: { fields: 'summary text title $webhookUrl', required: 'webhookUrl' },
  msteamsv2Configs: { fields: '+text +title $webhookURL' },
  opsgenieConfigs: {
    fields:
      '+actions $apiKey @apiURL +description %details +entity +message +note +priority #responders +source +tags ?updateAlerts',
  },
  pagerdutyConfigs: {
    fields:
      '+class +client clientURL +component +description %details +group #pagerDutyImageConfigs #pagerDutyLinkConfigs $routingKey $serviceKey +severity +source ~timeout @url',
  },
  pushoverConfigs: {
    fields:
      '+device ~expire ?html +message ?monospace +priority ~retry +sound +title $token +tokenFile ~ttl url +urlTitle $userKey +userKeyFile',
  },
  rocketchatConfigs: {
    fields:
      '#actions @apiURL +channel +color +emoji #fields iconURL imageURL ?linkNames ?shortFields +text thumbURL +title +titleLink $token $tokenID',
    required: 'token tokenID',
  },
  slackConfigs: {
    fields:
      '#actions $apiURL +callbackId +channel +color +fallback #fields +footer +iconEmoji iconURL imageURL ?linkNames +messageText =mrkdwnIn +pretext ?shortFields +text thumbURL ~timeout +title titleLink ?updateMessage +username',
  },
  snsConfigs: {
    fields:
      'apiURL *attributes +message +phoneNumber *sigv4 +subject +targetARN +topicARN ?useAWSHTTPClient',
  },
  telegramConfigs: {
    fields:
      '@apiURL $botToken botTokenFile !chatID ?disableNotifications message !messageThreadID parseMode',
    required: 'chatID',
  },
  victoropsConfigs: {
    fields:
      '$apiKey @apiUrl %customFields +entityDisplayName +messageType +monitoringTool +routingKey +stateMessage',
    required: 'routingKey',
  },
  webexConfigs: { fields: '@apiURL message +roomID', required: 'roomID' },
  webhookConfigs: { fields: '!maxAlerts +payload ~timeout url $urlSecret' },
  wechatConfigs: {
    fields: '+agentID $apiSecret @apiURL +corpID +message +messageType +toParty +toTag +toUser',
  },
};

function signSchemas(): Readonly<Record<string, Schema>> {
  return {
    '+': named,
    $: secretKey,
    '?': flag,
    '@': { ...text, pattern: '^https?://.+$' },
    '~': length,
    '!': whole,
    '%': atomic(object({ key: named, value: text }, ['key', 'value'])),
    '#': atomic(anything),
    '*': anything,
    '=': atomic(named),
  };
}

function receiverSchema(): Schema {
  const signs = signSchemas();
  const fieldOf = (word: string): readonly [string, Schema] => {
    const schema = signs[word[0] ?? ''];
    return schema === undefined ? [word, text] : [word.slice(1), schema];
  };
  const kinds = Object.entries(ways).map(([kind, { fields, required }]) => {
    const own = {
      ...Object.fromEntries(fields.split(' ').map(fieldOf)),
      ...(kind !== 'emailConfigs' && { httpConfig: anything }),
      sendResolved: flag,
    };
    return [kind, atomic(object(own, required?.split(' ')))];
  });
  return object({ ...(Object.fromEntries(kinds) as Record<string, Schema>), name: named }, [
    'name',
  ]);
}
