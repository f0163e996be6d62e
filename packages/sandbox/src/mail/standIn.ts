import { readOrganisation } from '../identity/people';
import type { StandInDefinition } from '../standIns';
import { Mailboxes } from './Mailboxes';
import { mailApp } from './pages';
import { SmtpPort } from './SmtpPort';

/** A mail server over SMTP, and a page of everybody's mailbox. */
export const mailStandIn: StandInDefinition = {
  name: 'mail',
  title: 'Mail',
  note: "everybody's mailbox; SMTP on a port of its own",
  defaultPort: 7111,
  furtherPorts: { smtp: 7112 },
  async open({ directory, ports, faults, now }) {
    const mailboxes = Mailboxes.open({
      directory,
      people: readOrganisation().people,
      now,
    });
    const { smtp, port } = await SmtpPort.listen({
      port: ports.smtp,
      mailboxes,
      faults,
    });
    return {
      listener: mailApp(mailboxes),
      ports: { smtp: port },
      inventory: () => ({
        mails: mailboxes
          .mails()
          .map(({ raw: _raw, html: _html, ...mail }) => mail),
      }),
      reset: () => mailboxes.reset(),
      stop: () => smtp.close(),
    };
  },
};
