import { RequestListener } from 'node:http';
import { gitlabStandIn } from './gitlab';
import { awsStandIn } from './aws/standIn';
import { datadogStandIn } from './datadog/standIn';
import { FaultService, FaultSwitch } from './faults/FaultSwitch';
import { grafanaStandIn } from './grafana/standIn';
import { hcpStandIn } from './hcp/standIn';
import { mailStandIn } from './mail/standIn';
import { slackStandIn } from './slack/standIn';
import { Databases } from './terraform/Databases';
import { RunnerDelays } from './terraform/Runner';

/** What a stand-in gets when it is opened. */
export interface StandInContext {
  /** Absolute path of its own folder, which may not exist yet. */
  directory: string;
  /** Its own address, without a slash at the end. */
  url: string;
  /** Numbers of its further TCP ports by name; 0 takes a free one. */
  ports: Record<string, number>;
  /** Addresses of the whole sandbox; what is behind them may not answer yet. */
  urls: { github: string; githubApi: string; identity: string };
  /** Addresses of all stand-ins of {@link StandInDefinition}, by name. */
  standInUrls: Record<string, string>;
  /** Where the Backstage backend is. */
  backstageUrl: string;
  /** What is provisioned goes into this PostgreSQL. */
  databases: Databases;
  /** Least durations of plans and applies; they can change. */
  delays: RunnerDelays;
  faults: FaultSwitch;
  now: () => Date;
  /** Whether what exceeds the vendor's documented limits is refused. */
  enforcesLimits: boolean;
}

/** A stand-in that runs. */
export interface StandIn {
  /** Answers its HTTP port. */
  listener: RequestListener;
  /** Further TCP ports that it listens on by itself, by name. */
  ports?: Record<string, number>;
  /** What exists there, by name; no secret value. */
  inventory(): Promise<object> | object;
  /** Resolves once nothing is under way. */
  idle?(): Promise<void>;
  /** Forgets everything and seeds anew. */
  reset(): Promise<void> | void;
  stop?(): Promise<void>;
}

/**
 * A vendor's stand-in: adding one is a definition in its own folder and a line
 * in `STAND_INS`.
 */
export interface StandInDefinition {
  /** In fault switches, ports and the inventory. */
  name: FaultService;
  /** For people, and in a few words what it is. */
  title: string;
  note: string;
  /** Of its HTTP port. */
  defaultPort: number;
  /** Of TCP ports beside it that it listens on by itself, by name. */
  furtherPorts?: Record<string, number>;
  open(context: StandInContext): Promise<StandIn>;
}

/** Every stand-in beside those that the sandbox itself puts together. */
export const STAND_INS: readonly StandInDefinition[] = [
  awsStandIn,
  datadogStandIn,
  gitlabStandIn,
  grafanaStandIn,
  hcpStandIn,
  mailStandIn,
  slackStandIn,
];

/** Ports of the default run, by name. */
export function standInPorts(): Record<string, number> {
  return Object.fromEntries(
    STAND_INS.flatMap(({ name, defaultPort, furtherPorts = {} }) => [
      [name, defaultPort] as const,
      ...Object.entries(furtherPorts),
    ]),
  );
}
