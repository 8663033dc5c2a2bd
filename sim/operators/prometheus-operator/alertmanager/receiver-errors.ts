/** What is wrong with one way of a receiver, by its kind. @upstream prometheus-operator v0.93 pkg/alertmanager/validation/v1alpha1/validation.go */
import { isRecord } from '../../../api/equality.js';
import type { Fields } from '../relabelings.js';
import type { receiverKinds } from './receivers.js';

const text = (way: Fields, name: string): string => String(way[name] ?? '');
const has = (way: Fields, name: string): boolean => way[name] !== undefined;
const list = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

/** What is wrong with a URL, which may be a template. @upstream prometheus/alertmanager config parseURL */
export function urlError(url: string): string | undefined {
  if (url === '' || url.includes('{{')) return undefined;
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/i.exec(url) ?? [];
  const error =
    scheme === 'http' || scheme === 'https'
      ? /^\/\/[^/?#]/.test(rest)
        ? undefined
        : 'missing host for URL'
      : `unsupported scheme "${scheme}" for URL`;
  return error === undefined ? undefined : `validate url from string failed with error: ${error}`;
}

function fieldUrlError(way: Fields, name: string): string | undefined {
  const error = urlError(text(way, name));
  return error === undefined ? undefined : `invalid '${name}': ${error}`;
}

function webhook(way: Fields): string | undefined {
  if (!has(way, 'url') && !has(way, 'urlSecret')) {
    return "one of 'url' or 'urlSecret' must be specified";
  }
  return fieldUrlError(way, 'url');
}

function pagerduty(way: Fields): string | undefined {
  const error = fieldUrlError(way, 'clientURL');
  if (error !== undefined) return error;
  return has(way, 'routingKey') || has(way, 'serviceKey')
    ? undefined
    : "one of 'routingKey' or 'serviceKey' is required";
}

function slack(way: Fields): string | undefined {
  const isBad = list(way['actions']).some(
    action => text(action, 'url') === '' && text(action, 'name') === '',
  );
  return isBad ? "missing 'name' or 'url' in Slack action configuration" : undefined;
}

function opsgenie(way: Fields): string | undefined {
  const isBad = list(way['responders']).some(responder =>
    ['id', 'name', 'username'].every(name => text(responder, name) === ''),
  );
  return isBad ? 'responder must have at least an ID, a Name or an Username defined' : undefined;
}

function email(way: Fields): string | undefined {
  if (text(way, 'to') === '') return "missing 'to' address";
  const host = text(way, 'smarthost');
  if (host !== '' && !/:[^:\]]*$/.test(host)) {
    return `invalid 'smarthost' "${host}": address ${host}: missing port in address`;
  }
  const headers = list(way['headers']).map(({ key }) => String(key).toLowerCase());
  const twice = headers.find((header, index) => headers.indexOf(header) !== index);
  return twice === undefined ? undefined : `duplicate header "${twice}"`;
}

const reserved = [
  ...['routing_key', 'message_type', 'state_message', 'entity_display_name'],
  ...['monitoring_tool', 'entity_id', 'entity_state'],
];

function victorops(way: Fields): string | undefined {
  const used = list(way['customFields']).find(({ key }) => reserved.includes(String(key)));
  return used === undefined
    ? undefined
    : `usage of reserved word "${String(used['key'])}" is not allowed in custom fields`;
}

function pushover(way: Fields): string | undefined {
  if (!has(way, 'userKey') && !has(way, 'userKeyFile')) {
    return "one of 'userKey' or 'userKeyFile' must be configured";
  }
  if (!has(way, 'token') && !has(way, 'tokenFile')) {
    return "one of 'token' or 'tokenFile' must be configured";
  }
  if (way['html'] === true && way['monospace'] === true) {
    return "'html' and 'monospace' options are mutually exclusive";
  }
  return fieldUrlError(way, 'url');
}

function sns(way: Fields): string | undefined {
  const [target, topic, phone] = ['targetARN', 'topicARN', 'phoneNumber'].map(
    name => text(way, name) === '',
  );
  if ((target !== topic) !== phone) {
    return "must provide one of 'targetARN', 'topicARN', or 'phoneNumber'";
  }
  return fieldUrlError(way, 'apiURL');
}

function telegram(way: Fields): string | undefined {
  if (!has(way, 'botToken') && !has(way, 'botTokenFile')) {
    return 'mandatory field botToken or botTokenfile is empty';
  }
  if (has(way, 'botToken') && has(way, 'botTokenFile')) {
    return "only one of 'botToken' or 'botTokenfile' must be configured";
  }
  return way['chatID'] === 0 ? "mandatory field 'chatID' is empty" : undefined;
}

/** By kind; undefined: nothing is. */
export const receiverErrors: Partial<
  Record<keyof typeof receiverKinds, (way: Fields) => string | undefined>
> = {
  pagerdutyConfigs: pagerduty,
  opsgenieConfigs: opsgenie,
  slackConfigs: slack,
  webhookConfigs: webhook,
  emailConfigs: email,
  victoropsConfigs: victorops,
  pushoverConfigs: pushover,
  snsConfigs: sns,
  telegramConfigs: telegram,
};
