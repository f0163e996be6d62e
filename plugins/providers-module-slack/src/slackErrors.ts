import {
  AuthenticationError,
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  createProblemError,
  problemOf,
  redact,
} from '@self-service/plugin-providers-node';

type Problem = NonNullable<ReturnType<typeof problemOf>>;

/** What a refusal of Slack's means. */
interface Meaning {
  ErrorClass: new (message: string) => Error;
  whose: Problem['whose'];
  canPass?: boolean;
  remedy: string;
}

const CREDENTIALS: Meaning = {
  ErrorClass: AuthenticationError,
  whose: 'platform',
  remedy:
    'Ask the platform team to check botToken of providers.slack in app-config, and that the app is still installed.',
};
const SCOPE: Meaning = {
  ErrorClass: NotAllowedError,
  whose: 'platform',
  remedy:
    "Ask the platform team to give the app this scope in Slack and to install it anew: the provider's README lists them.",
};
const MEMBERSHIP: Meaning = {
  ErrorClass: NotAllowedError,
  whose: 'yours',
  remedy: 'Invite the app to the channel in Slack, then try again.',
};
const RULE: Meaning = {
  ErrorClass: NotAllowedError,
  whose: 'platform',
  remedy: "Ask the platform team: a rule of the workspace's owners forbids it.",
};
const UNKNOWN: Meaning = {
  ErrorClass: NotFoundError,
  whose: 'yours',
  remedy:
    'Check the name, and that the app may see it: it has to be invited to a private channel.',
};
const STATE: Meaning = {
  ErrorClass: ConflictError,
  whose: 'yours',
  remedy: 'Look at it in Slack: somebody has closed or changed it.',
};
const LATE: Meaning = {
  ErrorClass: ConflictError,
  whose: 'yours',
  remedy: 'Press the button again: Slack opens a dialog once, at once.',
};
const WORDS: Meaning = {
  ErrorClass: InputError,
  whose: 'yours',
  remedy: 'Change the message, then try again.',
};
const LATER: Meaning = {
  ErrorClass: ServiceUnavailableError,
  whose: 'vendor',
  canPass: true,
  remedy: 'Try again in a few minutes.',
};

/** Source: "Errors" of the methods' pages, https://docs.slack.dev/reference/methods. */
const MEANINGS: Record<string, Meaning> = {
  access_denied: CREDENTIALS,
  account_inactive: CREDENTIALS,
  invalid_auth: CREDENTIALS,
  not_authed: CREDENTIALS,
  token_expired: CREDENTIALS,
  token_revoked: CREDENTIALS,
  enterprise_is_restricted: RULE,
  ekm_access_denied: RULE,
  restricted_action: RULE,
  restricted_action_read_only_channel: RULE,
  restricted_action_thread_only_channel: RULE,
  missing_scope: SCOPE,
  no_permission: SCOPE,
  not_allowed_token_type: SCOPE,
  cant_update_message: RULE,
  not_in_channel: MEMBERSHIP,
  channel_not_found: UNKNOWN,
  message_not_found: UNKNOWN,
  thread_not_found: UNKNOWN,
  user_not_found: UNKNOWN,
  user_not_visible: UNKNOWN,
  users_not_found: UNKNOWN,
  cannot_dm_bot: STATE,
  edit_window_closed: STATE,
  exchanged_trigger_id: LATE,
  expired_trigger_id: LATE,
  invalid_trigger_id: LATE,
  is_archived: STATE,
  is_inactive: STATE,
  messages_tab_disabled: STATE,
  user_disabled: STATE,
  fatal_error: LATER,
  internal_error: LATER,
  rate_limited: LATER,
  ratelimited: LATER,
  request_timeout: LATER,
  service_unavailable: LATER,
  team_added_to_org: LATER,
};

const CODE = /^[a-z][a-z0-9_]{1,79}$/;

/**
 * Turns a refusal of Slack's (`{ ok: false, error }`, HTTP 200) into an error
 * of the port.
 *
 * @remarks
 * A code that nobody here knows is about what was sent: Slack adds such codes
 * most. Something that is no code is no answer of Slack's.
 *
 * @param answer - what Slack said; its words are codes and names of scopes
 */
export function toSlackError(
  answer: { error?: unknown; needed?: unknown },
  context: { action: string; requestId?: string; secrets: string[] },
): Error {
  const { error: code, needed } = answer;
  const facts = {
    vendor: 'Slack',
    status: 200,
    requestId: context.requestId,
  };
  const request = context.requestId ? ` (request ${context.requestId})` : '';
  if (typeof code !== 'string' || !CODE.test(code)) {
    return createProblemError(ServiceUnavailableError, {
      what: `Slack's answer made no sense when it was to ${context.action}${request}.`,
      whose: 'vendor',
      canPass: true,
      remedy:
        'Try again in a few minutes. If it stays like this, ask the platform team to check apiUrl of providers.slack in app-config.',
      ...facts,
    });
  }
  const { ErrorClass, whose, canPass, remedy } = MEANINGS[code] ?? WORDS;
  const scope =
    typeof needed === 'string'
      ? `, it needs ${redact(needed, context.secrets)}`
      : '';
  const verb = canPass ? 'could not' : 'refused to';
  return createProblemError(ErrorClass, {
    what: `Slack ${verb} ${context.action}: ${code}${scope}${request}.`,
    whose,
    canPass: canPass ?? false,
    remedy,
    raw: `${code}${scope}`,
    ...facts,
  });
}
