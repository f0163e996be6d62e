import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkFiles, formatFindings } from './checkFiles';
import { checkText } from './checkText';

const OPTIONS = { hasWorkspaceProvider: true, allowedAsService: [] };
const HEAD = `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: x }
spec:
  type: service
  selfService: { operation: 'database:create', environment: dev, cost: 1 }
`;

describe('checkText', () => {
  it('tells line and column of what is wrong', () => {
    const text = `${HEAD}  steps:
    - id: one
      action: secret:create
      onFailure: { retry: { attempts: 0 } }
    - id: two
      action: catalog:register
`;
    const findings = checkText(text, OPTIONS) ?? [];
    expect(
      findings.map(({ line, column, path }) => [line, column, path]),
    ).toEqual([
      [10, 7, 'spec.steps[0].onFailure'],
      [12, 7, 'spec.steps[1].action'],
      [12, 7, 'spec.steps[1].action'],
    ]);
  });

  it('gives what is missing the place that it is missing in', () => {
    const text = HEAD.replace("operation: 'database:create', ", '');
    const [{ line, column, path }] =
      checkText(`${text}  steps: []\n`, OPTIONS) ?? [];
    expect([line, column, path]).toEqual([6, 3, 'spec.selfService.operation']);
  });

  it('counts lines over several documents, and leaves other kinds alone', () => {
    const other = 'kind: Component\nspec: {}\n---\n';
    const findings = checkText(`${other}${HEAD}  steps: x\n`, OPTIONS) ?? [];
    expect(findings.map(({ line, path }) => [line, path])).toEqual([
      [10, 'spec.steps'],
    ]);
    expect(checkText(other, OPTIONS)).toBeUndefined();
  });

  it('says where a template is no YAML', () => {
    const [finding] = checkText(`${HEAD}  steps: [\n`, OPTIONS) ?? [];
    expect(finding).toMatchObject({
      level: 'error',
      line: 8,
      message: expect.stringContaining('not YAML'),
    });
  });
});

describe('checkFiles', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'templates-'));
    mkdirSync(join(directory, 'a', 'content'), { recursive: true });
    writeFileSync(
      join(directory, 'a', 'template.yaml'),
      `${HEAD}  steps: "100%"\n`,
    );
    writeFileSync(
      join(directory, 'a', 'content', 'values.yaml'),
      'name: ${{ values.name }\n  - {% if x %}\n',
    );
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('finds templates below a folder, and not what they render', () => {
    const files = checkFiles([directory], OPTIONS);
    expect(files.map(({ path }) => path)).toEqual([
      join(directory, 'a', 'template.yaml'),
    ]);
    const [line] = formatFindings(files, 'text');
    expect(line).toMatch(/template\.yaml:7:3: error: spec\.steps: /);
    const [command] = formatFindings(files, 'github');
    expect(command).toMatch(/^::error file=.*template\.yaml,line=7,col=3::/);
  });

  it('finds nothing wrong with the shipped templates', () => {
    const files = checkFiles(
      [resolve(__dirname, '../../../../templates')],
      OPTIONS,
    );
    expect(files.length).toBeGreaterThanOrEqual(3);
    expect(formatFindings(files, 'text')).toEqual([]);
  });

  it('names a path that is not there', () => {
    expect(() => checkFiles([join(directory, 'b')], OPTIONS)).toThrow('b');
  });
});
