import type { Decision } from '@self-service/plugin-approvals-common';
import { dataOf, inputOf, readCases } from './__testUtils__/cases';
import { loadRawPolicy, type RawPolicy } from './__testUtils__/shippedBundle';

function summary({ outcome, type, risk, stages, reasons }: Decision) {
  return {
    outcome,
    ...(type && { type }),
    ...(risk && { risk }),
    stages: stages.map(stage => ({ id: stage.id, reasons: stage.reasons })),
    codes: reasons.map(({ code }) => code),
  };
}

describe.each(readCases())('the compiled policy, %s', (_group, cases) => {
  let policy: RawPolicy;

  beforeAll(async () => {
    policy = await loadRawPolicy();
  });

  it.each(cases.map(row => [row.name, row] as const))('%s', (_name, row) => {
    const result = policy(inputOf(row), dataOf(row)) as Decision;
    const { params = {}, result: whole = result } = row;
    const given = result.reasons.filter(({ code }) => code in params);
    expect(summary(result)).toEqual(row.expect);
    expect(result).toEqual(whole);
    expect(
      Object.fromEntries(given.map(reason => [reason.code, reason.params])),
    ).toEqual(params);
  });
});
