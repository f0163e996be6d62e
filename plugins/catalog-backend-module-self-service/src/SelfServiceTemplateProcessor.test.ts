import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { SelfServiceTemplateProcessor } from './SelfServiceTemplateProcessor';

const location = { type: 'file', target: '/templates/sample.yaml' };
const entity: Entity = {
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name: 'sample' },
  spec: {
    selfService: { operation: 'x:create', environment: 'dev', cost: 0 },
    steps: [{ action: 'fetch:plain' }],
  },
};

function setup() {
  const logger = mockServices.logger.mock();
  const emit = jest.fn();
  const kept = new Map<string, any>();
  const cache = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: unknown) => void kept.set(key, value),
  };
  const processor = SelfServiceTemplateProcessor.create({
    config: mockServices.rootConfig(),
    logger,
  });
  const process = async (given: Entity) =>
    processor.postProcessEntity(
      await processor.preProcessEntity(given, location, emit),
      location,
      emit,
      cache,
    );
  return { process, processor, emit, logger };
}

describe('SelfServiceTemplateProcessor', () => {
  it('runs after the processors that resolve placeholders', () => {
    expect(setup().processor.getPriority()).toBeGreaterThanOrEqual(20);
  });

  it.each([
    ['another kind', { ...entity, kind: 'Component' }],
    [
      'another version',
      { ...entity, apiVersion: 'scaffolder.backstage.io/v2' },
    ],
  ])('leaves %s alone', async (_, other) => {
    expect(await setup().process(other as Entity)).toBe(other);
  });

  it.each([
    ['steps that are no list', { steps: 'x' }, 'spec.steps'],
    [
      'a taken id',
      { steps: [{ id: 'self-service-gate', action: 'debug:log' }] },
      'spec.steps[0].id',
    ],
    [
      'a taken id at a gate that does not count',
      {
        steps: [
          { action: 'publish:github' },
          { id: 'self-service-gate', action: 'approval:request' },
        ],
      },
      'spec.steps[1].id',
    ],
  ])('makes processing fail for %s', async (_, spec, path) => {
    const { process, emit } = setup();
    const given = { ...entity, spec: { ...entity.spec, ...spec } };
    await process(given);
    expect(
      emit.mock.calls.map(([{ type, error }]) => [type, error.message]),
    ).toContainEqual(['error', expect.stringContaining(`${path}: `)]);
  });

  it('shows errors in the way of the catalog, and logs them once', async () => {
    const { process, emit, logger } = setup();
    const given = {
      ...entity,
      spec: { ...entity.spec, selfService: { operation: 'x:create' } },
    };
    const processed = await process(given);
    await process(given);
    expect(processed).toMatchObject({
      status: {
        items: [
          {
            type: 'backstage.io/catalog-processing',
            level: 'error',
            error: {
              name: 'TemplateCheckError',
              message: expect.stringMatching(
                /^spec\.selfService\.environment:/,
              ),
            },
          },
          { message: expect.stringMatching(/^spec\.selfService\.cost:/) },
        ],
      },
      spec: { steps: [{ id: 'self-service-gate' }, { id: 'step-1' }] },
    });
    expect(emit).not.toHaveBeenCalled();
    expect(logger.error).toHaveBeenCalledTimes(2);
  });
});
