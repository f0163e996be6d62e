import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { loadPolicySync } from '@open-policy-agent/opa-wasm';
import {
  PolicyEngine,
  readPolicyBundle,
  type PolicyBundle,
} from '@self-service/plugin-approvals-backend/src/policy';
import type { PolicyInput } from '@self-service/plugin-approvals-common';
import type { Bench } from './lib/bench';
import { startOpa } from './lib/opa';
import { sample, sampleSync, time } from './lib/sampling';
import { percentile } from './lib/statistics';

const entrypoint = 'selfservice/approval/decision';
const policies = resolve(__dirname, '../policies');

interface CaseRow {
  now?: string;
  request?: object;
  absent?: string[];
  input?: unknown;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The inputs of the policy's case tables that say what to ask about. */
function readInputs(): PolicyInput[] {
  const cases = join(policies, 'cases');
  const { input: base } = readJson<{ input: PolicyInput }>(
    join(cases, 'fixture/data.json'),
  );
  return readdirSync(cases)
    .filter(file => file.endsWith('.json') && file !== 'data.json')
    .flatMap(file =>
      Object.values(readJson<Record<string, CaseRow[]>>(join(cases, file))),
    )
    .flat()
    .filter(row => !('input' in row))
    .map(({ now = base.now, request, absent = [] }) => ({
      now,
      request: Object.fromEntries(
        Object.entries({ ...base.request, ...request }).filter(
          ([key]) => !absent.includes(key),
        ),
      ) as unknown as PolicyInput['request'],
    }));
}

/** The wasm without the engine around it: nothing checks the result. */
async function loadBareWasm(bundle: PolicyBundle) {
  const instance = loadPolicySync(
    await WebAssembly.compile(new Uint8Array(bundle.wasm)),
  );
  instance.setData(bundle.data);
  return (input: PolicyInput) => instance.evaluate(input, entrypoint);
}

/** One decision in process, against the same policy on an `opa` server. */
export const bench: Bench = {
  unit: 'ms',
  aims: [
    { figure: 'inProcess.p99', below: 1 },
    { figure: 'ratio.p50', above: 20 },
  ],
  async run({ quick, log, cleanUp }) {
    const inputs = readInputs();
    const of = (turn: number) => inputs[turn % inputs.length];
    const bundle = await readPolicyBundle(join(policies, 'bundle.tar.gz'));
    const engine = await PolicyEngine.load(bundle);
    const bare = await loadBareWasm(bundle);
    const server = await startOpa(
      [
        join(policies, 'selfservice'),
        `approval:${policies}/approval/data.json`,
      ],
      log,
    );
    cleanUp(server.stop);

    for (const input of inputs) {
      const answer = await server.ask(entrypoint, input);
      if (!isDeepStrictEqual(answer, engine.evaluate(input))) {
        throw new Error(
          `Server and engine differ on ${JSON.stringify(
            input,
          )}: ${JSON.stringify(answer)}`,
        );
      }
    }
    log(`Both sides agree on ${inputs.length} inputs`);

    // In rounds, so that a busy moment of the machine hits every side.
    const rounds = 10;
    const perRound = quick ? 500 : 2_000;
    const taken = {
      inProcess: [] as number[],
      bareWasm: [] as number[],
      server: [] as number[],
    };
    for (let round = 0; round < rounds; round++) {
      const warmUp = round === 0 ? 2_000 : 100;
      const counts = { warmUp, samples: perRound };
      taken.inProcess.push(
        ...sampleSync({ ...counts, once: turn => engine.evaluate(of(turn)) }),
      );
      taken.bareWasm.push(
        ...sampleSync({ ...counts, once: turn => bare(of(turn)) }),
      );
      taken.server.push(
        ...(await sample({
          ...counts,
          once: turn => server.ask(entrypoint, of(turn)),
        })),
      );
    }
    const load = await time(() => PolicyEngine.load(bundle));
    const figures = Object.fromEntries(
      Object.entries(taken).flatMap(([side, times]) => [
        [`${side}.p50`, percentile(times, 50)],
        [`${side}.p99`, percentile(times, 99)],
      ]),
    );
    return {
      samples: taken.inProcess.length,
      figures: {
        ...figures,
        'ratio.p50': figures['server.p50'] / figures['inProcess.p50'],
        load,
      },
    };
  },
};
