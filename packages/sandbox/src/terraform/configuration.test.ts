import { parseProject } from './configuration';

const moduleCall = (body: string) => `module "database" {\n${body}\n}\n`;
const GOOD = `  source      = "../../modules/postgresql"
  name        = "orders"
  environment = "dev"
  size        = "small"`;

const parse = (content: string) =>
  parseProject('databases/orders', { 'main.tf': content });

describe('parseProject', () => {
  it('reads a module call, beside outputs, settings and comments', () => {
    const content = `# a { comment\n${moduleCall(
      `${GOOD}\n  // another`,
    )}output "url" {\n  value = module.database.url\n}\nterraform {\n  backend "http" {}\n}\n`;
    expect(parse(content)).toEqual({
      name: 'orders',
      environment: 'dev',
      size: 'small',
    });
  });

  it('finds nothing in an empty project', () => {
    expect(parseProject('databases/orders', {})).toBeUndefined();
    expect(parse('# nothing\n')).toBeUndefined();
  });

  it.each([
    ['another block', 'resource "x" "y" {\n}', /Unsupported block type/],
    ['two modules', moduleCall(GOOD) + moduleCall(GOOD), /Too many modules/],
    ['no block', 'name = "x"', /Invalid block definition/],
    ['an open block', 'module "database" {', /Invalid block definition/],
    [
      'another source',
      moduleCall(GOOD.replace('../../modules/postgresql', 'git::https://x')),
      /Module not installed/,
    ],
    [
      'an expression',
      moduleCall(GOOD.replace('"orders"', 'var.name')),
      /literal/,
    ],
    ['an interpolation', moduleCall(GOOD.replace('orders', '${x}')), /literal/],
    [
      'a missing argument',
      moduleCall(GOOD.replace(/ *size.*/, '')),
      /"size" is/,
    ],
    ['an unknown argument', moduleCall(`${GOOD}\n  color = "red"`), /"color"/],
    [
      'a bad name',
      moduleCall(GOOD.replace('orders', 'Orders_1')),
      /"name" must/,
    ],
    [
      'an unknown size',
      moduleCall(GOOD.replace('small', 'huge')),
      /"size" must/,
    ],
  ])('refuses %s', (_what, content, problem) => {
    expect(() => parse(content)).toThrow(problem);
  });
});
