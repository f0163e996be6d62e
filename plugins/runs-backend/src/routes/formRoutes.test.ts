import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import {
  formChecksSchema,
  FormProblem,
  servingSystemsSchema,
  TemplateStatistic,
  templateStatisticsSchema,
} from '@self-service/plugin-runs-common';
import express, { ErrorRequestHandler } from 'express';
import request from 'supertest';
import { createFormRouter } from './formRoutes';

const dana = mockCredentials.user.header('user:default/dana');
const service = mockCredentials.service.header({
  onBehalfOf: mockCredentials.service('plugin:scaffolder'),
  targetPluginId: 'runs',
});

describe('routes of forms', () => {
  const problem: FormProblem = {
    parameter: 'name',
    severity: 'error',
    code: 'taken',
    message: 'It exists.',
    remedy: 'Choose another name.',
  };
  const statistic: TemplateStatistic = {
    templateRef: 'template:default/database',
    runs: 1,
    completed: 0,
    since: '2026-11-22T10:00:00.000Z',
  };
  const check = jest.fn(async () => [problem]);
  const read = jest.fn(async () => [statistic]);
  const systems = [
    {
      capability: 'git',
      provider: 'github',
      vendor: 'GitHub',
      title: 'GitHub',
    },
  ];
  const onError: ErrorRequestHandler = (error, _req, res, _next) => {
    res.status(error.name === 'InputError' ? 400 : 403).end();
  };
  const app = express()
    .use(express.json())
    .use(
      createFormRouter({
        httpAuth: mockServices.httpAuth({ pluginId: 'runs' }),
        formChecks: { check } as never,
        templateStatistics: { read } as never,
        systems,
      }),
    )
    .use(onError);

  beforeEach(() => jest.clearAllMocks());

  it('answers people as the schemas say', async () => {
    const checks = await request(app)
      .post('/form-checks')
      .set('Authorization', dana)
      .send({ templateRef: 'database', parameters: { name: 'orders' } });
    expect(formChecksSchema.parse(checks.body)).toEqual({
      problems: [problem],
    });

    const served = await request(app)
      .get('/systems')
      .set('Authorization', dana);
    expect(servingSystemsSchema.parse(served.body)).toEqual({ systems });

    const statistics = await request(app)
      .get('/template-statistics')
      .set('Authorization', dana);
    expect(templateStatisticsSchema.parse(statistics.body)).toEqual({
      templates: [statistic],
    });
    expect(read).toHaveBeenCalledWith(undefined, expect.anything());
  });

  it('takes as many templates as a page has cards', async () => {
    const refs = Array.from({ length: 60 }, (_, n) => `template:default/t${n}`);
    for (const some of [refs, refs.slice(0, 1)]) {
      await request(app)
        .get(`/template-statistics?templateRef=${some.join('&templateRef=')}`)
        .set('Authorization', dana)
        .expect(200);
      expect(read).toHaveBeenLastCalledWith(some, expect.anything());
    }
  });

  it.each([
    { templateRef: 'database' },
    { templateRef: '', parameters: {} },
    { templateRef: 'database', parameters: {}, requester: 'user:default/leo' },
    { templateRef: 'database', parameters: { name: 'x'.repeat(100_000) } },
  ])('refuses a malformed question %#', async question => {
    await request(app)
      .post('/form-checks')
      .set('Authorization', dana)
      .send(question)
      .expect(400);
    expect(check).not.toHaveBeenCalled();
  });

  it('refuses services', async () => {
    const answers = await Promise.all([
      request(app).post('/form-checks').set('Authorization', service).send({}),
      request(app).get('/systems').set('Authorization', service),
      request(app).get('/template-statistics').set('Authorization', service),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
  });
});
