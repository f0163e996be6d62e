import {
  AuthenticationError,
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

/** What nodemailer's errors have, as far as it is used. */
interface SmtpFailure {
  /** Nodemailer's own, for example `EAUTH`. */
  code?: string;
  /** Node's, where `code` stands for any of its socket errors. */
  originalCode?: string;
  /** What the client was at, for example `RCPT TO`. */
  command?: string;
  responseCode?: number;
  response?: string;
  message?: string;
}

interface Meaning {
  ErrorClass: new (message: string) => Error;
  whose: Problem['whose'];
  canPass?: boolean;
  what: string;
  remedy: string;
}

/**
 * Node's codes of a handshake that failed: OpenSSL's reasons to refuse a
 * certificate, a name that is not in it, and answers that are no TLS.
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const TLS_CODE =
  /CERT|^UNABLE_TO_|^INVALID_|^HOSTNAME_|^ERR_(SSL|TLS)_|^EPROTO$/;

const LATER = 'Try again in a few minutes.';

/** The enhanced status code of a reply, RFC 3463: `5.1.1`. */
function readEnhancedCode(response: string): string {
  return response.match(/^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/)?.[1] ?? '';
}

/** What a refusal for good means; RFC 5321 section 4.2.3, RFC 3463. */
function judgeRefusal(failure: SmtpFailure, action: string): Meaning {
  const { responseCode = 0, response = '', command } = failure;
  const enhanced = readEnhancedCode(response);
  if (failure.code === 'EAUTH' || [530, 534, 535, 538].includes(responseCode)) {
    return {
      ErrorClass: AuthenticationError,
      whose: 'platform',
      what: `The mail server refused the portal's credentials when it was to ${action}.`,
      remedy:
        'Ask the platform team to check username and password of providers.mail in app-config.',
    };
  }
  if (command === 'MAIL FROM' || enhanced.startsWith('5.7.')) {
    return {
      ErrorClass: NotAllowedError,
      whose: 'platform',
      what: `The mail server does not let the portal ${action}.`,
      remedy:
        'Ask the platform team to let the mail server take mail from the address in providers.mail.from of app-config.',
    };
  }
  if (command === 'RCPT TO') {
    return {
      ErrorClass: NotFoundError,
      whose: 'yours',
      what: `The mail server knows no such mailbox when it was to ${action}.`,
      remedy: "Check the person's mail address in the catalog.",
    };
  }
  return {
    ErrorClass: InputError,
    whose: 'yours',
    what: `The mail server refused to ${action}.`,
    remedy: 'Change the message, then try again.',
  };
}

function judge(failure: SmtpFailure, action: string): Meaning {
  const { code, originalCode = '', command, responseCode = 0 } = failure;
  const isNotTrusted = code === 'ESOCKET' && TLS_CODE.test(originalCode);
  if (code === 'ETLS' || code === 'EREQUIRETLS' || isNotTrusted) {
    return {
      ErrorClass: ServiceUnavailableError,
      whose: 'platform',
      what: `The mail server does not encrypt the connection as it should, or its certificate is not trusted, so the portal did not ${action}.`,
      remedy:
        'Ask the platform team to check url, tls and certificateAuthority of providers.mail in app-config.',
    };
  }
  if (code === 'ENOAUTH') {
    return judgeRefusal({ ...failure, code: 'EAUTH' }, action);
  }
  if (responseCode >= 500 && code !== 'EPROTOCOL') {
    return judgeRefusal(failure, action);
  }
  if (responseCode >= 400) {
    return {
      ErrorClass: ServiceUnavailableError,
      whose: 'vendor',
      canPass: true,
      what: `The mail server could not ${action} now.`,
      remedy: LATER,
    };
  }
  const isUnknown = command !== 'CONN' && command !== 'API';
  return {
    ErrorClass: ServiceUnavailableError,
    whose: 'vendor',
    canPass: true,
    what: `The mail server gave no usable answer when it was to ${action}.${
      isUnknown ? ' The mail may have been sent all the same.' : ''
    }`,
    remedy: `${LATER} If it stays like this, ask the platform team to check url of providers.mail in app-config.`,
  };
}

/**
 * Turns a failure of nodemailer's into an error of the messaging port.
 *
 * @param error - what nodemailer threw
 * @param context.action - what was to be done, in the infinitive
 * @param context.secrets - values that must not appear
 */
export function toMailError(
  error: unknown,
  context: { action: string; secrets: (string | undefined)[] },
): Error {
  const failure = error as SmtpFailure;
  const { ErrorClass, what, ...judgement } = judge(failure, context.action);
  const raw = redact(failure.response ?? failure.message ?? '', [
    ...context.secrets,
  ]);
  const words = failure.response ? ` It said: ${raw}.` : '';
  return createProblemError(ErrorClass, {
    ...judgement,
    what: `${what}${words}`,
    vendor: 'Mail',
    ...(failure.responseCode && { status: failure.responseCode }),
    ...(raw && { raw }),
  });
}
