import { ConfigReader } from '@backstage/config';
import { AlertCondition, toRunMark } from '@self-service/plugin-providers-node';
import { stringify } from 'yaml';
import { readGrafanaConfigs } from './config';
import {
  markOf,
  RuleContext,
  ruleGroupSchema,
  toAlertGroup,
  toNamespace,
  toSloGroup,
} from './rules';
import { DEFAULT_QUERIES } from './queries';
import {
  findPromtool,
  isPromtoolRequired,
  runPromtool,
} from './__testUtils__/promtool';

const CONTEXT: RuleContext = {
  component: { name: 'orders', environment: 'dev', team: 'payments' },
  contact: 'payments',
  runKey: 'task-1/observe/0123456789ab',
  queries: DEFAULT_QUERIES,
};
const ALERTS: AlertCondition[] = [
  { indicator: 'availability', threshold: 99, forMinutes: 5 },
  { indicator: 'latency-p95', threshold: 1.5, forMinutes: 5 },
  { indicator: 'error-rate', threshold: 2, forMinutes: 5 },
];
const SLO = { objective: 99.9, windowDays: 30 } as const;

const groups = () => [toAlertGroup(CONTEXT, ALERTS), toSloGroup(CONTEXT, SLO)];

describe('rules', () => {
  it('are recorded and alerted on under the component’s labels', () => {
    const [alerts, slo] = groups();
    expect(alerts.rules.map(({ alert }) => alert)).toEqual([
      'AvailabilityLow',
      'LatencyHigh',
      'ErrorRateHigh',
    ]);
    expect(slo.rules.map(({ record, alert }) => record ?? alert)).toEqual([
      'slo:objective:ratio',
      'slo:error_ratio:rate5m',
      'slo:error_ratio:rate1h',
      'slo:error_ratio:rate30d',
      'slo:error_budget_remaining:ratio',
      'ErrorBudgetBurnsFast',
    ]);
    for (const { labels } of [...alerts.rules, ...slo.rules]) {
      expect(labels).toMatchObject({ service: 'orders', environment: 'dev' });
    }
    expect(alerts.rules[0].labels).toMatchObject({ contact: 'payments' });
  });

  it('name their run', () => {
    for (const group of groups()) {
      expect(markOf(group)).toBe(toRunMark(CONTEXT.runKey));
    }
  });

  it('lie apart for each component', () => {
    const one = toNamespace({ name: 'a-b', environment: 'c' });
    expect(one).not.toBe(toNamespace({ name: 'a', environment: 'b-c' }));
  });

  it('have a budget that is not off by a floating point', () => {
    expect(stringify(toSloGroup(CONTEXT, SLO))).toMatch(/\/ 0\.001\n/);
  });

  it('take queries of the installation’s own', () => {
    const [{ queries }] = readGrafanaConfigs(
      new ConfigReader({
        providers: {
          grafana: {
            url: 'https://grafana.example/',
            token: 't',
            queries: { latencyP95: 'p95{app="{name}-{environment}"}' },
          },
        },
      }),
    );
    const { rules } = toAlertGroup({ ...CONTEXT, queries }, ALERTS);
    expect(rules[1].expr).toBe('p95{app="orders-dev"} > 1.5');
    expect(rules[2].expr).toContain('http_server_request_duration');
  });
});

const promtool = findPromtool();

if (promtool) {
  describe('rules, by promtool', () => {
    const series = (status: string, each: number) => ({
      series: `http_server_request_duration_seconds_count{service_name="orders",deployment_environment_name="dev",http_response_status_code="${status}"}`,
      values: `0+${each}x120`,
    });
    const up = (value: number) => ({
      series: 'up{service_name="orders",deployment_environment_name="dev"}',
      values: `${value}x120`,
    });
    const bucket = (le: string, each: number) => ({
      series: `http_server_request_duration_seconds_bucket{service_name="orders",deployment_environment_name="dev",le="${le}"}`,
      values: `0+${each}x120`,
    });
    const labels = {
      service: 'orders',
      environment: 'dev',
      team: 'payments',
      contact: 'payments',
      severity: 'warning',
    };
    const firing = (group: number, name: string) => {
      const rule = groups()[group].rules.find(({ alert }) => alert === name);
      return [{ exp_labels: labels, exp_annotations: rule?.annotations }];
    };
    const at90 = (alertname: string, expected: object[]) => ({
      alertname,
      eval_time: '90m',
      exp_alerts: expected,
    });

    it('are rules', () => {
      const result = runPromtool(promtool, groups());
      expect(result).toMatchObject({
        passed: true,
        output: expect.stringContaining('9 rules found'),
      });
    });

    it('would be refused were they none', () => {
      const [alerts] = groups();
      alerts.rules[0].expr = 'sum(';
      expect(runPromtool(promtool, [alerts]).passed).toBe(false);
    });

    it('stay silent where all is well, also without any failure', () => {
      const { output, passed } = runPromtool(promtool, groups(), [
        {
          interval: '1m',
          input_series: [
            series('200', 60),
            up(1),
            bucket('1', 60),
            bucket('+Inf', 60),
          ],
          alert_rule_test: [
            'AvailabilityLow',
            'LatencyHigh',
            'ErrorRateHigh',
            'ErrorBudgetBurnsFast',
          ].map(name => at90(name, [])),
          promql_expr_test: [
            {
              expr: 'slo:error_budget_remaining:ratio',
              eval_time: '90m',
              exp_samples: [
                {
                  labels:
                    'slo:error_budget_remaining:ratio{environment="dev",service="orders"}',
                  value: 1,
                },
              ],
            },
          ],
        },
      ]);
      expect({ output, passed }).toMatchObject({ passed: true });
    });

    it('tell whom they should where it is not', () => {
      const { output, passed } = runPromtool(promtool, groups(), [
        {
          interval: '1m',
          input_series: [
            series('200', 45),
            series('503', 15),
            up(0),
            bucket('1', 30),
            bucket('5', 60),
            bucket('+Inf', 60),
          ],
          alert_rule_test: [
            at90('AvailabilityLow', firing(0, 'AvailabilityLow')),
            at90('LatencyHigh', firing(0, 'LatencyHigh')),
            at90('ErrorRateHigh', firing(0, 'ErrorRateHigh')),
            at90('ErrorBudgetBurnsFast', firing(1, 'ErrorBudgetBurnsFast')),
          ],
          promql_expr_test: [
            {
              expr: 'slo:error_ratio:rate5m',
              eval_time: '90m',
              exp_samples: [
                {
                  labels:
                    'slo:error_ratio:rate5m{environment="dev",service="orders"}',
                  value: 0.25,
                },
              ],
            },
          ],
        },
      ]);
      expect({ output, passed }).toMatchObject({ passed: true });
    });
  });
} else {
  process.stderr.write(
    'promtool is not installed (Debian: apt-get install prometheus): Prometheus rules are held against their documented shape only\n',
  );
  if (isPromtoolRequired()) {
    it('promtool is installed (Debian: apt-get install prometheus)', () => {
      expect(promtool).toBeDefined();
    });
  }
  it('rules have the documented shape; PROMTOOL IS MISSING, their queries are not checked', () => {
    for (const group of groups()) {
      expect(ruleGroupSchema.strict().parse(group)).toEqual(group);
    }
  });
}
