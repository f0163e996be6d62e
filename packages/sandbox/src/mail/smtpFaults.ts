import { FaultRule } from '../faults/FaultSwitch';

/** When in a session a fault shows: SMTP refuses where the reason is known. */
export type SmtpStage = 'connect' | 'auth' | 'from' | 'to' | 'data';

/** What the server says instead of going on. */
export interface SmtpReply {
  stage: SmtpStage;
  code: number;
  words: string;
}

/** What SMTP says where HTTP has a status; RFC 5321 and RFC 3463. */
const BY_STATUS: Record<number, SmtpReply> = {
  401: {
    stage: 'auth',
    code: 535,
    words: '5.7.8 Authentication credentials invalid',
  },
  403: { stage: 'from', code: 550, words: '5.7.1 Sender not allowed' },
  404: { stage: 'to', code: 550, words: '5.1.1 No such mailbox' },
  409: { stage: 'data', code: 554, words: '5.6.0 Message refused' },
  422: { stage: 'data', code: 554, words: '5.6.0 Message refused' },
  500: { stage: 'data', code: 451, words: '4.3.0 Local error in processing' },
  503: { stage: 'connect', code: 421, words: '4.3.2 Service not available' },
};

/**
 * What a `status` or `rate-limit` fault is in SMTP. A status that is a reply
 * code of SMTP's own is given as it is, once the message is there.
 */
export function toSmtpReply(rule: FaultRule): SmtpReply | undefined {
  if (rule.kind === 'rate-limit') {
    return {
      stage: 'from',
      code: 450,
      words: `4.7.1 Too many messages, try again in ${
        rule.retryAfterSeconds ?? 1
      } seconds`,
    };
  }
  if (rule.kind !== 'status') {
    return undefined;
  }
  const status = rule.status ?? 500;
  return (
    BY_STATUS[status] ?? {
      stage: 'data',
      code: status,
      words: status >= 500 ? '5.0.0 Refused' : '4.0.0 Not now',
    }
  );
}
