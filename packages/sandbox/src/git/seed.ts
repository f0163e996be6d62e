/** The files of `myorg/infrastructure` at its first commit, by path. */
const INFRASTRUCTURE: Record<string, string> = {
  'README.md': `# Infrastructure of myorg

Every directory below \`databases/\` is one Terraform project. A pull request is
planned by itself; the comment \`atlantis apply\` applies and merges it.
`,
  'databases/README.md': `# Databases

One directory a database, holding one call of the module \`postgresql\`.
`,
  'modules/postgresql/README.md': `# Module postgresql

Creates a PostgreSQL database, its owner role and a random password.
`,
  'modules/postgresql/variables.tf': `variable "name" {
  type = string
}

variable "environment" {
  type = string
}

variable "size" {
  type    = string
  default = "small"
}
`,
  'modules/postgresql/main.tf': `resource "random_password" "owner" {
  length = 32
}

resource "postgresql_role" "owner" {
  name     = "\${var.name}_owner"
  login    = true
  password = random_password.owner.result
}

resource "postgresql_database" "this" {
  name  = var.name
  owner = postgresql_role.owner.name
}
`,
  'modules/postgresql/outputs.tf': `output "host" {
  value = "localhost"
}

output "port" {
  value = 7105
}

output "database" {
  value = postgresql_database.this.name
}

output "username" {
  value = postgresql_role.owner.name
}

output "password" {
  value     = random_password.owner.result
  sensitive = true
}
`,
};

/** The files of `myorg/service-template`, copied as they are. */
const SERVICE_TEMPLATE: Record<string, string> = {
  'README.md': `# A service of myorg

Made from \`myorg/service-template\`. Say here what it is for, who owns it and
how to run it.
`,
  'catalog-info.yaml': `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: service-template
  description: Replace this file by the service's own
spec:
  type: service
  lifecycle: experimental
  owner: group:default/platform-team
`,
  'src/index.js': `require('node:http')
  .createServer((request, response) => response.end('Hello'))
  .listen(Number(process.env.PORT ?? 8080));
`,
  'package.json': `{
  "name": "service",
  "private": true,
  "scripts": { "start": "node src/index.js" }
}
`,
};

/** The repositories of a new git host. */
export const SEED_REPOSITORIES = [
  {
    owner: 'myorg',
    name: 'infrastructure',
    description: 'What myorg runs on',
    private: true,
    files: INFRASTRUCTURE,
  },
  {
    owner: 'myorg',
    name: 'service-template',
    description: 'What a new service starts with',
    private: true,
    isTemplate: true,
    files: SERVICE_TEMPLATE,
  },
];
