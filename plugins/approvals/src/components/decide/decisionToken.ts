import { decisionTokenSchema } from '@self-service/plugin-approvals-common';

const STORAGE_KEY = 'approvals.decision-token';

/** Where the token is as well: a browser may allow no storage. */
let held: string | undefined;

function keep(token: string | undefined): void {
  held = token;
  try {
    if (token) {
      window.sessionStorage.setItem(STORAGE_KEY, token);
    } else {
      window.sessionStorage.removeItem(STORAGE_KEY);
    }
  } catch {
    // It does until this page is left, and after a sign-in on another one the
    // link has to be opened again.
  }
}

/** Where links of mails lead, below whatever path the app is served. */
const PATH = /\/approvals\/decide\/?$/;

/**
 * Takes the token of a decision link out of the address bar, if one is there,
 * and keeps it for this tab.
 *
 * @remarks
 * The fragment of an address reaches no server by itself, but the sign-in puts
 * the whole address of the page into a query, and analytics report it. So it
 * has to be gone before the app is rendered, and must survive the way to the
 * sign-in and back: `sessionStorage` does, for this tab and origin alone.
 */
function holdToken(): void {
  const { pathname, search, hash } = window.location;
  if (!PATH.test(pathname) || hash === '') {
    return;
  }
  window.history.replaceState(window.history.state, '', pathname + search);
  // Nobody who opened a broken link wants to decide by an older one.
  keep(decisionTokenSchema.safeParse(hash.slice(1)).data);
}

/**
 * Keeps tokens of decision links out of the address bar from now on; call it
 * before the app is rendered.
 *
 * @remarks
 * A second link opened in the same tab changes only the fragment, which loads
 * nothing anew. Whoever listens first sees it before the app's router does.
 */
export function guardDecisionTokens(): void {
  holdToken();
  window.addEventListener('popstate', holdToken);
}

/** The token that this tab was opened with, until it is forgotten. */
export function readDecisionToken(): string | undefined {
  try {
    return window.sessionStorage.getItem(STORAGE_KEY) ?? held;
  } catch {
    return held;
  }
}

/** Forgets the token of this tab, which has done its work. */
export function forgetDecisionToken(): void {
  keep(undefined);
}
