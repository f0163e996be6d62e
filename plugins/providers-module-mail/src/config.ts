import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

/** `providers.mail`, read. */
export interface MailConfig {
  host: string;
  port: number;
  /** How the connection is encrypted: from the start, by STARTTLS, not at all. */
  encryption: 'tls' | 'starttls' | 'none';
  /** PEM. */
  certificateAuthority?: string;
  credentials?: { username: string; password: string };
  from: { name: string; address: string };
  replyTo?: string;
  /** Addresses by the channel's name. */
  channels: Record<string, string>;
}

const address = z.email();

function readServer(
  config: Config,
): Pick<MailConfig, 'host' | 'port' | 'encryption'> {
  const text = config.getString('url');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure = url?.protocol === 'smtps:';
  if (!url?.hostname || (!isSecure && url.protocol !== 'smtp:')) {
    throw new InputError(
      'providers.mail.url in app-config has to be smtp://<host>:<port> or smtps://<host>:<port>.',
    );
  }
  const tls = config.getOptionalString('tls') ?? 'required';
  if (!['required', 'none'].includes(tls) || (isSecure && tls === 'none')) {
    throw new InputError(
      "providers.mail.tls in app-config is 'required' or, with smtp:// alone, 'none'.",
    );
  }
  const starttls = tls === 'none' ? 'none' : 'starttls';
  return {
    // Without the brackets of an IPv6 address.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isSecure ? 465 : 587),
    encryption: isSecure ? 'tls' : starttls,
  };
}

function readFrom(text: string): MailConfig['from'] {
  const [, name = '', inBrackets] =
    text.match(/^\s*"?([^"<>]*?)"?\s*<([^<>]+)>\s*$/) ?? [];
  const parsed = address.safeParse(inBrackets ?? text.trim());
  if (!parsed.success) {
    throw new InputError(
      'providers.mail.from in app-config has to be an address, as portal@example.com or Self-Service <portal@example.com>.',
    );
  }
  return { name, address: parsed.data };
}

function readChannels(config: Config): Record<string, string> {
  const channels = config.getOptionalConfig('channels');
  return Object.fromEntries(
    (channels?.keys() ?? []).map(name => [name, channels!.getString(name)]),
  );
}

/**
 * Reads `providers.mail`.
 *
 * @throws InputError - no address, or a password without a name
 */
export function readMailConfig(root: Config): MailConfig {
  const config = root.getConfig('providers.mail');
  const username = config.getOptionalString('username');
  const password = config.getOptionalString('password');
  if (Boolean(username) !== Boolean(password)) {
    throw new InputError(
      'providers.mail in app-config has either both username and password, or none of them.',
    );
  }
  return {
    ...readServer(config),
    certificateAuthority: config.getOptionalString('certificateAuthority'),
    credentials: username && password ? { username, password } : undefined,
    from: readFrom(config.getString('from')),
    replyTo: config.getOptionalString('replyTo'),
    channels: readChannels(config),
  };
}
