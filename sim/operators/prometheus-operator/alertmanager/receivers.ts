/**
 * Receivers of AlertmanagerConfigs as Alertmanager's file has them. Fields go by their names; certificates,
 * OAuth and headers of proxies are left out.
 * @upstream prometheus-operator v0.93 pkg/alertmanager/amcfg.go
 */
import { isRecord } from '../../../api/equality.js';
import type { Fields } from '../relabelings.js';
import type { Receiver } from './types.js';

/** What keys of Secrets and config maps hold, by `referenceKey`. */
export type Values = ReadonlyMap<string, string>;

/** A key of a Secret or a config map. */
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
}

/** By what a value is found. */
export const referenceKey = ({ kind, name, key }: Reference): string => `${kind}/${name}/${key}`;

/** The kinds of receivers in upstream's order, with what they are in the file. */
export const receiverKinds = {
  pagerdutyConfigs: { field: 'pagerduty_configs', word: 'PagerDutyConfig' },
  opsgenieConfigs: { field: 'opsgenie_configs', word: 'OpsgenieConfig' },
  discordConfigs: { field: 'discord_configs', word: 'DiscordConfig' },
  slackConfigs: { field: 'slack_configs', word: 'SlackConfig' },
  webhookConfigs: { field: 'webhook_configs', word: 'WebhookConfig' },
  wechatConfigs: { field: 'wechat_configs', word: 'WeChatConfig' },
  webexConfigs: { field: 'webex_configs', word: 'WebexConfig' },
  emailConfigs: { field: 'email_configs', word: 'EmailConfig' },
  victoropsConfigs: { field: 'victorops_configs', word: 'VictorOpsConfig' },
  pushoverConfigs: { field: 'pushover_configs', word: 'PushoverConfig' },
  snsConfigs: { field: 'sns_configs', word: 'SNSConfig' },
  telegramConfigs: { field: 'telegram_configs', word: 'TelegramConfig' },
  msteamsConfigs: { field: 'msteams_configs', word: 'MSTeamsConfig' },
  msteamsv2Configs: { field: 'msteamsv2_configs', word: 'MSTeamsV2Config' },
  rocketchatConfigs: { field: 'rocketchat_configs', word: 'RocketChatConfig' },
} as const;

/** The ways of a kind that a receiver has. */
export function waysOf(receiver: Receiver, kind: keyof typeof receiverKinds): readonly Fields[] {
  const ways = receiver[kind];
  return Array.isArray(ways) ? ways.filter(isRecord) : [];
}

/** All keys that something refers to. */
export function referencesIn(value: unknown, field = ''): readonly Reference[] {
  if (Array.isArray(value)) return value.flatMap(each => referencesIn(each, field));
  if (!isRecord(value)) return [];
  if (isSelector(value)) {
    const kind = field === 'configMap' ? 'ConfigMap' : 'Secret';
    return [{ kind, name: String(value['name']), key: String(value['key']) }];
  }
  return Object.entries(value).flatMap(([name, each]) => referencesIn(each, name));
}

const isSelector = (value: Fields): boolean =>
  typeof value['key'] === 'string' && typeof value['name'] === 'string';

const isPairs = (value: readonly unknown[]): boolean =>
  value.length > 0 &&
  value.every(each => isRecord(each) && typeof each['key'] === 'string' && 'value' in each);

/** What has another name in the file. */
const renamed: Readonly<Record<string, string>> = {
  'discordConfigs.apiURL': 'webhook_url',
  'pagerdutyConfigs.pagerDutyImageConfigs': 'images',
  'pagerdutyConfigs.pagerDutyLinkConfigs': 'links',
  'pagerDutyLinkConfigs.alt': 'text',
  'webhookConfigs.urlSecret': 'url',
  'snsConfigs.useAWSHTTPClient': 'use_aws_http_client',
  'sigv4.useFIPSSTSEndpoint': 'use_fips_sts_endpoint',
  'httpConfig.bearerTokenSecret': 'bearer_token',
};

/** `apiURL` is `api_url`. */
const snake = (name: string): string =>
  name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** A receiver without its name; a text: what is wrong. */
export function receiverOf(
  receiver: Receiver,
  values: Values,
  isSmtpKnown: boolean,
): Fields | string {
  const written: Record<string, unknown> = {};
  // The keys are those of the table.
  for (const kind of Object.keys(receiverKinds) as (keyof typeof receiverKinds)[]) {
    const ways = waysOf(receiver, kind);
    if (ways.length === 0) continue;
    const { field, word } = receiverKinds[kind];
    if (kind === 'emailConfigs') {
      for (const [index, way] of ways.entries()) {
        const missing = missingOfEmail(way);
        if (!isSmtpKnown && missing !== undefined) {
          return `${word}[${index}]: SMTP ${missing} is a mandatory field, it is neither specified at global config nor at receiver level`;
        }
      }
    }
    written[field] = ways.map(way => writtenFields(way, kind, values));
  }
  return written;
}

function missingOfEmail(way: Fields): string | undefined {
  return ['smarthost', 'from'].find(name => (way[name] ?? '') === '');
}

const leftOut = new Set(['tlsConfig', 'oauth2', 'proxyConnectHeader']);
/** What means the same as nothing, and is not written. */
const isEmpty = (value: unknown): boolean => value === '' || value === undefined;

/** The fields of an object of a field; a way's is that of its list. */
function writtenFields(value: Fields, of: string, values: Values): Fields {
  const fields: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    if (leftOut.has(name) || isEmpty(each)) continue;
    const field = renamed[`${of}.${name}`] ?? snake(name);
    // The URL of a Secret is used where both are said.
    if (field in fields && name === 'url') continue;
    fields[field] = writtenValue(each, name, values);
  }
  if (of === 'httpConfig' && isRecord(fields['authorization'])) {
    fields['authorization'] = { type: 'Bearer', ...fields['authorization'] };
  }
  if (of === 'threading') return { enabled: true, ...fields };
  return fields;
}

function writtenValue(value: unknown, name: string, values: Values): unknown {
  if (name === 'attributes') return value;
  if (name === 'threadByDate') return String(value).toLowerCase();
  if (Array.isArray(value)) {
    return isPairs(value)
      ? Object.fromEntries((value as readonly Fields[]).map(pair => [pair['key'], pair['value']]))
      : value.map(each => writtenValue(each, name, values));
  }
  if (!isRecord(value)) return value;
  if (!isSelector(value)) return writtenFields(value, name, values);
  const [reference] = referencesIn(value, name);
  const text = reference === undefined ? '' : (values.get(referenceKey(reference)) ?? '');
  return /url$/i.test(name) || name === 'urlSecret' ? text.trim() : text;
}
