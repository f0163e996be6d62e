import { checkAction } from './checkActions';

const KNOWN = {
  ids: new Set([
    'catalog:register',
    'debug:log',
    'fetch:template',
    'fetch:template:file',
    'publish:github',
    'publish:gitlab',
  ]),
  pluginSources: ['catalog'],
};

function check(action?: unknown) {
  return checkAction({ action } as object, 'spec.steps[2]', KNOWN);
}

describe('checkAction', () => {
  it.each(['fetch:template', undefined, '', 7])('takes %s', action => {
    expect(check(action)).toEqual([]);
  });

  it.each([
    ['fetch:templte', 'Did you mean fetch:template?'],
    ['publish:githab', 'Did you mean publish:github or publish:gitlab?'],
    ['debug:logs', 'Did you mean debug:log?'],
    ['acme:deploy', 'All that there are stand at /create/actions.'],
  ])('finds no %s', (action, remedy) => {
    expect(check(action)).toEqual([
      {
        level: 'error',
        path: 'spec.steps[2].action',
        message: `The scaffolder has no action ${action}. ${remedy}`,
      },
    ]);
  });

  it('only warns of what a plugin may offer that did not answer', () => {
    expect(check('catalog:unregister')).toEqual([
      {
        level: 'warning',
        path: 'spec.steps[2].action',
        message: expect.stringContaining('the plugin catalog did not answer'),
      },
    ]);
  });
});
