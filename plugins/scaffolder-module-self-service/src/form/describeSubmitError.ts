import { describeError } from '@self-service/plugin-approvals';

/** Why a form was not taken, and what to do about it. */
export interface SubmitErrorDescription {
  title: string;
  remedy: string;
  /** What is wrong with single fields, if that was said. */
  details: string[];
}

/** How the scaffolder's client words every refusal of `POST /v2/tasks`. */
const REFUSAL = /^Backend request failed, (\d{3})\s*([^{]*)(\{.*\})?$/s;

interface RefusalBody {
  error?: { message?: unknown };
  /** What JSON schema says of the values. */
  errors?: { stack?: unknown }[];
}

function readBody(text: string | undefined): RefusalBody {
  try {
    return JSON.parse(text ?? '{}');
  } catch {
    return {};
  }
}

function readRemedy(status: number): string {
  switch (status) {
    case 400:
      return 'Nothing was started. Go back, correct it, and create again.';
    case 401:
      return 'Nothing was started. Your session has ended: open this portal in another tab, sign in there, come back and create again.';
    case 403:
      return 'Nothing was started. You may not start runs of this template: ask its owners or your platform team.';
    case 404:
      return 'Nothing was started. The template was removed or renamed meanwhile: choose another one.';
    default:
      return status >= 500
        ? 'Try again in a moment; look at Runs before, it may have started all the same. If it stays, tell your platform team.'
        : 'Nothing was started. Correct what is said above and create again.';
  }
}

/** What `fetch` throws in the browsers when there is no answer at all. */
function isNoAnswer(error: Error): boolean {
  return error.name === 'TypeError' || error.name === 'NetworkError';
}

/**
 * Puts into words why a form was not taken. Pure.
 *
 * @param error - of the scaffolder's client, of a backend's client, or what
 * `fetch` threw
 */
export function describeSubmitError(error: Error): SubmitErrorDescription {
  if (isNoAnswer(error)) {
    return {
      title: 'the portal could not be reached',
      remedy:
        'Check your connection, look at Runs whether it has started all the same, and else create again.',
      details: [],
    };
  }
  const [, status, statusText = '', text] = REFUSAL.exec(error.message) ?? [];
  if (!status) {
    return { ...describeError(error), details: [] };
  }
  const { error: said, errors = [] } = readBody(text);
  const details = errors.flatMap(({ stack }) =>
    typeof stack === 'string' ? [stack.replace(/^instance\./, '')] : [],
  );
  const message =
    details.length > 0 ? 'some values are not accepted' : said?.message;
  return {
    title: typeof message === 'string' ? message : statusText.trim() || status,
    remedy: readRemedy(Number(status)),
    details,
  };
}
