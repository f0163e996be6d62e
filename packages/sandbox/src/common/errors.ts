import { CustomErrorBase } from '@backstage/errors';

/** A port that the sandbox wants is taken; the message names port and remedy. */
export class PortInUseError extends CustomErrorBase {
  name = 'PortInUseError' as const;

  /**
   * @param port - the taken TCP port
   * @param service - the stand-in that wanted it
   */
  constructor(readonly port: number, service: string) {
    super(
      `Port ${port} (${service}) is already in use. Stop the program that holds it (find it with "lsof -i :${port}" or "ss -ltnp | grep ${port}"), then start again.`,
    );
  }
}

/** Something the sandbox needs on this machine is missing or unusable. */
export class SandboxSetupError extends CustomErrorBase {
  name = 'SandboxSetupError' as const;
}
