export interface Config {
  providers?: {
    /** A mail server (SMTP) that takes mail of the portal. */
    mail?: {
      /**
       * `smtps://<host>:<port>` for TLS from the start, or
       * `smtp://<host>:<port>` for STARTTLS. Default ports 465 and 587.
       */
      url: string;
      /**
       * `none` sends in clear over `smtp://`: on this machine alone. Default
       * `required`: nothing is sent without encryption.
       */
      tls?: 'required' | 'none';
      /** In PEM, of a server whose certificate no public authority has signed. */
      certificateAuthority?: string;
      username?: string;
      /** @visibility secret */
      password?: string;
      /** Example: `Self-Service <portal@example.com>` */
      from: string;
      replyTo?: string;
      /** Addresses of distribution lists, by the channel's name. */
      channels?: { [channel: string]: string };
    };
  };
}
