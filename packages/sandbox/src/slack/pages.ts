import express, { Response, Router } from 'express';
import { asyncHandler, sameOriginOnly } from '../common/express';
import { renderPage } from '../common/page';
import {
  conversationPage,
  feed,
  homePage,
  SCRIPT,
  STYLE,
} from './conversation';
import { Interactivity } from './interactivity';
import { SlackRefusal, SlackUser } from './model';
import { Workspace } from './Workspace';

/**
 * Slack's pages: what each person sees, with buttons that work, and where
 * clicks go.
 */
export function pageRoutes(options: {
  workspace: Workspace;
  interactivity: Interactivity;
}): Router {
  const { workspace, interactivity } = options;
  const router = Router();

  router.get('/', (_request, response) => {
    response.send(page('Slack', homePage(workspace, interactivity)));
  });

  router.get('/script.js', (_request, response) => {
    response.type('text/javascript').send(SCRIPT);
  });

  router.get('/as/:user', (request, response) => {
    const user = personCalled(workspace, request.params.user);
    if (!user) {
      response.status(404).send(page('Nobody', '<p>Nobody of that name.</p>'));
      return;
    }
    const { channel } = workspace.openConversation(user.id);
    response.redirect(302, `/archives/${channel.id}?as=${user.id}`);
  });

  // `part=feed` is what the page asks for to stay up to date.
  router.get('/archives/:channel', (request, response) => {
    const channel = workspace
      .channels()
      .find(({ id }) => id === request.params.channel);
    const as =
      channel?.user ?? personCalled(workspace, String(request.query.as))?.id;
    if (!channel) {
      response
        .status(404)
        .send(page('No such channel', '<p>Nothing here.</p>'));
      return;
    }
    const view = { workspace, interactivity, channel, as };
    const { title, body } = conversationPage(view);
    response.send(
      request.query.part === 'feed' ? feed(view) : page(title, body),
    );
  });

  router.post(
    '/press',
    sameOriginOnly,
    express.urlencoded({ extended: false }),
    express.json(),
    asyncHandler(async (request, response) => {
      const { channel, ts, user } = request.body;
      const actionId = request.body.action_id;
      try {
        const click = await interactivity.press({
          channel: String(channel),
          ts: String(ts),
          user: String(user),
          actionId: String(actionId),
        });
        if (request.is('json')) {
          response.json(click);
        } else {
          response.redirect(303, placeOf(click));
        }
      } catch (error) {
        refuse(error, response);
      }
    }),
  );

  // `close` is the dialog's other button: the app hears nothing of it.
  router.post(
    '/submit',
    sameOriginOnly,
    express.urlencoded({ extended: false }),
    express.json(),
    asyncHandler(async (request, response) => {
      const { view, comment, close } = request.body;
      try {
        const done = close
          ? workspace.dialogs.close(String(view))
          : await interactivity.submit({
              view: String(view),
              comment: String(comment ?? ''),
            });
        if (request.is('json')) {
          response.json(done);
        } else {
          response.redirect(303, placeOf(done));
        }
      } catch (error) {
        refuse(error, response);
      }
    }),
  );

  router.post(
    '/settings',
    sameOriginOnly,
    express.urlencoded({ extended: false }),
    express.json(),
    (request, response) => {
      const url = String(request.body.interactivityUrl ?? '');
      if (!URL.canParse(url)) {
        response.status(400).json({ error: 'interactivityUrl is no URL' });
        return;
      }
      workspace.interactivityUrl = url;
      if (request.is('json')) {
        response.status(204).end();
      } else {
        response.redirect(303, '/');
      }
    },
  );
  return router;
}

/** The address of a message, for who did something there. */
function placeOf(done: { channel: string; user: string; ts: string }): string {
  return `/archives/${done.channel}?as=${done.user}#m${done.ts}`;
}

/** Says that something is not there to be pressed; throws anything else. */
function refuse(error: unknown, response: Response): void {
  if (!(error instanceof SlackRefusal)) {
    throw error;
  }
  response.status(409).json({ error: error.code });
}

/** A person who can sign in, by id or login. */
function personCalled(
  workspace: Workspace,
  idOrName: string,
): SlackUser | undefined {
  return workspace
    .people()
    .find(({ id, name }) => id === idOrName || name === idOrName);
}

function page(title: string, body: string): string {
  return renderPage({ title, service: 'Slack', body, style: STYLE });
}
