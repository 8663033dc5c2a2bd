/**
 * What holds for all receivers, as an Alertmanager says it (spec.alertmanagerConfiguration.global). Left out:
 * its HTTP and TLS settings and those of Telegram, Jira, VictorOps, Rocket.Chat, Webex, WeChat, Mattermost.
 * @upstream prometheus-operator v0.93 pkg/alertmanager/amcfg.go convertGlobalConfig
 */
import { isRecord } from '../../../api/equality.js';
import type { Fields } from '../relabelings.js';
import { referenceKey, referencesIn, type Values } from './receivers.js';

const names: Readonly<Record<string, string>> = {
  resolveTimeout: 'resolve_timeout',
  slackApiUrl: 'slack_api_url',
  opsGenieApiUrl: 'opsgenie_api_url',
  opsGenieApiKey: 'opsgenie_api_key',
  pagerdutyUrl: 'pagerduty_url',
};

const smtpNames: Readonly<Record<string, string>> = {
  from: 'smtp_from',
  hello: 'smtp_hello',
  smartHost: 'smtp_smarthost',
  authUsername: 'smtp_auth_username',
  authPassword: 'smtp_auth_password',
  authSecret: 'smtp_auth_secret',
  authIdentity: 'smtp_auth_identity',
  requireTLS: 'smtp_require_tls',
  forceImplicitTLS: 'smtp_force_implicit_tls',
};

/** What is said of the rest is not written. */
export const isGlobalKnown = (name: string): boolean =>
  name === 'smtp' || Object.hasOwn(names, name);

/** The part of the file. */
export function globalOf(global: Fields, values: Values): Fields {
  const { smtp } = global;
  return {
    ...taken(global, names, values),
    ...(isRecord(smtp) && taken(smtp, smtpNames, values)),
  };
}

function taken(from: Fields, by: Readonly<Record<string, string>>, values: Values): Fields {
  return Object.fromEntries(
    Object.entries(by).flatMap(([name, field]) => {
      const value = from[name];
      if (value === undefined || value === '') return [];
      if (name === 'smartHost' && isRecord(value)) {
        return [[field, `${String(value['host'])}:${String(value['port'])}`]];
      }
      const [reference] = referencesIn(value);
      return [[field, reference === undefined ? value : values.get(referenceKey(reference))]];
    }),
  );
}
