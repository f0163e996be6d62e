export interface Config {
  providers?: {
    exampleDesk?: {
      /** Base address of the API, for example `https://desk.example.com/api`. */
      address: string;
      /**
       * Of an account that may create, comment and move tickets.
       *
       * @visibility secret
       */
      token: string;
    };
  };
}
